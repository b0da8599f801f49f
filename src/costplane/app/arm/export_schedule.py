"""When an export runs (contract.md section 7)."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import field

from costplane.app.arm.documents import Shape
from costplane.core.period import DAY
from costplane.errors import InvalidInput

_PLACE = "properties.schedule"
_MONTHS = {"Monthly": 1, "Annually": 12}


class RecurrencePeriod(Shape, frozen=True):
    """From its first run to the last."""

    start: datetime = field(name="from")
    end: datetime | None = field(name="to", default=None)


class Schedule(Shape, frozen=True, kw_only=True):
    """How often an export runs. Without a recurrence it runs when it is asked to."""

    status: Literal["Active", "Inactive"] = "Inactive"
    recurrence: Literal["None", "Daily", "Weekly", "Monthly", "Annually"] = "None"
    recurrence_period: RecurrencePeriod | None = None


def check_schedule(schedule: Schedule | None, before: Schedule | None, now: datetime) -> None:
    """Raise InvalidInput for a schedule that cannot run. A start that has passed is taken where
    it was kept already."""
    if schedule is None:
        return
    period = schedule.recurrence_period
    if schedule.status == "Active" and (schedule.recurrence == "None" or period is None):
        raise InvalidInput(
            f"{_PLACE} that is Active has a recurrence (Daily, Weekly, Monthly or Annually) and "
            "a recurrencePeriod",
            target=f"{_PLACE}.recurrence",
        )
    if period is None:
        return
    if period.end is not None and period.start > period.end:
        raise InvalidInput(
            "Request properties validation failed: Invalid schedule recurrencePeriod; "
            "'from' value cannot be after 'to' value",
            target=f"{_PLACE}.recurrencePeriod",
        )
    known = before.recurrence_period if before else None
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period.start < today and (known is None or known.start != period.start):
        raise InvalidInput(
            f"Invalid schedule recurrencePeriod; 'from' is today or later, not {period.start:%F}",
            target=f"{_PLACE}.recurrencePeriod.from",
        )


def next_run(schedule: Schedule, now: datetime) -> datetime | None:
    """The first run after `now`; None if there is none any more."""
    period = schedule.recurrence_period
    if schedule.status != "Active" or period is None:
        return None
    coming = _first_after(period.start, schedule.recurrence, now)
    return None if period.end is not None and coming > period.end else coming


def _first_after(start: datetime, recurrence: str, now: datetime) -> datetime:
    if start > now:
        return start
    if recurrence in _MONTHS:
        step = _MONTHS[recurrence]
        passed = (now.year - start.year) * 12 + now.month - start.month
        count = passed - passed % step
        coming = _months_after(start, count)
        return coming if coming > now else _months_after(start, count + step)
    step_of = 7 * DAY if recurrence == "Weekly" else DAY
    passed_steps = (now - start) // step_of + 1
    return start + timedelta(seconds=step_of.total_seconds() * passed_steps)


def _months_after(start: datetime, months: int) -> datetime:
    """The same day of a later month, its last where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
