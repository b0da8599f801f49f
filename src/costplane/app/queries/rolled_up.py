"""A plan's `charges` and `uncharged` out of rollups where whole days or months are asked for.

What a range holds beside its whole days, and what has no sums yet, is read from the rows; so is
everything if sums are deleted while they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from sqlglot import exp

from costplane.analysis.plan import QueryPlan
from costplane.app.queries.rollup_rows import TIME, Level, Table, columns
from costplane.app.queries.rollups import TABLES_ROLLED_UP, Covered, Rollups
from costplane.core.period import DAY, Period, month_start, next_month
from costplane.core.relation import Derived, Files, Relation
from costplane.core.sql import query
from costplane.core.tables import TABLES
from costplane.errors import Unavailable

A = TypeVar("A")
_REST = "rest"


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    level: Level | None
    period: Period


def over_sums(
    ask: Callable[[Mapping[str, Relation], Mapping[str, datetime]], A],
    plan: QueryPlan,
    named: Collection[str],
    relations: Mapping[str, Relation],
    rollups: Rollups,
) -> A:
    """What `ask` finds in the relations of a plan's statement and the values of their
    parameters."""
    few, values = rolled_up(plan, named, relations, rollups)
    try:
        return ask(few, values)
    except Unavailable:
        if all(few[name] is rows for name, rows in relations.items()):
            raise
        return ask(relations, {})


def rolled_up(
    plan: QueryPlan,
    named: Collection[str],
    relations: Mapping[str, Relation],
    rollups: Rollups,
) -> tuple[dict[str, Relation], dict[str, datetime]]:
    """The relations of a plan's statement, which names the columns `named`, with as few rows as
    there are for it; and the instants that they have parameters for."""
    found, values = dict(relations), dict[str, datetime]()
    whole = _whole_days(plan.period)
    if whole is None or not _takes_days(plan):
        return found, values
    for table in TABLES_ROLLED_UP:
        files = relations[table]
        if not isinstance(files, Files) or not _has(table, named):
            continue
        covered = rollups.covered(table, files)
        if covered.rollups:
            parts = [
                part for part in _parts(plan, whole) if part.name != _REST or covered.rest.paths
            ]
            found[table] = _relation(table, files, covered, parts, named)
            values |= dict(_values(parts))
    return found, values


def _takes_days(plan: QueryPlan) -> bool:
    """Whether sums by days in UTC can stand for hours."""
    in_utc = all(not offset.ahead for offset in plan.offsets)
    granularity = plan.definition.granularity
    days = granularity == "None" or (granularity != "Hourly" and in_utc)
    return days and plan.source == "hourly" and not plan.cuts and plan.calls != "lines"


def _has(table: Table, named: Collection[str]) -> bool:
    """Whether sums have all of the table's columns that are named."""
    return all(name in columns(table) for name in named if name in TABLES[table].names)


def _relation(
    table: Table, files: Files, covered: Covered, parts: list[_Part], named: Collection[str]
) -> Relation:
    """The rows of all parts; the plan itself asks for the range of a single one."""
    relations: dict[str, Relation] = {}
    for part in parts:
        if part.level is not None:
            relations[part.name] = covered.sums(table, part.level)
        else:
            relations[part.name] = covered.rest if part.name == _REST else files
    if len(parts) == 1:
        return relations[parts[0].name]
    asked = tuple(name for name in columns(table) if name in named)
    return Derived(_union(asked, tuple(relations)), relations)


def _values(parts: Iterable[_Part]) -> Iterator[tuple[str, datetime]]:
    for part in parts:
        yield f"{part.name}_start", part.period.start
        yield f"{part.name}_end", part.period.end


def _parts(plan: QueryPlan, whole: Period) -> Iterator[_Part]:
    """The range in parts that hold anything."""
    parts = (
        *_sums(plan, whole),
        _Part(_REST, None, whole),
        _Part("before", None, Period(plan.period.start, whole.start)),
        _Part("after", None, Period(whole.end, plan.period.end)),
    )
    return (part for part in parts if part.period.start < part.period.end)


def _sums(plan: QueryPlan, whole: Period) -> Iterator[_Part]:
    months = _whole_months(whole)
    if plan.definition.granularity == "Daily" or months is None:
        yield _Part("days", "day", whole)
        return
    yield _Part("days_before", "day", Period(whole.start, months.start))
    yield _Part("months", "month", months)
    yield _Part("days_after", "day", Period(months.end, whole.end))


def _whole_days(period: Period) -> Period | None:
    first = _day(period.start + DAY - timedelta(microseconds=1))
    end = _day(period.end)
    return Period(first, end) if first < end else None


def _whole_months(period: Period) -> Period | None:
    start = month_start(period.start)
    first = start if start == period.start else next_month(period.start)
    end = month_start(period.end)
    return Period(first, end) if first < end else None


def _day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=64)
def _union(asked: tuple[str, ...], names: tuple[str, ...]) -> exp.Query:
    listed = ", ".join(f'"{name}"' for name in asked)
    parts = (
        f"SELECT {listed} FROM {name} WHERE {TIME} >= ${name}_start AND {TIME} < ${name}_end"
        for name in names
    )
    return query(" UNION ALL ".join(parts))
