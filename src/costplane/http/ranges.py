"""Ranges of days as callers write them: both ends included, in UTC (billing-rules 27)."""

from __future__ import annotations

from datetime import date, datetime

from costplane.core.period import DAY, Period, day_start, month_start, parse_instant
from costplane.errors import InvalidInput


def days(first: date | None, last: date | None, now: datetime) -> Period:
    """From `first` to the end of `last`; by default from the month's first day to today.

    Raises InvalidInput if the range ends before it starts.
    """
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
        return parse_instant(text).date()
    except ValueError:
        raise InvalidInput(
            f"'{text[:40]}' is no date; write it as 2026-10-31", target=target
        ) from None
