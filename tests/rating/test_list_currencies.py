"""List prices in other currencies than the contract's: by their own rate, or told as unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.tables import CHARGES
from costplane.pricing.adjustment import ExchangeRate
from costplane.pricing.adjustments import Adjustments
from costplane.pricing.book import Offer, PriceBook
from costplane.rating.rate_usage import Rater
from tests.pricing.offers import offer, own
from tests.rating import worlds
from tests.rating.test_agreements_oracle import Payer, told
from tests.rating.test_rating_oracle import ENGINE, usage_of

Row = dict[str, Any]
CURRENCIES = ("USD", "EUR", "GBP")
PAIRS = [(a, b) for a in CURRENCIES for b in CURRENCIES if a != b]
prices = st.decimals("0.01", "9", places=2)


def rated(offers: tuple[Offer, ...], rates: dict[tuple[str, str], Decimal], billing: str) -> Any:
    adjustments = Adjustments(
        ExchangeRate(base, quote, date(2026, 1, 1), rate, "test", told(n))
        for n, ((base, quote), rate) in enumerate(rates.items())
    )
    event = dict(time=worlds.START, model="gpt-x", version="v1", type="GlobalStandard")
    event |= dict(deployment="d1", status="Billed", seconds=None, counts={"input_text": 700_001})
    usage, series = usage_of([event])
    rater = Rater(ENGINE, PriceBook(offers, 2, adjustments), Payer(billing))
    return rater.rate(usage, series, rater.grain(), date(2026, 10, 16))


def naive_rate(rates: dict[tuple[str, str], Decimal], base: str, quote: str) -> Fraction | None:
    """The rate of a pair, told either way round; never by way of a third currency."""
    if base == quote:
        return Fraction(1)
    if (base, quote) in rates:
        return Fraction(rates[base, quote])
    return 1 / Fraction(rates[quote, base]) if (quote, base) in rates else None


def half_even(amount: Fraction) -> Fraction:
    return Fraction(round(amount * 10**12), 10**12)


@settings(max_examples=40, deadline=None)
@given(
    prices,
    prices,
    st.sampled_from(CURRENCIES),
    st.sampled_from(CURRENCIES),
    st.sampled_from(CURRENCIES),
    st.dictionaries(st.sampled_from(PAIRS), st.decimals("0.5", "2", places=3), max_size=4),
)
def test_list_costs_are_in_the_billing_currency(
    public: Decimal,
    price: Decimal,
    listed: str,
    contracted: str,
    billing: str,
    rates: dict[tuple[str, str], Decimal],
) -> None:
    offers = (offer(public, currency=listed), own(price, currency=contracted))
    found = rated(offers, rates, billing)
    own_rate = naive_rate(rates, contracted, billing)
    if own_rate is None:
        reasons = {row["x_StatusReason"] for row in found.uncharged.to_pylist()}
        assert reasons == {f"NoExchangeRate: {contracted} to {billing} for 2026-10"}
        return
    (row,) = found.charges.select(CHARGES.names).cast(CHARGES).to_pylist()
    tokens, list_rate = Fraction(700_001, 10**6), naive_rate(rates, listed, billing)
    billed = half_even(tokens * Fraction(price) * own_rate)
    assert Fraction(row["BilledCost"]) == billed
    if list_rate is None:
        assert Fraction(row["ListCost"]) == billed
        missing = f"Contracted, NoExchangeRate: {listed} to {billing}"
        assert row["x_ListCostSource"] == missing
        return
    assert Fraction(row["ListCost"]) == half_even(tokens * Fraction(public) * list_rate)
    assert row["x_ListCostSource"] == "List"
    unit = Fraction(row["ListUnitPrice"])
    assert abs(unit - Fraction(public) * list_rate) < Fraction(1, 10**17)
    in_price = Fraction(row["PricingCurrencyListUnitPrice"])
    assert abs(in_price - Fraction(public) * list_rate / own_rate) < Fraction(1, 10**17)
