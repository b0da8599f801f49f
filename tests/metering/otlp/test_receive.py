"""Spans of calls become events: which spans, whose call, how many tokens, and nothing said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.errors import InvalidInput, TooLarge
from costplane.metering.otlp.receive import JSON, Traced, read_traces
from costplane.metering.otlp.span import MOST_SPANS
from tests.metering.otlp.spans import START, TRACE, body, other, span, trace

GOLDEN = Path(__file__).parents[2] / "data" / "otlp" / "synthetic_trace.json"
RESOURCE = (
    "/subscriptions/d3a0c057-0000-4000-8000-000000000001/resourcegroups/rg-search"
    "/providers/microsoft.cognitiveservices/accounts/aoai-eu"
)
AZURE = {"gen_ai.provider.name": "azure.ai.openai", "gen_ai.request.model": "chat-eu"}


def nowhere(host: str) -> str | None:  # noqa: ARG001 - the catalog is empty
    return None


def catalog(host: str) -> str | None:
    return RESOURCE if host == "aoai-eu.openai.azure.com" else None


def read(content: bytes) -> Traced:
    return read_traces(content, JSON, catalog)


def rows(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The accepted events, without what they did not tell."""
    traced = read(body(*spans, resource=resource))
    assert traced.batch.rejected == ()
    return [
        {name: value for name, value in row.items() if value is not None}
        for row in traced.batch.events.to_pylist()
    ]


def row(
    attributes: dict[str, Any] | None = None, resource: dict[str, Any] | None = None
) -> dict[str, Any]:
    (one,) = rows(span(attributes), resource=resource)
    return one


def fault(one: dict[str, Any]) -> str:
    (rejection,) = read(body(one)).batch.rejected
    assert read(body(one)).batch.events.num_rows == 0
    return f"{rejection.target}: {rejection.message}"


def test_the_golden_trace() -> None:
    traced = read_traces(GOLDEN.read_bytes(), JSON, nowhere)
    first, second = traced.batch.events.to_pylist()
    assert {name: value for name, value in first.items() if value is not None} == {
        "source": "otel/billing-bot",
        "id": "754caa521db32adffe54781432e9f603-9507cb2f0bbf08bd",
        "time": datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC),
        "subscription_id": "billing-bot",
        "resource_id": "/providers/microsoft.costmanagement/externalsubscriptions/billing-bot",
        "deployment": "gpt-4o",
        "model": "gpt-4o-2024-11-20",
        "provider": "azure.ai.openai",
        "operation": "chat",
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": False,
        "response_id": "chatcmpl-0",
        "trace_id": "754caa521db32adffe54781432e9f603",
        "span_id": "9507cb2f0bbf08bd",
        "user": "u1",
        "tags": '{"application":"billing-bot","environment":"prod"}',
        "input_text": 176,
        "input_text_cached": 1024,
        "output_text": 70,
        "output_reasoning": 20,
    }
    assert second["id"] in traced.spans


def test_a_span_is_the_identity_and_starts_the_clock() -> None:
    one = span()
    (event,) = rows(one)
    assert event["id"] == f"{TRACE}-{one['spanId']}"
    assert event["source"] == "otel/assistant/opentelemetry.instrumentation.openai_v2"
    micros = datetime.fromtimestamp(START // 10**9, UTC).replace(microsecond=420499)
    assert event["time"] == micros


OLD = {
    "gen_ai.provider.name": None,
    "gen_ai.system": "OpenAI",
    "gen_ai.usage.input_tokens": None,
    "gen_ai.usage.cache_read.input_tokens": None,
    "gen_ai.usage.output_tokens": None,
    "gen_ai.usage.prompt_tokens": 391,
    "gen_ai.usage.completion_tokens": 24,
}


@pytest.mark.parametrize(
    "names",
    [
        {},
        OLD | {"gen_ai.usage.cache_read_input_tokens": 128},
        OLD
        | {
            "gen_ai.operation.name": None,
            "llm.request.type": "chat",
            "gen_ai.usage.cache_read_input_tokens": 128,
        },
        OLD | {"gen_ai.operation.name": None, "gen_ai.usage.input_tokens.cached": 128},
        {"gen_ai.usage.prompt_tokens": 391},
    ],
)
def test_old_and_new_names_tell_the_same(names: dict[str, Any]) -> None:
    event = row(names)
    told = {k: event[k] for k in ("provider", "operation", "model", "input_text_cached")}
    assert told == {
        "provider": "openai",
        "operation": "chat",
        "model": "gpt-4.1-2025-04-14",
        "input_text_cached": 128,
    }
    assert (event["input_text"], event["output_text"]) == (263, 24)


def test_counts_of_parts_lie_within_the_wholes() -> None:
    event = row(
        {
            "gen_ai.usage.cache_creation.input_tokens": 100,
            "gen_ai.usage.reasoning.output_tokens": 20,
        }
    )
    counts = ("input_text", "input_text_cached", "input_text_cache_write")
    assert [event[name] for name in counts] == [163, 128, 100]
    assert (event["output_text"], event["output_reasoning"]) == (4, 20)


def test_a_cache_larger_than_the_input_is_refused_and_never_clamped() -> None:
    told = fault(span({"gen_ai.usage.cache_read.input_tokens": 392}))
    assert "392" in told
    assert "391" in told
    assert told.startswith("data.usage.gen_ai.usage.cache_read.input_tokens: ")


def test_an_instrumentation_that_counts_beside_the_cache_says_so() -> None:
    event = row(
        {"gen_ai.usage.cache_read.input_tokens": 9_000},
        {"costplane.usage_format": "otel.gen_ai.exclusive"},
    )
    assert (event["input_text"], event["input_text_cached"]) == (391, 9_000)


def test_a_stream_without_usage_has_unknown_usage() -> None:
    untold = [name for name in OLD if name.startswith("gen_ai.usage.")]
    event = row(dict.fromkeys(untold))
    assert event["http_status"] == 200
    assert not {"input_text", "output_text"} & event.keys()


def test_inference_spans_alone_count() -> None:
    sums = {"gen_ai.usage.input_tokens": 782, "gen_ai.usage.output_tokens": 48}
    agent = other("invoke_agent", **sums)
    inside = [span(parent=agent["spanId"]) for _ in range(2)]
    tool, planned = other("execute_tool"), other("invoke_workflow", **sums)
    framework = span({"gen_ai.operation.name": None, "traceloop.span.kind": "workflow"} | sums)
    http = other(None)
    counted = rows(agent, *inside, tool, planned, framework, http)
    assert [event["id"].partition("-")[2] for event in counted] == [s["spanId"] for s in inside]
    assert sum(event["output_text"] for event in counted) == 48


@pytest.mark.parametrize("name", ["chat", "text_completion", "generate_content", "embeddings"])
def test_operations_that_are_calls(name: str) -> None:
    assert row({"gen_ai.operation.name": name})["operation"] == name


def test_of_spans_within_each_other_the_innermost_with_usage_stands() -> None:
    outer = span()
    between = other(None) | {"parentSpanId": outer["spanId"]}
    inner = span(parent=between["spanId"])
    assert [e["span_id"] for e in rows(outer, between, inner)] == [inner["spanId"]]
    untold = {name: None for name in OLD if name.startswith("gen_ai.usage.")}
    silent = span(untold, parent=outer["spanId"])
    assert [e["span_id"] for e in rows(silent, outer)] == [outer["spanId"]]
    refused = span(untold | {"error.type": "429"}, parent=outer["spanId"], status={"code": 2})
    found = {e["span_id"]: e["http_status"] for e in rows(refused, outer)}
    assert found == {outer["spanId"]: 200, refused["spanId"]: 429}


def test_a_call_inside_a_tool_is_its_own() -> None:
    outer = span()
    tool = other("execute_tool") | {"parentSpanId": outer["spanId"]}
    inner = span(parent=tool["spanId"])
    assert len(rows(outer, tool, inner)) == 2


def test_spans_in_a_circle_end() -> None:
    one, two = span(), span()
    one["parentSpanId"], two["parentSpanId"] = two["spanId"], one["spanId"]
    assert len(rows(one | {"parentSpanId": one["spanId"]}, two)) <= 2
    read(body(one, two))


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"http.response.status_code": 503}, 503),
        ({"http.status_code": "404"}, 404),
        ({"error.type": "500"}, 500),
        ({"error.type": "openai.RateLimitError"}, 429),
        ({"error.type": "AuthenticationError"}, 401),
        ({"error.type": "timeout"}, 0),
        ({}, 200),
    ],
)
def test_the_status_is_told_or_follows_from_the_error(told: dict[str, Any], status: int) -> None:
    assert row(told)["http_status"] == status


def test_a_failed_call_without_a_status_was_given_up() -> None:
    (event,) = rows(span(status={"code": 2, "message": "secret words"}))
    assert event["http_status"] == 0
    assert "secret" not in str(event)


def test_azure_calls_name_the_deployment_and_find_their_resource() -> None:
    host = {"server.address": "AOAI-EU.openai.azure.com"}
    event = row(AZURE | host)
    assert (event["resource_id"], event["deployment"]) == (RESOURCE, "chat-eu")
    assert event["model"] == "gpt-4.1-2025-04-14"
    by_url = row(host | {"gen_ai.provider.name": "openai"})
    assert (by_url["provider"], by_url["resource_id"]) == ("azure.ai.openai", RESOURCE)


def test_an_unknown_host_is_a_project_that_nobody_placed() -> None:
    event = row(AZURE | {"server.address": "other.openai.azure.com"})
    assert event["subscription_id"] == "other.openai.azure.com"
    assert row({"server.address": "api.openai.com"})["subscription_id"] == "assistant"
    assert row({}, {"service.name": ""})["subscription_id"] == "unassigned"


def test_the_sender_may_say_where_and_whose() -> None:
    event = row(
        {
            "costplane.resource_id": RESOURCE.upper(),
            "costplane.deployment": "own",
            "costplane.tag.team": "search",
            "gen_ai.conversation.id": "s-1",
            "user.id": "u-1",
        },
        {"costplane.tag.team": "platform", "deployment.environment.name": "prod"},
    )
    assert (event["resource_id"], event["deployment"]) == (RESOURCE, "own")
    assert json.loads(event["tags"]) == {
        "application": "assistant",
        "environment": "prod",
        "team": "search",
    }
    assert (event["session"], event["user"]) == ("s-1", "u-1")
    outside = row({"costplane.organisation": "Org-1", "costplane.project": "search"})
    assert (outside["organisation"], outside["subscription_id"]) == ("org-1", "search")


def test_a_reported_cost_is_evidence() -> None:
    event = row({"gen_ai.usage.cost": 0.00125})
    assert (event["reported_cost"], event["reported_currency"]) == (Decimal("0.00125"), "USD")


CONTENT = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.0.content",
    "gen_ai.tool.call.arguments",
    "llm.prompts",
    "traceloop.entity.input",
    "input.value",
    "exception.message",
)


def test_what_was_said_goes_no_further() -> None:
    said = dict.fromkeys(CONTENT, "the secret plan")
    events = [{"name": "gen_ai.content.prompt", "attributes": []}]
    one = span(said, name="the secret plan", events=events)
    assert "secret" not in str(rows(one))


@pytest.mark.parametrize(
    ("members", "target"),
    [
        ({"traceId": None}, "traceId"),
        ({"traceId": "0" * 32}, "traceId"),
        ({"traceId": "W47/94gDgQPSabYzgT/GDA=="}, "traceId"),
        ({"spanId": "xyz"}, "spanId"),
        ({"startTimeUnixNano": None}, "startTimeUnixNano"),
        ({"startTimeUnixNano": -5}, "startTimeUnixNano"),
    ],
)
def test_a_span_that_cannot_be_counted_is_told_and_the_rest_taken(
    members: dict[str, Any], target: str
) -> None:
    traced = read(body(span(**members), span()))
    (rejection,) = traced.batch.rejected
    assert (rejection.index, rejection.target) == (0, target)
    assert traced.batch.events.num_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"resourceSpans": 1}',
        b'{"resourceSpans": [1]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 5}]}]}]}',
        b"[" * 100_000,
        body(span({"gen_ai.usage.input_tokens": None}, startTimeUnixNano="soon")),
        body(span(startTimeUnixNano="9" * 6_000)),
    ],
)
def test_what_is_no_trace_is_refused_whole(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(content)


def test_members_that_nobody_knows_are_passed_over() -> None:
    whole = trace(span(newMember={"deep": [1]}), scope="x") | {"later": True}
    assert read(json.dumps(whole).encode()).batch.events.num_rows == 1
    assert read(b"{}").batch.events.num_rows == 0


def test_too_many_spans_are_refused() -> None:
    spans = b",".join([b"{}"] * (MOST_SPANS + 1))
    with pytest.raises(TooLarge):
        read(b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + spans + b"]}]}]}")


_VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=8),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.text(max_size=3), max_size=2),
)
_NAMES = st.sampled_from(
    [
        *OLD,
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cost",
        "http.response.status_code",
        "http.request.resend_count",
        "error.type",
        "server.address",
        "user.id",
        "costplane.tag.team",
        "costplane.resource_id",
        "costplane.project",
        "costplane.usage_format",
        "gen_ai.response.finish_reasons",
    ]
)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=6), max_size=3))
def test_whatever_attributes_say_every_call_is_taken_or_told(told: list[dict[str, Any]]) -> None:
    spans = [span({"gen_ai.operation.name": "chat"} | attributes) for attributes in told]
    traced = read(body(*spans))
    assert traced.batch.events.num_rows + len(traced.batch.rejected) == len(spans)
