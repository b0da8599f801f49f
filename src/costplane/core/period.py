"""Time: half-open ranges in UTC, and instants read from text.

Stored to the microsecond, truncated (billing-rules 6); hours and days are UTC (rule 26).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The instants from `start` up to, not including, `end`; both aware, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError("a period's bounds are in UTC")
        if self.end < self.start:
            raise ValueError(f"a period ends at {self.end}, before its start {self.start}")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def intersection(self, other: Period) -> Period | None:
        """What both cover; None if nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant in UTC, truncated to the microsecond; without a zone it is UTC.

    Raises ValueError when `text` is no date or date and time, or lies outside the years 1 to 9999.
    """
    value = datetime.fromisoformat(text.strip())
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range in UTC") from error


def day_start(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def month_start(instant: datetime) -> datetime:
    """The first instant of the UTC month of `instant`."""
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(instant: datetime) -> datetime:
    """The first instant of the UTC month after that of `instant`."""
    return month_start(month_start(instant) + timedelta(days=32))


def months_later(instant: datetime, months: int) -> datetime:
    """The same day and time that many months later, or the last day of that month."""
    month = instant.replace(day=1)
    for _ in range(months):
        following = next_month(month)
        month = month.replace(year=following.year, month=following.month)
    last = (next_month(month) - timedelta(days=1)).day
    return month.replace(day=min(instant.day, last))


def hour_start(instant: datetime) -> datetime:
    """The first instant of the hour of `instant`."""
    return instant.replace(minute=0, second=0, microsecond=0)
