"""Ranges of days as callers write them: both ends included, in UTC (billing-rules 27)."""

from __future__ import annotations

from datetime import date, datetime

from costplane.core.period import DAY, Period, day_start, month_start, parse_instant
from costplane.errors import InvalidInput

EARLIEST, LATEST = 1_900, 9_000
"""Years: near the ends of the calendar there is no day before, or after."""


def days(first: date | None, last: date | None, now: datetime) -> Period:
    """From `first` to the end of `last`; by default from the month's first day to today.

    Raises InvalidInput if the range ends before it starts.
    """
    for day, target in ((first, "from"), (last, "to")):
        if day is not None:
            _check_year(day, target)
    end = day_start(last or now.date()) + DAY
    start = day_start(first) if first else month_start(end - DAY)
    if end <= start:
        raise InvalidInput(
            f"the range ends on {last}, before its first day {start.date()}", target="to"
        )
    return Period(start, end)


def parse_day(text: str, target: str) -> date:
    """The UTC day of `text`, a date or an instant. Raises InvalidInput naming `target`."""
    try:
        day = parse_instant(text).date()
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"'{text[:40]}' is no date; write it as 2026-10-31", target=target
        ) from None
    _check_year(day, target)
    return day


def _check_year(day: date, target: str) -> None:
    if not EARLIEST <= day.year <= LATEST:
        raise InvalidInput(
            f"{day} is out of reach; years are {EARLIEST} to {LATEST}", target=target
        )
