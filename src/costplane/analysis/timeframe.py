"""Time frames of a query: names and custom ranges as half-open periods.

`to` is inclusive, and a time of 00:00:00 names that whole day (billing-rules 27), which is a day
of the asker's zone (26). A week starts on Monday (ISO 8601); a billing month is the calendar
month. Periods "to date" end with the current day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from costplane.analysis.body import as_object, as_text, choose, member
from costplane.analysis.zones import local_date, local_midnight
from costplane.core.period import Period
from costplane.errors import InvalidQuery

Days = tuple[date, date]
"""A first day and the day after the last."""

LONGEST = timedelta(days=3_660)
"""The longest range of one query."""

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _previous_month(day: date) -> date:
    return _first_of_month(_first_of_month(day) - timedelta(days=1))


def _next_month(day: date) -> date:
    return _first_of_month(_first_of_month(day) + timedelta(days=32))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _tomorrow(day: date) -> date:
    return day + timedelta(days=1)


_NAMED: dict[str, Callable[[date], Days]] = {
    "MonthToDate": lambda today: (_first_of_month(today), _tomorrow(today)),
    "BillingMonthToDate": lambda today: (_first_of_month(today), _tomorrow(today)),
    "TheCurrentMonth": lambda today: (_first_of_month(today), _next_month(today)),
    "TheLastMonth": lambda today: (_previous_month(today), _first_of_month(today)),
    "TheLastBillingMonth": lambda today: (_previous_month(today), _first_of_month(today)),
    "WeekToDate": lambda today: (_monday(today), _tomorrow(today)),
    "TheLastWeek": lambda today: (_monday(today) - timedelta(days=7), _monday(today)),
    "YearToDate": lambda today: (date(today.year, 1, 1), _tomorrow(today)),
    "TheLastYear": lambda today: (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
}
TIMEFRAMES: tuple[str, ...] = (*_NAMED, "Custom")
_ALLOWED = {name.lower(): name for name in TIMEFRAMES}


def parse_timeframe(value: object, time_period: object, zone: str, now: datetime) -> Period:
    """The period that `timeframe`, and `timePeriod` with Custom, mean in `zone`."""
    name = choose(value, _ALLOWED, "timeframe")
    if name == "Custom":
        return _custom(time_period, zone)
    first, end = _NAMED[name](local_date(now, zone))
    return Period(local_midnight(first, zone), local_midnight(end, zone))


def _custom(value: object, zone: str) -> Period:
    if value is None:
        raise InvalidQuery(
            "timeframe Custom needs timePeriod with from and to", target="timePeriod"
        )
    body = as_object(value, "timePeriod")
    start = _bound(member(body, "from", "timePeriod.from"), "timePeriod.from", zone, is_end=False)
    end = _bound(member(body, "to", "timePeriod.to"), "timePeriod.to", zone, is_end=True)
    if start >= end:
        raise InvalidQuery("timePeriod.from is later than timePeriod.to", target="timePeriod.from")
    if end - start > LONGEST:
        raise InvalidQuery(
            f"timePeriod covers more than {LONGEST.days:,} days; ask for a shorter range",
            target="timePeriod",
        )
    return Period(start, end)


def _bound(value: object, target: str, zone: str, *, is_end: bool) -> datetime:
    """A bound as an instant; that of an end is exclusive."""
    if value is None:
        raise InvalidQuery(f"{target} is missing; write a day such as 2026-10-31", target=target)
    moment = _moment(as_text(value, target), target)
    if moment.time() == time(0):
        day = moment.date() + timedelta(days=1) if is_end else moment.date()
        if moment.utcoffset():
            return datetime.combine(day, time(0), moment.tzinfo).astimezone(UTC)
        return local_midnight(day, zone)
    instant = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    return instant + _resolution(instant) if is_end else instant


def _moment(text: str, target: str) -> datetime:
    """The date and time as written, with its offset if it has one."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidQuery(
            f"'{text[:60]}' is no ISO 8601 date; write a day such as 2026-10-31", target=target
        ) from None
    if not _EARLIEST <= moment.date() < _LATEST:
        raise InvalidQuery(
            f"{target} lies between {_EARLIEST.year} and {_LATEST.year - 1}", target=target
        )
    return moment


def _resolution(instant: datetime) -> timedelta:
    """What an inclusive end includes: the second, millisecond or microsecond that it names."""
    if instant.microsecond == 0:
        return timedelta(seconds=1)
    return timedelta(microseconds=1 if instant.microsecond % 1_000 else 1_000)
