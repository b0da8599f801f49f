"""The stretches of time in which an answer tells nothing apart.

Rows made of requests may hold as much as such a stretch: a bucket of the answer, cut where a
billing period begins, which dimensions tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from costplane.analysis.plan import QueryPlan
from costplane.analysis.zones import day_borders, local_date
from costplane.core.period import Period, month_start, next_month


@dataclass(frozen=True, slots=True)
class Stretches:
    """What begins at each of the `borders` (ascending, the last one the end of all), and at every
    midnight of UTC with `daily`."""

    borders: tuple[datetime, ...]
    daily: bool


def stretches(plan: QueryPlan, whole: Period) -> Stretches | None:
    """The stretches of `whole`, which holds the plan's period; None for an answer by hours, for
    calls that are counted by the lines of their hours, and for bills, whose days take the place of
    metered ones."""
    asked = plan.definition
    if asked.granularity == "Hourly" or plan.calls == "lines" or "Billed" in plan.datasets:
        return None
    borders = {whole.start, whole.end, plan.period.start, plan.period.end, *_months(whole)}
    daily = asked.granularity == "Daily" and _is_utc(plan)
    if asked.granularity != "None" and not daily:
        days = day_borders(asked.zone, plan.period)
        is_daily = asked.granularity == "Daily"
        borders.update(day for day in days if is_daily or local_date(day, asked.zone).day == 1)
    return Stretches(tuple(sorted(borders)), daily)


def _is_utc(plan: QueryPlan) -> bool:
    return all(offset.ahead == timedelta() for offset in plan.offsets)


def _months(whole: Period) -> list[datetime]:
    found, month = [], next_month(month_start(whole.start))
    while month < whole.end:
        found.append(month)
        month = next_month(month)
    return found
