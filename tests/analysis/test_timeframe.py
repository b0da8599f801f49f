"""Named and custom ranges; days and instants; zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.timeframe import parse_timeframe
from costplane.analysis.zones import (
    day_borders,
    hour_borders,
    local_date,
    local_midnight,
    offsets,
    zone_name,
)
from costplane.core.period import Period
from costplane.errors import InvalidQuery

NOW = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("MonthToDate", "2026-11-01", "2026-11-19"),
        ("billingmonthtodate", "2026-11-01", "2026-11-19"),
        ("TheCurrentMonth", "2026-11-01", "2026-12-01"),
        ("TheLastMonth", "2026-10-01", "2026-11-01"),
        ("TheLastBillingMonth", "2026-10-01", "2026-11-01"),
        ("WeekToDate", "2026-11-16", "2026-11-19"),
        ("TheLastWeek", "2026-11-09", "2026-11-16"),
        ("YearToDate", "2026-01-01", "2026-11-19"),
        ("TheLastYear", "2025-01-01", "2026-01-01"),
    ],
)
def test_named_time_frames(name: str, start: str, end: str) -> None:
    assert parse_timeframe(name, None, "UTC", NOW) == _period(f"{start}T00:00", f"{end}T00:00")


def test_named_time_frames_are_days_of_the_zone() -> None:
    found = parse_timeframe("MonthToDate", None, "Europe/Berlin", NOW)
    assert found == _period("2026-10-31T23:00", "2026-11-19T23:00")


@pytest.mark.parametrize(
    ("first", "last", "zone", "start", "end"),
    [
        ("2026-10-01", "2026-10-31", "UTC", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00+00:00", "UTC", "2026-10-01T00:00",
         "2026-11-01T00:00"),
        ("2026-10-01", "2026-10-31T23:59:59", "UTC", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("2026-10-01", "2026-10-31T23:59:59.999Z", "UTC", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("2026-10-01", "2026-10-31T23:59:59.9999999Z", "UTC", "2026-10-01T00:00",
         "2026-11-01T00:00"),
        ("2026-10-01T10:00:00", "2026-10-01T10:59:59", "UTC", "2026-10-01T10:00",
         "2026-10-01T11:00"),
        ("2026-10-01", "2026-10-31", "Europe/Berlin", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z", "Europe/Berlin", "2026-09-30T22:00",
         "2026-10-31T23:00"),
        ("2026-10-01T06:00:00", "2026-10-01T06:59:59", "Asia/Kolkata", "2026-10-01T00:30",
         "2026-10-01T01:30"),
        ("2026-10-01T02:00:00+02:00", "2026-10-01T00:00:00+02:00", "UTC", "2026-10-01T00:00",
         "2026-10-01T22:00"),
    ],
)  # fmt: skip
def test_custom_ranges(first: str, last: str, zone: str, start: str, end: str) -> None:
    found = parse_timeframe("Custom", {"from": first, "to": last}, zone, NOW)
    assert found == _period(start, end)


@pytest.mark.parametrize(
    ("bounds", "target"),
    [
        ({"from": "2026-10-02", "to": "2026-10-01"}, "timePeriod.from"),
        ({"from": "soon", "to": "2026-10-01"}, "timePeriod.from"),
        ({"from": "0001-01-01", "to": "2026-10-01"}, "timePeriod.from"),
        ({"from": "2026-10-01", "to": "9999-12-31"}, "timePeriod.to"),
        ({"from": "2001-10-01", "to": "2026-10-01"}, "timePeriod"),
        ({"from": 20261001, "to": "2026-10-01"}, "timePeriod.from"),
        ([], "timePeriod"),
    ],
)
def test_custom_ranges_that_make_no_sense(bounds: Any, target: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse_timeframe("Custom", bounds, "UTC", NOW)
    assert raised.value.target == target


zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana",
     "Africa/Cairo", "Asia/Beirut", "America/St_Johns", "Pacific/Chatham", "Africa/Casablanca"]
)  # fmt: skip
minutes = st.integers(0, 500 * 24 * 60).map(
    lambda m: datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=m)
)


@settings(max_examples=60)
@given(zones, minutes, st.integers(1, 60 * 24 * 60), st.floats(0, 1))
def test_offsets_are_those_of_the_zone(
    zone: str, start: datetime, length: int, share: float
) -> None:
    period = Period(start, start + timedelta(minutes=length))
    instant = start + timedelta(minutes=int(length * share))
    found = [offset for offset in offsets(zone, period) if offset.since <= instant][-1]
    assert found.ahead == instant.astimezone(ZoneInfo(zone)).utcoffset()


@settings(max_examples=60)
@given(zones, minutes, st.integers(1, 3 * 24 * 60))
def test_borders_are_where_the_local_day_and_hour_change(
    zone: str, start: datetime, length: int
) -> None:
    period = Period(start, start + timedelta(minutes=length))
    days, hours = set(day_borders(zone, period)), set(hour_borders(zone, period))
    for minute in range(1, length):
        now = start + timedelta(minutes=minute)
        local = now.astimezone(ZoneInfo(zone))
        earlier = (now - timedelta(minutes=1)).astimezone(ZoneInfo(zone))
        if local.date() > earlier.date():
            assert now in days
        if local.hour != earlier.hour:
            assert now in hours


def test_a_day_that_starts_later_starts_later() -> None:
    # Clocks in Egypt go from midnight to one on 2026-04-24.
    start = local_midnight(date(2026, 4, 24), "Africa/Cairo")
    assert start == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert local_date(start, "Africa/Cairo") == date(2026, 4, 24)


def test_zone_names_are_found_in_any_case() -> None:
    assert zone_name("europe/berlin", "timeZone") == "Europe/Berlin"
    for unknown in ("", "Mars/Olympus", "/etc/localtime", "."):
        with pytest.raises(InvalidQuery, match="IANA"):
            zone_name(unknown, "timeZone")


def _period(start: str, end: str) -> Period:
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return Period(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
