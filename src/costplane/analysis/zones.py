"""Local time: a zone's offsets from UTC during a period, and its days and hours as instants.

Days and months are UTC unless the asker names a zone (billing-rules 26). Offsets are found here,
from the system's or the package's tz database, and go into plans as data, so that every engine
puts every hour into the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from costplane.core.period import DAY, HOUR, Period, hour_start
from costplane.errors import InvalidQuery


@dataclass(frozen=True, slots=True)
class Offset:
    """From `since` on, local time is UTC plus `ahead`."""

    since: datetime
    ahead: timedelta


@lru_cache(maxsize=1)
def _known_zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def zone_name(text: str, target: str) -> str:
    """The IANA name that `text` means, in its own spelling. Raises InvalidQuery if unknown."""
    if text.lower() not in _known_zones():
        raise InvalidQuery(
            f"'{text[:60]}' is no time zone; write an IANA name such as Europe/Berlin or UTC",
            target=target,
        )
    return _known_zones()[text.lower()]


def local_midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day. Where the clock skips midnight, the day starts later."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_date(instant: datetime, zone: str) -> date:
    """The local day of `instant`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def offsets(zone: str, period: Period) -> tuple[Offset, ...]:
    """The zone's offsets during `period`, the first from its start."""
    found = [Offset(period.start, _ahead(period.start, zone))]
    day = period.start
    while day < period.end:
        following = min(day + DAY, period.end)
        if _ahead(following, zone) != _ahead(day, zone):
            found.append(_change(day, following, zone))
        day = following
    return tuple(offset for offset in found if offset.since < period.end or offset is found[0])


def _change(before: datetime, after: datetime, zone: str) -> Offset:
    """The change of offset between two instants, to the second."""
    new = _ahead(after, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _ahead(middle, zone) == new:
            after = middle
        else:
            before = middle
    return Offset(after, new)


def _ahead(instant: datetime, zone: str) -> timedelta:
    return instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def day_borders(zone: str, period: Period) -> list[datetime]:
    """The first instants of the local days that start inside `period`."""
    day = local_date(period.start, zone)
    borders = []
    while (border := local_midnight(day, zone)) < period.end:
        if border > period.start:
            borders.append(border)
        day += timedelta(days=1)
    return borders


def hour_borders(zone: str, period: Period) -> list[datetime]:
    """The instants inside `period` at which a local hour starts."""
    borders = set()
    changes = offsets(zone, period)
    ends = [change.since for change in changes[1:]] + [period.end]
    for offset, end in zip(changes, ends, strict=True):
        start = hour_start(offset.since) - offset.ahead % HOUR
        borders |= {start + HOUR * n for n in range((end - start) // HOUR + 1)}
    return sorted(border for border in borders if border in period and border > period.start)
