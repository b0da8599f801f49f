"""One call that several sources tell of is charged once (billing-rules 2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.intake.intake import IntakeReport
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.metering.native import read_json_lines

ACCOUNT = "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
NOW = datetime(2026, 11, 3, tzinfo=UTC)
SHEET = """
name: own
currency: USD
kind: customer
rows:
  - {model: m, deployment_type: GlobalStandard, quantity: input_text, unit: 1K Tokens, price: 1,
     valid_from: 2026-01-01}
"""
QUERY = {
    "type": "ActualCost",
    "timeframe": "Custom",
    "timePeriod": {"from": "2026-11-02", "to": "2026-11-02"},
    "dataset": {
        "aggregation": {
            "cost": {"name": "Cost", "function": "Sum"},
            "calls": {"name": "CallCount", "function": "Sum"},
        }
    },
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(SHEET)
    opened = Workspace.open(tmp_path / "data", now=lambda: NOW)
    opened.import_prices(sheet)
    return opened


def event(source: str, number: int, minute: int = 0, **ids: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": source,
        "id": f"{source}-{number}",
        "time": f"2026-11-02T10:{minute:02}:00Z",
        "data": {
            "resource_id": ACCOUNT,
            "deployment": "d",
            "model": "m",
            "deployment_type": "GlobalStandard",
            "quantities": {"input_text": 1000},
            **ids,
        },
    }


def take(workspace: Workspace, *events: dict[str, Any]) -> IntakeReport:
    return workspace.ingest([read_json_lines(json.dumps(e).encode() for e in events)])


def totals(workspace: Workspace) -> list[Any]:
    return workspace.query(parse_scope("/"), workspace.definition(QUERY)).rows[0]


def test_two_sources_with_one_response_id_are_one_call(workspace: Workspace) -> None:
    assert take(workspace, event("gateway", 1, response_id="r")).accepted == 1
    report = take(workspace, event("otel", 1, response_id="r", minute=5))
    assert (report.accepted, report.evidence) == (0, 1)
    assert totals(workspace)[:2] == [Decimal(1), 1]


def test_in_one_batch_the_first_stands(workspace: Workspace) -> None:
    sources = ("a", "b", "c")
    report = take(workspace, *(event(s, 1, trace_id="t", span_id="s") for s in sources))
    assert (report.accepted, report.evidence) == (1, 2)


def silent(source: str, number: int, **ids: Any) -> dict[str, Any]:
    """What a log of requests tells: no usage."""
    told = event(source, number, **ids)
    return told | {"data": told["data"] | {"quantities": None}}


def test_what_tells_no_usage_stands_before_nothing_that_does(workspace: Workspace) -> None:
    log, gateway = silent("log", 1, correlation_id="c"), event("gateway", 1, correlation_id="c")
    assert take(workspace, log).accepted == 1
    assert take(workspace, gateway).accepted == 1
    assert totals(workspace)[0] == Decimal(1)


def test_in_one_batch_what_tells_usage_stands(workspace: Workspace) -> None:
    log, other = silent("log", 1, correlation_id="c"), silent("other", 1, correlation_id="c")
    report = take(workspace, log, other, event("gateway", 1, correlation_id="c"))
    assert (report.accepted, report.evidence) == (1, 2)
    assert totals(workspace)[:2] == [Decimal(1), 1]
    report = take(workspace, silent("late", 1, correlation_id="c"))
    assert (report.accepted, report.evidence) == (0, 1)


def test_evidence_sent_again_is_a_duplicate(workspace: Workspace) -> None:
    take(workspace, event("gateway", 1, response_id="r"), event("otel", 1, response_id="r"))
    again = take(workspace, event("otel", 1, response_id="r"))
    assert (again.accepted, again.duplicates, again.evidence) == (0, 1, 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"response_id": "r1", "correlation_id": "c"},
            {"response_id": "r2", "correlation_id": "c"},
        ),
        ({"trace_id": "t", "span_id": "1"}, {"trace_id": "t", "span_id": "2"}),
        ({}, {}),
    ],
    ids=["other response", "other span", "no ids"],
)
def test_what_is_not_matched_counts(
    workspace: Workspace, first: dict[str, Any], second: dict[str, Any]
) -> None:
    report = take(workspace, event("gateway", 1, **first), event("otel", 1, **second))
    assert (report.accepted, report.evidence) == (2, 0)


def test_attempts_of_one_source_are_calls_of_their_own(workspace: Workspace) -> None:
    report = take(workspace, *(event("gateway", n, correlation_id="c") for n in (1, 2)))
    assert report.accepted == 2


def test_outside_the_window_an_id_is_used_anew(workspace: Workspace) -> None:
    first = event("gateway", 1, correlation_id="c")
    late = event("otel", 1, correlation_id="c") | {"time": "2026-11-02T11:01:00Z"}
    assert take(workspace, first, late).accepted == 2
