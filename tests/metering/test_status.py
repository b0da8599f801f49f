"""Billing status by HTTP status and usage; the prompt's length; the tags that charges carry."""

import pytest

from costplane.metering.native import read_json_lines
from costplane.metering.status import (
    with_allocation_tags,
    with_billing_status,
    with_context_tokens,
)
from tests.metering.events import CHAT_USAGE, line

TABLE = [
    (200, "Billed", None, "UsageMissing", "NoUsageTold"),
    (302, "Billed", None, "UsageMissing", "NoUsageTold"),
    (0, "Billed", None, "UsageMissing", "NoUsageTold"),
    (400, "Billed", None, "UsageMissing", "NoUsageTold"),
    (408, "Billed", None, "UsageMissing", "NoUsageTold"),
    (499, "Billed", None, "UsageMissing", "NoUsageTold"),
    (401, "NotBilled", "HttpStatus401", "NotBilled", "HttpStatus401"),
    (403, "NotBilled", "HttpStatus403", "NotBilled", "HttpStatus403"),
    (404, "NotBilled", "HttpStatus404", "NotBilled", "HttpStatus404"),
    (429, "NotBilled", "HttpStatus429", "NotBilled", "HttpStatus429"),
    (413, "Billed", None, "NotBilled", "HttpStatus413"),
    (500, "Billed", None, "NotBilled", "HttpStatus500"),
    (503, "Billed", None, "NotBilled", "HttpStatus503"),
]


@pytest.mark.parametrize(("status", "used", "why_used", "unused", "why_unused"), TABLE)
def test_billing_status(
    status: int, used: str, why_used: str | None, unused: str, why_unused: str
) -> None:
    hit = {"http_status": status, "gateway_cache_hit": True}
    lines = [
        line({"http_status": status}),
        line({"http_status": status, "usage": None}),
        line({"http_status": status, "usage": {}}),
        line(hit),
        line({**hit, "usage": None}),
    ]
    events = with_billing_status(read_json_lines(lines).events)
    assert events["billing_status"].to_pylist() == [used, unused, unused, "NotBilled", "NotBilled"]
    reasons = [why_used, why_unused, why_unused, "GatewayCacheHit", "GatewayCacheHit"]
    assert events["status_reason"].to_pylist() == reasons


def test_zero_told_is_usage() -> None:
    text = line({"usage": {"prompt_tokens": 0, "completion_tokens": 0}})
    events = with_billing_status(read_json_lines([text]).events)
    assert events["billing_status"].to_pylist() == ["Billed"]


def test_context_tokens_are_the_whole_prompt() -> None:
    many = {"input_text": 1, "input_text_cached": 2, "input_audio": 4, "output_text": 8}
    lines = [
        line({"usage": CHAT_USAGE}),
        line({"usage": None, "quantities": many}),
        line({"usage": None, "quantities": {"output_text": 8, "pages": 1}}),
        line({"usage": None}),
    ]
    events = with_context_tokens(read_json_lines(lines).events)
    assert events["context_tokens"].to_pylist() == [391, 7, None, None]


def test_allocation_tags_are_those_on_the_list() -> None:
    lines = [
        line({"tags": {"Team": "search", "secret": "x"}}),
        line({"tags": {"environment": "dev", "TEAM": "ads"}}),
        line({"tags": {"other": "1"}}),
        line(),
    ]
    events = with_allocation_tags(read_json_lines(lines).events, ["team", "environment"])
    assert events["allocation_tags"].to_pylist() == [
        '{"team":"search"}',
        '{"environment":"dev","team":"ads"}',
        "{}",
        "{}",
    ]


def test_an_empty_table_stays_empty() -> None:
    events = read_json_lines([]).events
    events = with_allocation_tags(with_context_tokens(with_billing_status(events)), ["team"])
    assert events.num_rows == 0
    assert events.column_names[-4:] == [
        "billing_status",
        "status_reason",
        "context_tokens",
        "allocation_tags",
    ]
