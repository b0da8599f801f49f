"""Events as text become rows of EVENTS; faults become rejections that name every field."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from costplane.core.tables import EVENTS
from costplane.metering.batch import Rejection
from costplane.metering.native import read_events, read_json_lines
from costplane.metering.rows import EVENT_LIMIT
from tests.metering.events import RESOURCE, event, line


def read_one(text: bytes) -> dict[str, Any]:
    """The one accepted event, without what it did not tell."""
    batch = read_json_lines([text])
    assert batch.rejected == ()
    assert batch.events.schema == EVENTS
    (row,) = batch.events.to_pylist()
    return {name: value for name, value in row.items() if value is not None}


def reject_one(text: bytes) -> Rejection:
    batch = read_json_lines([text])
    assert batch.events.num_rows == 0
    (rejection,) = batch.rejected
    return rejection


def test_the_sample_becomes_disjoint_and_of_one_spelling() -> None:
    assert read_one(line({"region": "Sweden Central", "deployment_type": "globalstandard"})) == {
        "source": "gateway/eu-1",
        "id": "b7c1",
        "time": datetime(2026, 11, 2, 10, 0, 9, 420499, tzinfo=UTC),
        "subscription_id": "d3a0c057-0000-4000-8000-000000000001",
        "resource_group": "rg-search",
        "resource_id": RESOURCE.lower(),
        "deployment": "gpt-4o-chat",
        "model": "gpt-4o",
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": False,
        "tags": "{}",
        "input_text": 263,
        "input_text_cached": 128,
        "output_text": 24,
    }


def test_every_told_fact_is_kept() -> None:
    told = {
        "model_version": "2024-11-20",
        "provider": "Azure.AI.OpenAI",
        "operation": "chat",
        "service_tier": "default",
        "http_status": 499,
        "error_code": "e",
        "finish_reason": "stop",
        "operation_id": "op",
        "attempt": 2,
        "gateway_cache_hit": True,
        "spillover_from": "PTU",
        "estimated": True,
        "reported_cost": 1.5,
        "reported_currency": "usd",
        "response_id": "r",
        "trace_id": "t",
        "span_id": "s",
        "correlation_id": "c",
        "user": "U",
        "session": "S",
    }
    row = read_one(line({**told, "tags": {"Team": "Search", "a": ""}}))
    spelled = {
        "provider": "azure.ai.openai",
        "spillover_from": "ptu",
        "reported_cost": Decimal("1.5"),
        "reported_currency": "USD",
    }
    assert row["tags"] == '{"Team":"Search","a":""}'
    assert {name: row[name] for name in told} == {**told, **spelled}


def test_null_and_empty_facts_are_untold() -> None:
    row = read_one(line({"http_status": None, "gateway_cache_hit": None, "tags": None, "user": ""}))
    assert (row["http_status"], row["gateway_cache_hit"], row["tags"]) == (200, False, "{}")
    assert "user" not in row


def test_extensions_are_passed_over() -> None:
    assert read_one(line({"custom": 1}, traceparent="00-x", datacontenttype="a/b"))["id"] == "b7c1"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-02T10:00:09.9999999Z", "2026-11-02T10:00:09.999999"),
        ("2026-11-02T12:00:00+02:00", "2026-11-02T10:00:00"),
        ("2026-11-02 10:00:00", "2026-11-02T10:00:00"),
        ("2026-11-02", "2026-11-02T00:00:00"),
    ],
)
def test_times_are_utc_truncated_to_the_microsecond(told: str, read: str) -> None:
    assert read_one(line(time=told))["time"] == datetime.fromisoformat(read).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("account", "place"),
    [
        (
            {"provider": "OpenAI", "organisation": "Org-1", "project": "Proj-A", "api_key_id": "K"},
            {
                "subscription_id": "proj-a",
                "organisation": "org-1",
                "provider": "openai",
                "api_key_id": "K",
            },
        ),
        ({"organisation": "Org-1"}, {"subscription_id": "org-1", "organisation": "org-1"}),
        ({"project": "Proj-A"}, {"subscription_id": "proj-a"}),
    ],
)
def test_an_account_stands_in_place_of_a_resource(
    account: dict[str, str], place: dict[str, str]
) -> None:
    row = read_one(line({"resource_id": None, "account": account}))
    expected = {
        **place,
        "resource_id": "/providers/microsoft.costmanagement/externalsubscriptions/"
        + place["subscription_id"],
    }
    names = ("subscription_id", "resource_id", "organisation", "provider", "api_key_id")
    assert {name: row[name] for name in names if name in row} == expected
    assert "resource_group" not in row


@pytest.mark.parametrize(
    ("data", "envelope", "target", "words"),
    [
        ({}, {"source": None}, "source", "missing"),
        ({}, {"id": ""}, "id", "length >= 1"),
        ({}, {"id": 7}, "id", "Expected `str`"),
        ({}, {"time": None}, "time", "missing"),
        ({}, {"time": "noon"}, "time", "'noon' is not a time"),
        ({}, {"time": "0001-01-01T00:00:00+14:00"}, "time", "is not a time"),
        ({}, {"time": "2026-11-02T10:00:00+01:00Z"}, "time", "is not a time"),
        ({}, {"data": []}, "data", "must be a JSON object"),
        ({}, {"type": "other"}, "type", "Invalid enum value"),
        ({}, {"specversion": "0.3"}, "specversion", "Invalid enum value"),
        ({"resource_id": None}, {}, "data.resource_id", "missing"),
        ({"resource_id": "/subscriptions/x"}, {}, "data.resource_id", "not the id of an Azure"),
        ({"resource_id": None, "account": {}}, {}, "data.account.project", "organisation"),
        (
            {"resource_id": None, "account": {"project": "a/b"}},
            {},
            "data.account.project",
            "without '/'",
        ),
        ({"account": {"project": 1}}, {}, "data.account.project", "Expected `str"),
        ({"model": " ", "deployment": None}, {}, "data.model", "missing"),
        ({"http_status": 100}, {}, "data.http_status", "no final status"),
        ({"attempt": -1}, {}, "data.attempt", ">= 0"),
        ({"attempt": 1.5}, {}, "data.attempt", "Expected `int"),
        ({"reported_cost": "NaN"}, {}, "data.reported_cost", "amount"),
        ({"reported_cost": 1e12}, {}, "data.reported_cost", "amount"),
        ({"tags": {"team": 1}}, {}, "data.tags", "Expected `str`"),
        ({"tags": []}, {}, "data.tags", "Expected `object"),
        ({"usage": []}, {}, "data.usage", "Expected `object"),
        ({"quantities": {}}, {}, "data.quantities", "both there"),
        (
            {"usage": None, "quantities": {"input_txt": 1}},
            {},
            "data.quantities.input_txt",
            "near names: input_text",
        ),
        (
            {"usage": None, "quantities": {"input_text": -1}},
            {},
            "data.quantities.input_text",
            "negative",
        ),
        (
            {"usage": None, "quantities": {"input_text": True}},
            {},
            "data.quantities.input_text",
            "whole number",
        ),
    ],
)
def test_a_fault_names_its_field(
    data: dict[str, Any], envelope: dict[str, Any], target: str, words: str
) -> None:
    whole = event(data)
    whole.update(envelope)
    text = json.dumps({name: value for name, value in whole.items() if value is not None})
    rejection = reject_one(text.encode())
    assert (rejection.code, rejection.target) == ("InvalidUsage", target)
    assert words in rejection.message


def test_all_faults_of_an_event_are_told() -> None:
    wrong_rules = reject_one(line({"model": None, "deployment": None, "http_status": 1}, time="x"))
    assert wrong_rules.target == "time"
    for words in ("time 'x'", "data.model is missing", "data.http_status 1"):
        assert words in wrong_rules.message
    wrong_types = reject_one(line({"model": 1, "attempt": "2"}, source=None))
    for words in ("source is missing", "data.model: Expected", "data.attempt: Expected"):
        assert words in wrong_types.message


def test_quantities_are_taken_as_told() -> None:
    told = {"input_text": 3, "audio_seconds": 1.23456789, "pages": 2, "output_text": None}
    row = read_one(line({"usage": None, "quantities": told}))
    assert (row["input_text"], row["pages"]) == (3, 2)
    assert row["audio_seconds"] == Decimal("1.234568")
    assert "output_text" not in row


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "completion_tokens": None}])
def test_an_event_may_tell_no_usage(usage: dict[str, Any] | None) -> None:
    assert not {"input_text", "output_text"} & read_one(line({"usage": usage})).keys()


def test_a_broken_line_leaves_the_rest() -> None:
    batch = read_json_lines([line(id="1"), b"\n", b"{broken\n", line(id="2")], first_line=10)
    assert batch.events["id"].to_pylist() == ["1", "2"]
    (rejection,) = batch.rejected
    assert (rejection.index, rejection.line, rejection.code) == (1, 12, "InvalidJson")


@pytest.mark.parametrize(
    "text",
    [b"[" * 100_000, b'{"data":' + b'{"a":' * 100_000, b'"\xff"', b'{"id":"\\ud800"}', b"\x00"],
)
def test_hostile_text_is_rejected(text: bytes) -> None:
    assert reject_one(text).code in {"InvalidJson", "InvalidUsage"}


def test_an_event_over_the_limit_is_rejected_unread() -> None:
    rejection = reject_one(line({"custom": "x" * EVENT_LIMIT}))
    assert rejection.code == "PayloadTooLarge"
    assert f"{EVENT_LIMIT:,} bytes" in rejection.message


def test_one_document_or_an_array_of_them() -> None:
    assert read_events(json.dumps(event(), indent=1).encode()).events.num_rows == 1
    many = json.dumps([event(id="1"), {"id": 2}, event(id="3")]).encode()
    batch = read_events(b"\n " + many)
    assert batch.events["id"].to_pylist() == ["1", "3"]
    assert [(one.index, one.line) for one in batch.rejected] == [(1, None)]


@pytest.mark.parametrize("body", [b"", b"[", b"[1,", b"nonsense", b"[{}", b"[" * 100_000])
def test_what_is_no_json_is_one_rejection(body: bytes) -> None:
    batch = read_events(body)
    assert batch.events.schema == EVENTS
    assert [one.index for one in batch.rejected] == [0]


def test_more_events_than_become_columns_together() -> None:
    lines = [line(id=str(number)) for number in range(4_500)]
    lines[3_000] = b"no"
    batch = read_json_lines(lines)
    assert batch.events["id"].to_pylist() == [str(n) for n in range(4_500) if n != 3_000]
    assert [(one.index, one.line) for one in batch.rejected] == [(3_000, 3_001)]
