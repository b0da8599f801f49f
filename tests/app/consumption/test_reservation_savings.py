"""Savings of reservations against plain loops over hours and quantities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.consumption.reservation_savings import HourUse, best, savings

START = datetime(2026, 11, 1, tzinfo=UTC)
UNITS = st.one_of(
    st.integers(0, 60).map(Decimal), st.decimals("0.01", "60", places=2, allow_nan=False)
)
PRICES = st.fractions(min_value=Fraction(1, 100), max_value=3, max_denominator=1000)


@settings(max_examples=50)
@given(st.lists(UNITS, min_size=1, max_size=12), PRICES, PRICES, st.integers(0, 30))
def test_the_best_quantity_is_the_best_of_all(
    used: list[Decimal], hourly: Fraction, unit_hour: Fraction, idle: int
) -> None:
    uses = [
        HourUse(START + timedelta(hours=n), units, _money(Fraction(units) * hourly))
        for n, units in enumerate(used)
        if units
    ]
    hours = len(used) + idle
    found = savings(uses, hours, unit_hour)
    naive = {quantity: _cost(uses, quantity, hours, unit_hour) for quantity in range(62)}
    for saving in found:
        assert abs(Fraction(saving.total) - naive[saving.quantity]) < Fraction(1, 10**9)
        assert saving.without - saving.saved == saving.total
        assert 0 <= saving.utilisation <= 1
        assert 0 <= saving.coverage <= 1
        covered = sum(
            (min(Fraction(u.units), Fraction(saving.quantity)) for u in uses), Fraction(0)
        )
        assert saving.utilisation == covered / (saving.quantity * hours)
    chosen = best(found)
    cheapest = min(naive.values())
    if chosen is None:
        assert naive[0] - cheapest < Fraction(1, 10**9)
    else:
        assert abs(naive[chosen.quantity] - cheapest) < Fraction(1, 10**9)


def _money(amount: Fraction) -> Decimal:
    return Decimal(round(amount * 10**12)).scaleb(-12)


def _cost(uses: list[HourUse], quantity: int, hours: int, unit_hour: Fraction) -> Fraction:
    """What would have been paid, hour by hour."""
    paid = quantity * hours * unit_hour
    for use in uses:
        over = max(Fraction(use.units) - quantity, Fraction(0))
        paid += Fraction(use.cost) * over / Fraction(use.units)
    return paid


def test_nothing_used_saves_nothing() -> None:
    assert savings([], 168, Fraction(1)) == []
    assert best([]) is None
