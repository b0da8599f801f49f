"""Payments for reservations and refunds for those that are given back, against plain loops."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.catalog.reservations import TERM_MONTHS, BillingPlan, Reservation, Term
from costplane.core.period import Period
from costplane.rating.capacity import CapacityLine, Reserved
from costplane.rating.reservation_payments import payments
from tests.rating.test_capacity_hour import rate

HOUR = timedelta(hours=1)
EVER = Period(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
starts = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def later(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    last = monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last))


def full_hour(instant: datetime) -> datetime:
    return instant.replace(minute=0)


def bought(start: datetime, end: datetime, term: Term, plan: BillingPlan, total: int) -> Reserved:
    one = Reservation(
        *("r", "o", "res", "Global", "eastus", 50, term, plan, start, end, "ba"),
    )
    first, last = full_hour(start), full_hour(later(start, TERM_MONTHS[term]))
    hours = (last - first) // HOUR
    return Reserved(
        *(one, rate("", Decimal(1)), total, total, first, full_hour(one.ends), hours, frozenset())
    )


def amortized(reserved: Reserved) -> int:
    hour, found = reserved.start, 0
    while hour < reserved.end:
        found += reserved.amortized(hour) or 0
        hour += HOUR
    return found


@settings(max_examples=40, deadline=None)
@given(
    starts,
    st.sampled_from(("P1M", "P1Y")),
    st.sampled_from(("Upfront", "Monthly")),
    st.integers(0, 10**18),
    st.integers(0, 9_000),
    st.integers(0, 59),
)
def test_what_is_billed_is_what_was_used(
    start: datetime, term: Term, plan: BillingPlan, total: int, hours: int, minutes: int
) -> None:
    end = start + timedelta(hours=hours + 1, minutes=minutes)
    reserved = bought(start, end, term, plan, total)
    months = TERM_MONTHS[term]
    back = end.date() < later(start, months).date()
    lines = list(payments(reserved, EVER))
    made = [line for line in lines if line.kind == "purchase"]
    refunds = [line for line in lines if line.kind == "refund"]
    dates = [start] if plan == "Upfront" else [later(start, n) for n in range(months)]
    assert [line.period.start for line in made] == [d for d in dates if not back or d < end]
    paid = sum(line.billed for line in made)
    assert abs(paid - Fraction(total * len(made), len(dates))) < len(dates)
    assert all(line.effective == 0 for line in made)
    used = amortized(reserved)
    assert len(refunds) == back
    for line in refunds:
        assert line.period.start == end
        assert line.billed <= 0
        assert line.billed == -max(0, paid - used)
        assert line.contracted == line.listed == line.billed
    billed = paid + sum(line.billed for line in refunds)
    assert billed == used + sum(line.effective or 0 for line in refunds)
    if not back:
        assert billed == total
    if plan == "Upfront":
        assert all(line.effective == 0 for line in refunds)


def test_an_end_that_is_told_by_its_day_is_the_end_of_the_term() -> None:
    start = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
    reserved = bought(start, datetime(2027, 2, 1, tzinfo=UTC), "P1Y", "Upfront", 8_760)
    assert reserved.end == datetime(2027, 2, 1, 8, tzinfo=UTC)
    assert [line.kind for line in payments(reserved, EVER)] == ["purchase"]


def test_half_a_term() -> None:
    start = datetime(2026, 4, 1, 10, tzinfo=UTC)

    def lines(plan: BillingPlan) -> list[CapacityLine]:
        end = start + timedelta(days=15)
        return list(payments(bought(start, end, "P1M", plan, 720 * 10**12), EVER))

    for plan in ("Upfront", "Monthly"):
        found = lines(plan)
        assert [(line.kind, line.billed) for line in found] == [
            ("purchase", 720 * 10**12),
            ("refund", -360 * 10**12),
        ]
        assert [line.quantity for line in found] == [50 * 10**12, -25 * 10**12]
