"""Usage that is rated in long stretches comes to what its hours come to."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.rating.cuts import DAY_US
from costplane.rating.extent import extent
from costplane.rating.instants import instant_of, microseconds
from costplane.rating.long_rater import LongRater
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import Needed
from costplane.rating.statements import Grain
from costplane.rating.whole_calls import WholeCalls
from tests.rating import worlds
from tests.rating.test_rating_oracle import ENGINE, OneHolder, book_of, usage_of

RECORDED = date(2026, 11, 1)
END = worlds.START + timedelta(hours=9)
AMOUNTS = ("BilledCost", "ListCost", "PricingQuantity", "x_CrossChargeCost", "x_BilledCostInUsd")
SHOWN = ("x_Model", "x_Deployment", "Tags", "x_TokenType", "SkuMeter", "BillingCurrency")
LACKING = ("x_BillingStatus", "x_StatusReason", "x_TokenType", "x_Model")

Sums = dict[tuple[Any, ...], list[Decimal | None]]


def sums(rows: pa.Table, keys: tuple[str, ...], amounts: tuple[str, ...], cuts: list[int]) -> Sums:
    """The amounts by keys, user and stretch, in plain loops."""
    found: Sums = defaultdict(lambda: [None] * len(amounts))
    for row in rows.to_pylist():
        stretch = sum(microseconds(row["ChargePeriodStart"]) >= cut for cut in cuts)
        own = found[*(row[key] for key in keys), row["user"], stretch]
        for place, name in enumerate(amounts):
            if row[name] is not None:
                own[place] = (own[place] or Decimal()) + row[name]
    return dict(found)


@settings(max_examples=30)
@given(
    events=st.lists(worlds.events, min_size=1, max_size=30),
    rows=st.lists(worlds.price_rows, max_size=12),
    shown=st.sets(st.sampled_from(SHOWN)),
    amounts=st.sets(st.sampled_from(AMOUNTS), min_size=1),
    borders=st.sets(st.integers(1, 9 * 3600 - 1), max_size=2),
    daily=st.booleans(),
)
def test_long_stretches_come_to_what_hours_come_to(
    events: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    shown: set[str],
    amounts: set[str],
    borders: set[int],
    daily: bool,
) -> None:
    usage, series = usage_of(events)
    users = pa.array([f"user-{n % 3}" for n in range(len(usage))])
    usage = usage.set_column(usage.schema.get_field_index("user"), "user", users)
    rater = Rater(ENGINE, book_of(rows), OneHolder())
    inner = [microseconds(worlds.START + timedelta(seconds=border)) for border in sorted(borders)]
    cuts = [microseconds(worlds.START), *inner, microseconds(END)]
    hourly = rater.grain([instant_of(cut) for cut in inner], ("user",))
    told = {"x_Events", "ConsumedQuantity", "ChargePeriodStart"}
    needed = Needed(
        frozenset({*shown, *amounts, "ChargePeriodStart"}), frozenset({*LACKING, *told})
    )
    long = Grain(hourly.thresholds, tuple(cuts), ("user",), DAY_US if daily else 0)
    own = LongRater(rater, extent(ENGINE, usage)).rate(usage, series, long, RECORDED, needed)
    whole = rater.rate(usage, series, hourly, RECORDED)
    assert own is not None
    keys, sizes = tuple(sorted(shown)), tuple(sorted(amounts))
    assert sums(own.charges, keys, sizes, cuts) == sums(whole.charges, keys, sizes, cuts)
    counted = ("x_Events", "ConsumedQuantity")
    lacking = [sums(rated.uncharged, LACKING, counted, cuts) for rated in (own, whole)]
    assert lacking[0] == lacking[1]
    assert set(own.charges.column_names) == {*needed.charges, "user"}


PRICE = {
    "model": "alpha",
    "version": None,
    "scope": "Global",
    "quantity": "input_text",
    "band": None,
    "block": 1_000,
    "price": Decimal("0.25"),
    "from": worlds.START - timedelta(days=9),
    "until": None,
}


def test_calls_are_priced_whole_where_nothing_of_them_is_told_apart() -> None:
    calls = [
        {
            "time": worlds.START + timedelta(hours=n),
            "model": model,
            "version": "2025-01-01",
            "type": "GlobalStandard",
            "deployment": "d1",
            "status": "Billed",
            "counts": {"input_text": 2_000, "output_text": 8},
            "seconds": None,
        }
        for model in ("alpha", "beta")
        for n in range(5)
    ]
    usage, series = usage_of(calls)
    rows = [PRICE, PRICE | {"quantity": "output_text", "price": Decimal(1)}]
    rater = Rater(ENGINE, book_of(rows), OneHolder())
    grain = Grain((), (microseconds(worlds.START), microseconds(END)), ("user",), 0)
    needed = Needed(frozenset({"BilledCost", "ChargePeriodStart"}), frozenset({"x_Model"}))
    whole = WholeCalls(rater, extent(ENGINE, usage)).rate(usage, series, grain, RECORDED, needed)
    assert whole is not None
    # Three calls before the tags change, two after it.
    costs = sorted(whole.charges["BilledCost"].to_pylist())
    assert costs == [2 * Decimal("0.508"), 3 * Decimal("0.508")]
    ((number, count),) = whole.rest.items()
    assert (series[number]["model"], count) == ("beta", 5)
