"""Appended differences make what is posted equal what was computed; loops over dicts judge it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.tables import CHARGES, UNCHARGED
from costplane.engine.duckdb import DuckDBEngine
from costplane.rating.difference import difference

HOUR = datetime(2026, 11, 2, 7, tzinfo=UTC)
TODAY = date(2026, 11, 20)
amounts = st.integers(-(10**24), 10**24).map(lambda units: Decimal(units).scaleb(-12))
lines = st.fixed_dictionaries(
    {
        "hour": st.integers(0, 2),
        "series": st.integers(1, 2),
        "price": st.sampled_from(("p-1", "p-2")),
        "tier": st.sampled_from((None, "x")),
        "name": st.sampled_from(("Old", "New")),
        "cost": amounts,
        "usd": st.one_of(st.none(), amounts),
        "events": st.integers(0, 3),
    }
)
Line = dict[str, Any]
ENGINE = DuckDBEngine(threads=1)


def charge(line: Line) -> dict[str, Any]:
    start = HOUR + timedelta(hours=line["hour"])
    texts = {f.name: "t" for f in CHARGES if f.type == pa.string() and not f.nullable}
    moments = {f.name: start for f in CHARGES if pa.types.is_timestamp(f.type)}
    costs = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    return {
        **texts,
        **moments,
        **dict.fromkeys(costs, line["cost"]),
        "x_Series": line["series"],
        "SkuPriceId": line["price"],
        "x_ServiceTier": line["tier"],
        "SubAccountName": line["name"],
        "x_BilledCostInUsd": line["usd"],
        "x_Events": line["events"],
        "x_RecordedDate": TODAY,
    }


def table(found: list[Line]) -> pa.Table:
    return pa.Table.from_pylist([charge(line) for line in found], CHARGES)


def sums(rows: pa.Table) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Sums of each group that is not nothing. A missing amount adds nothing."""
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [Decimal(0), Decimal(0), 0])
    for row in rows.to_pylist():
        key = (row["ChargePeriodStart"], row["x_Series"], row["SkuPriceId"], row["x_ServiceTier"])
        group = groups[key]
        group[0] += row["BilledCost"]
        group[1] += row["x_BilledCostInUsd"] or 0
        group[2] += row["x_Events"]
    return {key: tuple(group) for key, group in groups.items() if any(group)}


@settings(max_examples=40, deadline=None)
@given(st.lists(lines, max_size=8), st.lists(lines, max_size=8))
def test_what_is_posted_with_its_difference_is_what_was_computed(
    computed: list[Line], posted: list[Line]
) -> None:
    new, old = table(computed), table(posted)
    found = difference(ENGINE, new, old, CHARGES)
    both = pa.concat_tables([old, found])
    assert sums(both) == sums(new)
    assert len(difference(ENGINE, new, both, CHARGES)) == 0
    assert len(difference(ENGINE, old, pa.concat_tables([both, _reverse(both, old)]), CHARGES)) == 0


def _reverse(posted: pa.Table, wanted: pa.Table) -> pa.Table:
    return difference(ENGINE, wanted, posted, CHARGES)


LINE: Line = {
    "hour": 0,
    "series": 1,
    "price": "p-1",
    "tier": None,
    "name": "Old",
    "cost": Decimal("1.5"),
    "usd": None,
    "events": 2,
}


def test_equal_groups_vanish_whatever_their_names_and_days() -> None:
    assert len(difference(ENGINE, table([LINE | {"name": "New"}]), table([LINE]), CHARGES)) == 0


def test_another_price_is_a_reversal_and_a_new_row() -> None:
    found = difference(ENGINE, table([LINE | {"price": "p-2"}]), table([LINE]), CHARGES)
    rows = {row["SkuPriceId"]: row for row in found.to_pylist()}
    assert {key: (row["BilledCost"], row["x_Events"]) for key, row in rows.items()} == {
        "p-1": (Decimal("-1.5"), -2),
        "p-2": (Decimal("1.5"), 2),
    }


def test_a_sum_without_any_value_stays_null() -> None:
    (row,) = difference(ENGINE, table([LINE]), table([]), CHARGES).to_pylist()
    assert row["x_BilledCostInUsd"] is None
    assert row["ConsumedQuantity"] is None
    again = [LINE | {"usd": Decimal(3), "name": "New"}]
    (later,) = difference(ENGINE, table(again), table([LINE]), CHARGES).to_pylist()
    assert (later["BilledCost"], later["x_BilledCostInUsd"]) == (0, 3)
    assert later["SubAccountName"] == "New"


@pytest.mark.parametrize("reason", ["NoSuchModel: a", None])
def test_uncharged_lines_are_told_apart_by_their_reason(reason: str | None) -> None:
    row = {f.name: "t" for f in UNCHARGED if f.type == pa.string() and not f.nullable} | {
        "ChargePeriodStart": HOUR,
        "ChargePeriodEnd": HOUR + timedelta(hours=1),
        "x_Events": 3,
        "x_RecordedDate": TODAY,
        "ConsumedQuantity": Decimal(40),
        "x_StatusReason": "NotYetValid: a",
    }
    old = pa.Table.from_pylist([row], UNCHARGED)
    new = pa.Table.from_pylist([row | {"x_StatusReason": reason, "x_Events": 2}], UNCHARGED)
    found = difference(ENGINE, new, old, UNCHARGED).to_pylist()
    assert {(r["x_StatusReason"], r["x_Events"], r["ConsumedQuantity"]) for r in found} == {
        ("NotYetValid: a", -3, Decimal(-40)),
        (reason, 2, Decimal(40)),
    }
