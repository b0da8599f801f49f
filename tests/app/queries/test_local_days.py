"""Days of zones off the full hour, and tags of single requests, through the whole product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.metering.native import read_json_lines
from tests.http.sample import NOW, PRICES, SCOPE, event

DEARER = (
    "  - {model: gpt-4.1, quantity: input_text, price: 4.00, valid_from: 2026-11-02T18:15:00Z}\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Three calls of the hour in which the price doubles at a quarter past."""
    prices = tmp_path / "prices.yaml"
    prices.write_text(PRICES + DEARER)
    opened = Workspace.open(tmp_path / "data", now=lambda: NOW)
    opened.import_prices(prices)
    lines = []
    for minute, kind in ((5, "a"), (20, "b"), (40, "a")):
        call = event(f"call-{minute}", "rg", "search", quantities={"input_text": 1_000})
        call["time"] = f"2026-11-02T18:{minute:02d}:00Z"
        data: Any = call["data"]
        data["tags"]["kind"] = kind
        lines.append(json.dumps(call).encode())
    opened.ingest([read_json_lines(lines)])
    yield opened
    opened.close()


def rows(workspace: Workspace, **dataset: Any) -> list[list[Any]]:
    sums = {name: {"name": name, "function": "Sum"} for name in ("Cost", "CallCount")}
    body = {
        "type": "ActualCost",
        "timeframe": "MonthToDate",
        "dataset": {"aggregation": sums} | dataset,
    }
    definition = workspace.definition(body, NOW)
    return workspace.query(parse_scope("/" + SCOPE), definition).rows


def test_an_hour_that_both_a_price_and_a_day_divide_is_counted_once(workspace: Workspace) -> None:
    daily: dict[str, Any] = {"granularity": "Daily", "configuration": {"timeZone": "Asia/Kolkata"}}
    assert rows(workspace) == [[Decimal("0.01"), 3, "USD"]]
    assert rows(workspace, **daily) == [
        [Decimal("0.006"), 2, 20261102, "USD"],
        [Decimal("0.004"), 1, 20261103, "USD"],
    ]


def test_a_tag_that_charges_do_not_carry_is_answered_from_requests(workspace: Workspace) -> None:
    assert rows(workspace, grouping=[{"type": "TagKey", "name": "Kind"}]) == [
        [Decimal("0.006"), 2, "Kind", "a", "USD"],
        [Decimal("0.004"), 1, "Kind", "b", "USD"],
    ]
