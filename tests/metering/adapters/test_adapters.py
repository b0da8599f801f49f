"""Records of gateways, callbacks and exports: told by their content, counted once, placed."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.errors import UnreadableFile
from costplane.metering.adapters import reading
from tests.metering.adapters.files import RESOURCE, read
from tests.metering.events import line

LITELLM: dict[str, Any] = {
    "id": "chatcmpl-1",
    "litellm_call_id": "6f2c0c1e",
    "call_type": "acompletion",
    "stream": True,
    "status": "success",
    "custom_llm_provider": "azure",
    "model": "azure/chat-eu",
    "api_base": "https://AOAI-EU.openai.azure.com/openai/",
    "response_cost": 0.00125,
    "prompt_tokens": 391,
    "completion_tokens": 24,
    "startTime": 1793613609.420499,
    "endTime": 1793613610.0,
    "cache_hit": None,
    "metadata": {
        "user_api_key_team_alias": "search",
        "user_api_key_user_id": "u-1",
        "usage_object": {
            "prompt_tokens": 391,
            "completion_tokens": 24,
            "total_tokens": 415,
            "prompt_tokens_details": {"cached_tokens": 128},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
    },
    "request_tags": ["cost-centre=4711", "User-Agent: openai/1.0"],
    "messages": [{"role": "user", "content": "the secret plan"}],
    "response": {"model": "gpt-4o-2024-11-20", "choices": ["the secret plan"]},
}
LANGFUSE: dict[str, Any] = {
    "id": "53995c3f61a0b1e2",
    "traceId": "5b8efff798038103d269b633813fc60c",
    "projectId": "proj-1",
    "type": "GENERATION",
    "startTime": "2026-11-02T10:00:09.420Z",
    "model": "claude-sonnet-4-5",
    "usageDetails": {
        "input": 100,
        "input_cached_tokens": 900,
        "input_cache_creation_5m": 50,
        "output": 20,
        "output_reasoning_tokens": 7,
        "total": 1077,
    },
    "costDetails": {"total": 0.5},
    "level": "DEFAULT",
    "input": "the secret plan",
    "output": "the secret plan",
    "environment": "prod",
}
APIM: dict[str, Any] = {
    "TimeGenerated": "2026-11-02T10:00:09.42Z",
    "CorrelationId": "c-1",
    "RequestId": "r-1",
    "DeploymentName": "chat-eu",
    "ModelName": "gpt-4o-2024-11-20",
    "PromptTokens": "391",
    "CompletionTokens": "24",
    "TotalTokens": "415",
    "SequenceNumber": "0",
    "BackendUrl": "https://aoai-eu.openai.azure.com/openai/deployments/chat-eu",
    "ResponseCode": "200",
    "ProductId": "starter",
    "_ResourceId": "/subscriptions/x/resourcegroups/g/providers/microsoft.apimanagement/service/gw",
}
BATCH: dict[str, Any] = {
    "id": "batch_req_1",
    "custom_id": "row-1",
    "response": {
        "status_code": 200,
        "request_id": "req-1",
        "body": {
            "id": "chatcmpl-9",
            "object": "chat.completion",
            "created": 1793613609,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"message": {"content": "the secret plan"}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 22,
                "completion_tokens": 2,
                "total_tokens": 24,
                "prompt_tokens_details": {"cached_tokens": 2},
            },
        },
    },
    "error": None,
}


def row(record: dict[str, Any], resource: str = "") -> dict[str, Any]:
    (one,), rejected = read(json.dumps(record).encode(), resource=resource)
    assert rejected == []
    assert "secret" not in str(one)
    return one


def test_a_payload_of_litellm() -> None:
    assert row(LITELLM) == {
        "source": "litellm",
        "id": "6f2c0c1e",
        "time": datetime(2026, 11, 2, 10, 0, 9, 420499, tzinfo=UTC),
        "subscription_id": "d3a0c057-0000-4000-8000-000000000001",
        "resource_group": "rg-search",
        "resource_id": RESOURCE,
        "provider": "azure.ai.openai",
        "deployment": "chat-eu",
        "model": "gpt-4o-2024-11-20",
        "operation": "chat",
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": False,
        "reported_cost": Decimal("0.00125"),
        "reported_currency": "USD",
        "response_id": "chatcmpl-1",
        "user": "u-1",
        "tags": '{"cost-centre":"4711","team":"search"}',
        "input_text": 263,
        "input_text_cached": 128,
        "output_text": 20,
        "output_reasoning": 4,
    }


def test_litellm_of_another_provider_a_failure_and_a_hit_of_its_cache() -> None:
    direct = LITELLM | {"custom_llm_provider": "anthropic", "api_base": None, "response": None}
    event = row(direct | {"model": "claude-sonnet-4-5", "metadata": None})
    assert (event["subscription_id"], event["provider"]) == ("litellm", "anthropic")
    assert (event["model"], event["input_text"]) == ("claude-sonnet-4-5", 391)
    error = {"error_code": "429", "error_class": "RateLimitError"}
    failed = {"status": "failure", "error_information": error, "metadata": None}
    event = row(LITELLM | failed | {"prompt_tokens": 0, "completion_tokens": 0})
    assert (event["http_status"], event["error_code"]) == (429, "RateLimitError")
    assert "input_text" not in event
    assert row(LITELLM | {"cache_hit": True})["gateway_cache_hit"] is True


def test_attempts_of_a_request_are_calls_of_their_own() -> None:
    """A router sends a request again under the same `litellm_call_id`."""
    error = {"error_code": "500", "error_class": "InternalServerError"}
    failed = {"status": "failure", "error_information": error, "trace_id": "t-1"}
    attempts = [LITELLM | failed | {"endTime": 1793613605.5 + n} for n in (0, 1)]
    content = [*attempts, LITELLM | {"trace_id": "t-1"}]
    events, rejected = read(json.dumps(content).encode())
    assert ([event["id"] for event in events], rejected) == (
        ["6f2c0c1e/failed/1793613605.5", "6f2c0c1e/failed/1793613606.5", "6f2c0c1e"],
        [],
    )
    assert {event["operation_id"] for event in events} == {"t-1"}


def test_zeros_of_litellm_are_no_usage_and_images_are_counted() -> None:
    nothing = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    silent = LITELLM | nothing | {"metadata": {"usage_object": nothing}}
    assert "input_text" not in row(silent)
    drawn = {"usage_object": {"input_tokens": 0, "output_tokens": 0, "output_image_count": 2}}
    event = row(silent | {"call_type": "aimage_generation", "metadata": drawn})
    assert (event["operation"], event["images"]) == ("image", 2)
    assert "output_image" not in event
    assert read(json.dumps(silent | {"call_type": "afile_content"}).encode()) == ([], [])


def test_an_observation_of_langfuse_counts_beside_the_cache() -> None:
    event = row(LANGFUSE)
    counts = {name: value for name, value in event.items() if name.startswith(("input", "output"))}
    assert counts == {
        "input_text": 100,
        "input_text_cached": 900,
        "input_text_cache_write_5m": 50,
        "output_text": 20,
        "output_reasoning": 7,
    }
    assert (event["source"], event["trace_id"]) == ("langfuse/proj-1", LANGFUSE["traceId"])
    assert event["tags"] == '{"environment":"prod"}'
    assert row(LANGFUSE, RESOURCE)["resource_id"] == RESOURCE


def test_sums_of_old_exports_of_langfuse() -> None:
    sums = {"usageDetails": {}, "promptTokens": 12, "completionTokens": 3, "totalTokens": 15}
    for record in (
        LANGFUSE | sums,
        LANGFUSE | {"usageDetails": None, "usage": {"input": 12, "output": 3, "inputCost": 0.1}},
        LANGFUSE | {"usageDetails": None, "usage": {"promptTokens": 12, "completionTokens": 3}},
    ):
        event = row(record)
        assert (event["input_text"], event["output_text"]) == (12, 3)


def test_a_count_of_a_free_name_is_refused() -> None:
    """Its tokens would cost nothing otherwise."""
    free = LANGFUSE | {"usageDetails": {"input": 1, "input_scanned_pages": 4}}
    events, (rejected,) = read(json.dumps(free).encode())
    assert (events, rejected.target) == ([], "usageDetails.input_scanned_pages")


def test_observations_that_are_no_calls_are_passed_over() -> None:
    kinds = ("SPAN", "AGENT", "TOOL", "EVENT", "GENERATION")
    page = {"data": [LANGFUSE | {"type": kind, "id": kind} for kind in kinds], "meta": {"page": 1}}
    events, rejected = read(json.dumps(page, indent=1).encode())
    assert ([event["id"] for event in events], rejected) == (["GENERATION"], [])


def test_a_row_of_api_management() -> None:
    event = row(APIM)
    assert (event["source"], event["id"]) == ("apim/gw", "c-1/r-1")
    assert (event["resource_id"], event["deployment"]) == (RESOURCE, "chat-eu")
    assert (event["input_text"], event["output_text"]) == (391, 24)
    assert (event["correlation_id"], event["http_status"]) == ("c-1", 200)
    assert event["tags"] == '{"apim-product":"starter"}'


def test_only_the_first_row_of_a_request_carries_tokens() -> None:
    pieces = [APIM | {"SequenceNumber": n, "DeploymentName": ""} for n in (1, 2)]
    again = APIM | {"SequenceNumber": 3}
    events, rejected = read(json.dumps([APIM, *pieces, again], indent=1).encode())
    assert (len(events), rejected) == (1, [])


def test_api_management_that_counted_nothing_tells_no_usage() -> None:
    event = row(APIM | {"PromptTokens": "0", "CompletionTokens": "0", "ResponseCode": "400"})
    assert (event["http_status"], "input_text" in event) == (400, False)


def test_a_line_of_a_batch() -> None:
    event = row(BATCH)
    assert (event["id"], event["service_tier"], event["provider"]) == (
        "batch_req_1",
        "batch",
        "openai",
    )
    assert (event["input_text"], event["input_text_cached"], event["output_text"]) == (20, 2, 2)
    azure = row(BATCH, RESOURCE)
    assert (azure["deployment_type"], azure["resource_id"]) == ("GlobalBatch", RESOURCE)
    assert "service_tier" not in azure


def test_embeddings_of_a_batch_tell_no_time() -> None:
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    body = {"object": "list", "model": "text-embedding-3-small", "data": [], "usage": usage}
    line = BATCH | {"response": {"status_code": 200, "request_id": "r", "body": body}}
    _, (rejected,) = read(json.dumps(line).encode())
    assert "--date" in rejected.message
    (event,), _ = read(json.dumps(line).encode(), day=date(2026, 11, 2))
    assert (event["time"], event["input_text"]) == (datetime(2026, 11, 2, tzinfo=UTC), 8)
    assert event["operation"] == "embeddings"


def test_requests_of_a_batch_that_failed_are_passed_over() -> None:
    wrong = {"status_code": 400, "request_id": "r", "body": {"error": {"message": "no"}}}
    expired = {"code": "batch_expired", "message": "not in time"}
    lines = [BATCH | {"response": wrong}, BATCH | {"response": None, "error": expired}]
    assert read(b"\n".join(json.dumps(one).encode() for one in lines)) == ([], [])


@pytest.mark.parametrize(
    ("record", "source"),
    [(LITELLM, "litellm"), (LANGFUSE, "langfuse/proj-1"), (APIM, "apim/gw"), (BATCH, None)],
)
def test_formats_are_told_by_content_in_lines_arrays_and_compressed(
    record: dict[str, Any], source: str | None
) -> None:
    text = json.dumps(record).encode()
    for content in (text + b"\n" + text, b"[" + text + b"," + text + b"]", gzip.compress(text)):
        events, rejected = read(content)
        assert rejected == []
        assert {event["source"] for event in events} == {source or "openai-batch"}


def test_native_events_stay_native() -> None:
    events, _ = read(line({"tags": {"custom_id": "1", "response": "2"}}))
    assert events[0]["source"] == "gateway/eu-1"


def test_a_broken_record_leaves_the_rest() -> None:
    good = json.dumps(LITELLM).encode()
    timeless = json.dumps(LITELLM | {"startTime": None}).encode()
    events, rejected = read(b"\n".join([good, b"{broken", b"", b"7", timeless, good]))
    assert len(events) == 2
    assert [(one.code, one.target) for one in rejected] == [
        ("InvalidJson", None),
        ("InvalidUsage", None),
        ("InvalidUsage", "startTime"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_has_no_records(content: bytes) -> None:
    assert read(content, "litellm") == ([], [])


def test_a_document_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DOCUMENT_LIMIT", 500)
    with pytest.raises(UnreadableFile, match="write JSON lines"):
        read(json.dumps([LITELLM], indent=1).encode())


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inside: (
        st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=3), inside, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("litellm", LITELLM),
        ("langfuse", LANGFUSE),
        ("apim-llm-log", APIM),
        ("openai-batch", BATCH),
    ],
)
def test_whatever_a_record_says_it_is_taken_or_told(name: str, record: dict[str, Any]) -> None:
    @settings(max_examples=25)
    @given(st.dictionaries(st.sampled_from([*record, "properties", "usage"]), _JSON, max_size=4))
    def check(changes: dict[str, Any]) -> None:
        text = json.dumps(record | changes)
        events, rejected = read(text.encode(), name)
        assert len(events) + len(rejected) <= 1

    check()
