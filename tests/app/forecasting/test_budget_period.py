"""The period of a budget against counting months by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.arm.budget import Budget, TimePeriod
from costplane.app.forecasting.budget_spend import budget_period

MONTHS = st.integers(2017 * 12 + 5, 2039 * 12)
STARTS = st.builds(
    lambda month, day: datetime(month // 12, month % 12 + 1, day, tzinfo=UTC),
    MONTHS,
    st.integers(1, 28),
)


def later(instant: datetime, months: int) -> datetime:
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    return instant.replace(year=year, month=month + 1)


@settings(max_examples=50, deadline=None)
@given(
    start=STARTS,
    passed=st.timedeltas(timedelta(0), timedelta(days=4_000)),
    grain=st.sampled_from([("Monthly", 1), ("BillingQuarter", 3), ("Annually", 12)]),
)
def test_the_period_holds_now_and_follows_the_one_before(
    start: datetime, passed: timedelta, grain: tuple[str, int]
) -> None:
    now, (name, months) = start + passed, grain
    expected = start
    while later(expected, months) <= now:
        expected = later(expected, months)
    found = budget_period(Budget(time_grain=name, time_period=TimePeriod(start)), now)  # type: ignore[arg-type]
    assert found is not None
    assert (found.start, found.end) == (expected, later(expected, months))


def test_there_is_none_before_the_start_and_after_the_end() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    one = Budget(time_grain="Monthly", time_period=TimePeriod(start, end))
    assert budget_period(one, start - timedelta(seconds=1)) is None
    assert budget_period(one, end) is None
    assert budget_period(one, end - timedelta(seconds=1)) is not None
    use = Budget(time_grain="Last7Days", time_period=TimePeriod(start, end))
    assert budget_period(use, start) is None
