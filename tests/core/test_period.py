"""Instants and half-open ranges (billing-rules 6, 26)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.core.period import (
    Period,
    hour_start,
    month_start,
    next_month,
    parse_instant,
)

instants = st.integers(0, 40_000 * 86_400 * 10**6).map(
    lambda us: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-02T10:00:09.4204992Z", at(2026, 11, 2, 10, 0, 9, 420499)),
        ("2026-11-02T10:00:09.9999999Z", at(2026, 11, 2, 10, 0, 9, 999999)),
        ("2026-11-02T10:00:09.42Z", at(2026, 11, 2, 10, 0, 9, 420000)),
        ("2026-11-02T15:30:00+05:30", at(2026, 11, 2, 10)),
        ("2026-11-01T23:30:00-01:00", at(2026, 11, 2, 0, 30)),
        ("2026-11-02 10:00", at(2026, 11, 2, 10)),
        (" 2026-11-02 ", at(2026, 11, 2)),
        ("2024-02-29", at(2024, 2, 29)),
    ],
)
def test_an_instant_is_read_in_utc_and_truncated(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-01", "2026-02-30", "0001-01-01T00:00:00+14:00", "10:00"]
)
def test_what_is_no_instant_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@given(instants)
def test_what_was_written_is_read_back(instant: datetime) -> None:
    assert parse_instant(instant.isoformat()) == instant


def test_a_period_includes_its_start_and_not_its_end() -> None:
    day = Period(at(2026, 11, 1), at(2026, 11, 2))
    assert at(2026, 11, 1) in day
    assert at(2026, 11, 2) - timedelta(microseconds=1) in day
    assert at(2026, 11, 2) not in day
    assert at(2026, 11, 1) not in Period(at(2026, 11, 1), at(2026, 11, 1))


def test_bounds_are_in_utc_and_in_order() -> None:
    with pytest.raises(ValueError, match="UTC"):
        Period(at(2026, 1, 1).replace(tzinfo=None), at(2026, 1, 2))
    with pytest.raises(ValueError, match="UTC"):
        Period(at(2026, 1, 1), datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1))))
    with pytest.raises(ValueError, match="before its start"):
        Period(at(2026, 1, 2), at(2026, 1, 1))


@given(instants, instants, instants, instants, instants)
def test_an_intersection_holds_what_both_hold(
    a: datetime, b: datetime, c: datetime, d: datetime, instant: datetime
) -> None:
    one, other = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    shared = one.intersection(other)
    assert (shared is not None and instant in shared) == (instant in one and instant in other)
    assert shared == other.intersection(one)


def test_periods_that_touch_share_nothing() -> None:
    first, second = Period(at(2026, 1, 1), at(2026, 1, 2)), Period(at(2026, 1, 2), at(2026, 1, 3))
    assert first.intersection(second) is None


@given(instants)
def test_hours_and_months_hold_their_instants(instant: datetime) -> None:
    assert hour_start(instant) <= instant < hour_start(instant) + timedelta(hours=1)
    assert month_start(instant) <= instant < next_month(instant)
    assert next_month(instant).day == 1
