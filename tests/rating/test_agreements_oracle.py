"""Discounts, exchange rates and markups equal a naive oracle to the last digit, in any batching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.period import Period
from costplane.pricing.adjustment import (
    Adjustment,
    Applies,
    Discount,
    ExchangeRate,
    Markup,
    Told,
)
from costplane.pricing.adjustments import Adjustments
from costplane.pricing.book import PriceBook
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import RatedRows
from tests.rating import agreements, worlds
from tests.rating.test_rating_oracle import ENGINE, offer_of, usage_of

Row = dict[str, Any]
COLUMNS = (
    "ContractedCost",
    "ListCost",
    "PricingCurrencyEffectiveCost",
    "x_BilledCostInUsd",
    "x_CrossChargeCost",
)


class Payer:
    """One subscription in a billing account of a currency; its tags change inside an hour."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def holder(self, _: Facts) -> Holder:
        return Holder("1", "Account", "Billing Account", self.currency, "Demo", "Subscription", "a")

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        return frozenset({agreements.CHANGE})

    def tags(self, _: Facts, period: Period) -> list[TagInterval]:
        halves = (
            (Period(datetime(2026, 1, 1, tzinfo=UTC), agreements.CHANGE), {"Team": "old"}),
            (Period(agreements.CHANGE, datetime(2027, 1, 1, tzinfo=UTC)), {"Team": "new"}),
        )
        shared = ((period.intersection(half), tags) for half, tags in halves)
        return [TagInterval(part, tags) for part, tags in shared if part]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        return [UnitsInterval(period, None)]


def told(line: int, version: int = 1) -> Told:
    return Told("test", version, "test.yaml", "aa", line, worlds.START)


def applies(row: Row) -> Applies:
    tags = (("team", row["team"]),) if row.get("team") else ()
    patterns = {name: row[name] and row[name].lower() for name in ("model", "meter")}
    return Applies(
        row["from"], row["until"], row["scope"], deployment_type=row["type"], tags=tags, **patterns
    )


def adjustments(agreement: Row) -> Adjustments:
    found: list[Adjustment] = []
    for n, row in enumerate(agreement["discounts"]):
        found.append(Discount(f"d{n}", row["percent"], applies(row), told(n)))
    for n, row in enumerate(agreement["markups"]):
        found.append(markup(n, row))
    for n, row in enumerate(agreement["rates"]):
        found.append(
            ExchangeRate(row["base"], row["quote"], row["day"], row["rate"], "test", told(n))
        )
    return Adjustments(found)


def markup(number: int, row: Row) -> Markup:
    if row["per_unit"] is None:
        return Markup(f"m{number}", applies(row), told(number), percent=row["percent"])
    amount, block = row["per_unit"]
    return Markup(
        f"m{number}",
        applies(row),
        told(number),
        amount=amount,
        currency=row["currency"],
        block_size=Decimal(block),
        unit="Tokens",
    )


def book(rows: list[Row], agreement: Row, currency: str) -> PriceBook:
    offers = []
    for line, row in enumerate(rows):
        offer = offer_of(row, line)
        offers.append(replace(offer, row=replace(offer.row, currency=currency)))
    return PriceBook(offers, 1, adjustments(agreement))


def rate(events: list[Row], rows: list[Row], agreement: Row, currency: str) -> RatedRows:
    usage, series = usage_of(events)
    rater = Rater(ENGINE, book(rows, agreement, currency), Payer(agreement["billing"]))
    return rater.rate(usage, series, rater.grain(), date(2026, 10, 16))


def expected(
    events: list[Row], rows: list[Row], agreement: Row, currency: str
) -> tuple[dict[Any, Row], dict[Any, int]]:
    """Sums of every amount by hour, deployment, model and quantity; lines without a rate."""
    sums: dict[Any, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, Fraction(0)))
    unknown: dict[Any, int] = defaultdict(int)
    numbered = [{**r, "meter": f"meter {n}", "currency": currency} for n, r in enumerate(rows)]
    for event in events:
        if event["status"] != "Billed":
            continue
        counts = dict(event["counts"])
        if event["seconds"] is not None:
            counts["audio_seconds"] = event["seconds"]
        for quantity, count in counts.items():
            row = worlds.price_of(event, quantity, numbered)
            if row is None:
                continue
            found = agreements.amounts(event, quantity, count, row, agreement)
            hour = event["time"].replace(minute=0, second=0, microsecond=0)
            key = (hour, event["deployment"], event["model"], quantity)
            if found is None:
                unknown[event["model"], quantity] += 1
                continue
            for name in COLUMNS:
                known = sums[key][name] is not None and found[name] is not None
                sums[key][name] = sums[key][name] + found[name] if known else None
    return dict(sums), dict(unknown)


def rated_sums(parts: list[RatedRows]) -> dict[Any, Row]:
    sums: dict[Any, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, Fraction(0)))
    for part in parts:
        for row in part.charges.to_pylist():
            hour = row["ChargePeriodStart"].replace(minute=0, second=0, microsecond=0)
            key = (hour.astimezone(UTC), row["x_Deployment"], row["x_Model"], row["x_TokenType"])
            for name in COLUMNS:
                known = sums[key][name] is not None and row[name] is not None
                sums[key][name] = sums[key][name] + Fraction(row[name]) if known else None
            assert row["ContractedCost"] == row["BilledCost"] == row["EffectiveCost"]
    return dict(sums)


def without_rate(rated: RatedRows) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for row in rated.uncharged.to_pylist():
        if (row["x_StatusReason"] or "").startswith("NoExchangeRate") and row["x_TokenType"]:
            found[row["x_Model"], row["x_TokenType"]] += row["x_Events"]
    return dict(found)


def over_midnight(events: list[Row]) -> list[Row]:
    """Every second event half a day earlier, so that days of rates matter."""
    return [
        event | {"time": event["time"] - timedelta(hours=12 * (n % 2))}
        for n, event in enumerate(events)
    ]


worlds_of = st.tuples(
    st.lists(worlds.events, min_size=1, max_size=25).map(over_midnight),
    st.lists(worlds.price_rows, min_size=1, max_size=8),
    agreements.agreements,
    st.sampled_from(agreements.CURRENCIES),
)


def check(world: tuple[list[Row], list[Row], Row, str], batches: int = 1) -> None:
    events, rows, agreement, currency = world
    sums, unknown = expected(events, rows, agreement, currency)
    whole = rate(events, rows, agreement, currency)
    assert rated_sums([whole]) == sums
    assert without_rate(whole) == unknown
    parts = [events[n::batches] for n in range(batches)]
    batched = [rate(part, rows, agreement, currency) for part in parts if part]
    assert rated_sums(batched) == sums


@settings(max_examples=40, deadline=None)
@given(worlds_of, st.integers(2, 4))
def test_rating_on_terms_equals_the_oracle(world: Any, batches: int) -> None:
    check(world, batches)


@pytest.mark.torture
@settings(max_examples=2_000, deadline=None)
@given(worlds_of, st.integers(2, 4))
def test_rating_on_terms_equals_the_oracle_in_many_worlds(world: Any, batches: int) -> None:
    check(world, batches)


LONG = Decimal("1.234567890123")
"""A rate of as many digits as may be told."""


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 10**12 - 1), min_size=1, max_size=5),
    st.decimals("0.000000000000000001", 9, places=18),
    st.sampled_from((1, 7, 1_000_000, 999_999_999_989)),
    st.decimals("0.000001", 99, places=6),
    st.booleans(),
)
def test_amounts_beyond_128_bits_are_exact(
    counts: list[int], price: Decimal, block: int, percent: Decimal, inverse: bool
) -> None:
    """Many digits of price, discount and rate times the largest quantities of a call."""
    pair = ("EUR", "USD") if inverse else ("USD", "EUR")
    agreement = {
        "billing": "EUR",
        "discounts": [discount_row(percent)],
        "markups": [],
        "rates": [dict(base=pair[0], quote=pair[1], day=date(2026, 10, 1), rate=LONG)],
    }
    event = dict(time=worlds.START, model="alpha", version="2025-01-01", type="GlobalStandard")
    event |= dict(deployment="d1", status="Billed", seconds=Decimal(999_999_999_999))
    events = [event | {"counts": {"output_text": count}} for count in counts]
    row: Row = dict(
        model="alpha", version=None, scope="Global", band=None, block=block, price=price
    )
    row |= {"from": worlds.START - timedelta(days=1), "until": None}
    rows = [row | {"quantity": name} for name in ("output_text", "audio_seconds")]
    check((events, rows, agreement, "USD"))


def discount_row(percent: Decimal) -> Row:
    row: Row = dict.fromkeys(("scope", "model", "meter", "type", "until"))
    return row | {"percent": percent, "from": worlds.START - timedelta(days=9)}


def test_an_untold_rate_is_no_zero() -> None:
    agreement = {"billing": "EUR", "discounts": [], "markups": [], "rates": []}
    event = dict(time=worlds.START, model="alpha", version="2025-01-01", type="GlobalStandard")
    event |= dict(deployment="d1", status="Billed", seconds=None, counts={"output_text": 5})
    row: Row = dict(model="alpha", version=None, scope="Global", quantity="output_text", band=None)
    row |= {"block": 1, "price": Decimal(1), "from": worlds.START, "until": None}
    rated = rate([event], [row], agreement, "USD")
    assert len(rated.charges) == 0
    reasons = {r["x_StatusReason"] for r in rated.uncharged.to_pylist()}
    assert reasons == {"NoExchangeRate: USD to EUR for 2026-10"}


def test_what_was_known_at_a_version_stays_known() -> None:
    first = ExchangeRate("USD", "EUR", date(2026, 10, 1), Decimal("0.9"), "bank", told(1))
    corrected = replace(first, rate=Decimal("0.8"), told=told(1, version=2))
    known = Adjustments([corrected, first])

    def rate_at(at: Adjustments) -> Fraction | None:
        found = at.exchange("USD", "EUR", date(2026, 10, 15))
        return None if found is None else found.rate

    assert rate_at(known) == Fraction(4, 5)
    assert rate_at(known.at(1)) == Fraction(9, 10)
    assert rate_at(known.at(0)) is None


def facts_of(rated: RatedRows) -> list[Mapping[str, Any]]:
    return [dict(row) for row in rated.charges.to_pylist()]


def test_a_row_shows_both_currencies_and_the_rate() -> None:
    agreement = {
        "billing": "EUR",
        "discounts": [discount_row(Decimal(10))],
        "markups": [],
        "rates": [dict(base="EUR", quote="USD", day=date(2026, 10, 1), rate=Decimal("1.25"))],
    }
    event = dict(time=worlds.START, model="alpha", version="2025-01-01", type="GlobalStandard")
    event |= dict(deployment="d1", status="Billed", seconds=None, counts={"output_text": 10})
    row: Row = dict(model="alpha", version=None, scope="Global", quantity="output_text", band=None)
    row |= {"block": 1, "price": Decimal(2), "from": worlds.START, "until": None}
    (charge,) = facts_of(rate([event], [row], agreement, "USD"))
    assert (charge["BillingCurrency"], charge["PricingCurrency"]) == ("EUR", "USD")
    assert (charge["BilledCost"], charge["PricingCurrencyEffectiveCost"]) == (
        Decimal("14.4"),
        Decimal(18),
    )
    assert (charge["ListCost"], charge["x_BilledCostInUsd"]) == (Decimal(16), Decimal(18))
    assert (charge["ContractedUnitPrice"], charge["ListUnitPrice"]) == (
        Decimal("1.44"),
        Decimal("1.6"),
    )
    assert charge["PricingCurrencyContractedUnitPrice"] == Decimal("1.8")
    assert charge["PricingCurrencyListUnitPrice"] == Decimal(2)
    assert (charge["x_ExchangeRate"], charge["x_ExchangeRateDate"]) == (
        Decimal("0.8"),
        date(2026, 10, 1),
    )
    assert '"x_Discount":"d0: 10 %"' in charge["SkuPriceDetails"]
