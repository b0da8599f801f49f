"""Every quantity and consumption units, from an event to its charge, beside a naive oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.period import Period
from costplane.core.quantities import QUANTITIES
from costplane.core.tables import SERIES_FACTS, USAGE
from costplane.engine.duckdb import DuckDBEngine
from costplane.pricing.book import Offer, PriceBook
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval
from costplane.rating.rate_usage import Rater
from tests.pricing.offers import offer

START = datetime(2026, 10, 15, 9, tzinfo=UTC)
BEFORE = START - timedelta(days=9)
ENGINE = DuckDBEngine(threads=1)
RESOURCE = "/subscriptions/s/resourcegroups/g/providers/microsoft.cognitiveservices/accounts/a"
WHOLE = frozenset(q.name for q in QUANTITIES if q.scale == 0)
STAND_IN = ("cache_write", "cached", "input_image", "reasoning", "rejected")
"""Parts of the names of quantities that another's price may stand in for (test_resolution.py)."""
NAMES = tuple(
    q.name
    for q in QUANTITIES
    if q.name != "hours" and ("audio" in q.name or not any(part in q.name for part in STAND_IN))
)
COIN = "Example Units"

Rows = Mapping[str, list[dict[str, Any]]]
"""For each quantity, and for COIN, its prices by their start."""
Event = dict[str, Any]


class OneHolder:
    """A catalog with one subscription without tags."""

    def holder(self, _: Mapping[str, str | None]) -> Holder:
        return Holder("1", "Account", "Billing Account", "USD", "Demo", "Subscription", "a")

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        return frozenset()

    def tags(self, _: Mapping[str, str | None], period: Period) -> list[TagInterval]:
        return [TagInterval(period, {})]

    def units(self, _: Mapping[str, str | None], period: Period) -> list[UnitsInterval]:
        return [UnitsInterval(period, None)]


instants = st.integers(0, 3 * 3600 * 10**6).map(lambda us: START + timedelta(microseconds=us))
starts = st.one_of(st.just(BEFORE), instants)


@st.composite
def price_rows(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Prices in money or in units; of a quantity no two start together."""
    rows: dict[str, list[dict[str, Any]]] = {COIN: []}
    for start in draw(st.lists(starts, max_size=3, unique=True)):
        rows[COIN].append({"start": start, "price": draw(st.decimals(0, "0.9", places=7))})
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)):
        block = draw(st.sampled_from((1, 100, 1_000, 3_600, 1_000_000, 7)))
        rows[name] = [
            {
                "start": start,
                "price": draw(st.decimals(0, 900, places=6)),
                "in_units": draw(st.booleans()),
                "block": block,
            }
            for start in draw(st.lists(starts, min_size=1, max_size=3, unique=True))
        ]
    return rows


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    found = []
    for number in range(draw(st.integers(1, 12))):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
        told = {
            name: draw(st.integers(0, 90_000))
            if name in WHOLE
            else draw(st.decimals(0, 5_000, places=6))
            for name in names
        }
        found.append({"id": str(number), "time": draw(instants), "told": told})
    return found


def half_even(amount: Fraction) -> Fraction:
    """To twelve places, by the schoolbook."""
    scaled = amount * 10**12
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
    return Fraction(below + up, 10**12)


def held(rows: Iterable[dict[str, Any]], time: datetime) -> dict[str, Any] | None:
    begun = [row for row in rows if row["start"] <= time]
    return max(begun, key=lambda row: row["start"]) if begun else None


def oracle(found: list[Event], rows: Rows) -> tuple[dict[Any, Any], dict[str, int]]:
    """(cost, consumed, priced) by hour, quantity and price; events without price by quantity."""
    sums: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    unpriced: dict[str, int] = defaultdict(int)
    for event in found:
        for name, count in event["told"].items():
            row = held(rows.get(name, ()), event["time"])
            coin = held(rows[COIN], event["time"])
            if row is None or (row["in_units"] and coin is None):
                unpriced[name] += 1
                continue
            blocks = Fraction(count) / row["block"]
            units = Fraction(row["price"]) if row["in_units"] else Fraction(1)
            price = Fraction(coin["price"] if row["in_units"] and coin else row["price"])
            key = (event["time"].replace(minute=0, second=0, microsecond=0), name)
            line = (half_even(blocks * units * price), Fraction(count), half_even(blocks * units))
            sums[key] = [a + b for a, b in zip(sums[key], line, strict=True)]
    return dict(sums), dict(unpriced)


def book_of(rows: Rows) -> PriceBook:
    offers = [
        coin_offer(row["price"], valid_from=row["start"], line=n)
        for n, row in enumerate(rows[COIN])
    ]
    for name in rows.keys() - {COIN}:
        offers += [
            offer(
                row["price"],
                quantity=name,
                block=row["block"],
                valid_from=row["start"],
                meter=name,
                line=n,
                unit_of_price=COIN if row["in_units"] else None,
            )
            for n, row in enumerate(rows[name])
        ]
    return PriceBook(offers, 1)


def coin_offer(price: Decimal, **facts: Any) -> Offer:
    told = {"model": COIN.lower(), "quantity": "consumption_units", "block": 1, "meter": COIN}
    return offer(price, **told | facts)


def usage_of(found: list[Event]) -> tuple[pa.Table, dict[int, Mapping[str, str | None]]]:
    told = {
        "subscription_id": "s",
        "resource_group": "g",
        "resource_id": RESOURCE,
        "model": "gpt-x",
        "deployment_type": "GlobalStandard",
        "billing_status": "Billed",
        "allocation_tags": "{}",
    }
    facts = {fact: told.get(fact) for fact in SERIES_FACTS}
    rows = [
        facts
        | event["told"]
        | dict(source="t", id=event["id"], time=event["time"], http_status=200, tags="{}")
        | dict(gateway_cache_hit=False, estimated=False, context_tokens=0, content_digest=0)
        | dict(series=1, segment=1, price_version=1, received_at=START)
        for event in found
    ]
    return pa.Table.from_pylist(rows, USAGE), {1: facts}


def charges(found: list[Event], rows: Rows) -> tuple[dict[Any, Any], dict[str, int]]:
    usage, series = usage_of(found)
    rater = Rater(ENGINE, book_of(rows), OneHolder())
    rated = rater.rate(usage, series, rater.grain(), date(2026, 10, 16))
    sums: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    for row in rated.charges.to_pylist():
        hour = row["ChargePeriodStart"].replace(minute=0, second=0, microsecond=0)
        line = (row["BilledCost"], row["ConsumedQuantity"], row["PricingQuantity"])
        key = (hour.astimezone(UTC), row["x_TokenType"])
        sums[key] = [a + Fraction(b) for a, b in zip(sums[key], line, strict=True)]
    unpriced: dict[str, int] = defaultdict(int)
    for row in rated.uncharged.to_pylist():
        if row["x_TokenType"]:
            unpriced[row["x_TokenType"]] += row["x_Events"]
    return dict(sums), dict(unpriced)


@settings(max_examples=20, deadline=None)
@given(events(), price_rows())
def test_every_quantity_equals_the_oracle(found: list[Event], rows: Rows) -> None:
    assert charges(found, rows) == oracle(found, rows)


@pytest.mark.torture
@settings(max_examples=1_000, deadline=None)
@given(events(), price_rows())
def test_every_quantity_equals_the_oracle_at_length(found: list[Event], rows: Rows) -> None:
    assert charges(found, rows) == oracle(found, rows)


@settings(max_examples=8, deadline=None)
@given(events(), price_rows(), st.integers(2, 4), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_batches(
    found: list[Event], rows: Rows, batches: int, random: Any
) -> None:
    """Not even of PricingQuantity, whose blocks of 3,600 or 7 have no end as decimals."""
    whole, _ = charges(found, rows)
    shuffled = random.sample(found, len(found))
    total: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    for part in filter(None, (shuffled[n::batches] for n in range(batches))):
        for key, line in charges(part, rows)[0].items():
            total[key] = [a + b for a, b in zip(total[key], line, strict=True)]
    assert dict(total) == whole


@settings(max_examples=10, deadline=None)
@given(st.lists(st.decimals(0, 5_000, places=6), min_size=1, max_size=30))
def test_pricing_quantity_is_near_the_exact_one(seconds: list[Decimal]) -> None:
    """Each event's is rounded once: a row is off by half of 1e-12 an event at most."""
    found = [
        {"id": str(n), "time": START, "told": {"audio_seconds": s}} for n, s in enumerate(seconds)
    ]
    rows: Rows = {
        COIN: [],
        "audio_seconds": [
            {"start": BEFORE, "price": Decimal("0.36"), "in_units": False, "block": 3_600}
        ],
    }
    ((_, consumed, priced),) = charges(found, rows)[0].values()
    assert consumed == sum(map(Fraction, seconds))
    assert abs(priced - consumed / 3_600) <= len(seconds) * Fraction(1, 2 * 10**12)


def test_audio_images_and_units_have_no_stand_in() -> None:
    """Billing-rules 9: their use is never priced as text, nor as each other."""
    rows: Rows = {
        COIN: [],
        **{
            name: [{"start": BEFORE, "price": Decimal(1), "in_units": False, "block": 1}]
            for name in ("input_text", "output_text", "input_image", "pages")
        },
    }
    alone = [
        name
        for name in NAMES
        if name not in rows and name not in ("input_text_cached", "output_reasoning")
    ]
    found = [{"id": name, "time": START, "told": {name: Decimal(2)}} for name in alone]
    assert charges(found, rows) == ({}, dict.fromkeys(alone, 1))
    assert {"input_audio", "output_audio", "output_image", "images", "tool_calls"} <= set(alone)
