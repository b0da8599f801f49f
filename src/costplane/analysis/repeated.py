"""Statements of plans that differ in their period alone: built once, run with its instants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlglot import exp

from costplane.analysis.definition import Grouping, QueryDefinition, Sorting
from costplane.analysis.plan import ANY_PERIOD, QueryPlan
from costplane.analysis.sql import statement
from costplane.analysis.unpriced import unpriced_statement


@dataclass(frozen=True, slots=True)
class Repeated:
    """A statement with parameters for the period, and the columns that it names, in all and where
    it reads each table."""

    statement: exp.Query
    columns: frozenset[str]
    by_table: Mapping[str, frozenset[str]]

    def read_of(self, table: str) -> frozenset[str]:
        """The columns that are read of a table."""
        return self.by_table.get(table, frozenset())


def answer_of(plan: QueryPlan) -> Repeated:
    """The statement of the plan's rows."""
    return _answer(_of_any_period(plan))


def lacking_of(plan: QueryPlan) -> Repeated:
    """The statement of what the total lacks."""
    return _lacking(_of_any_period(unpriced_plan(plan)))


def instants(plan: QueryPlan) -> dict[str, datetime]:
    """The values of the parameters."""
    return {"period_start": plan.period.start, "period_end": plan.period.end}


def unpriced_plan(plan: QueryPlan) -> QueryPlan:
    """What of the plan decides what its total lacks: neither sums nor groups do."""
    definition = replace(
        plan.definition,
        type="Usage",
        granularity="None",
        aggregations=(),
        groupings=(),
        sorting=(),
        zone="UTC",
    )
    return replace(
        plan,
        definition=definition,
        currency="",
        calls=None,
        uncharged=False,
        datasets=(),
        offsets=plan.offsets[:1],
    )


@lru_cache(maxsize=128)
def _answer(plan: QueryPlan) -> Repeated:
    return _repeated(statement(plan))


@lru_cache(maxsize=128)
def _lacking(plan: QueryPlan) -> Repeated:
    return _repeated(unpriced_statement(plan))


def _repeated(built: exp.Query) -> Repeated:
    by_table: dict[str, frozenset[str]] = defaultdict(frozenset)
    for table in built.find_all(exp.Table):
        reading = table.find_ancestor(exp.Select)
        assert reading is not None
        by_table[table.name] |= _columns(reading)
    return Repeated(built, _columns(built), dict(by_table))


def _columns(part: exp.Expr) -> frozenset[str]:
    return frozenset(column.name for column in part.find_all(exp.Column))


def _of_any_period(plan: QueryPlan) -> QueryPlan:
    """The plan with nothing of its period in it, and with names of dimensions as they are
    registered: only a tag's key is shown as it was written."""
    first, *rest = plan.offsets
    return replace(
        plan,
        definition=_of_any_writing(plan.definition),
        offsets=(replace(first, since=ANY_PERIOD.start), *rest),
        cuts=(),
    )


def _of_any_writing(definition: QueryDefinition) -> QueryDefinition:
    return replace(
        definition,
        period=ANY_PERIOD,
        groupings=tuple(map(_registered, definition.groupings)),
        sorting=tuple(map(_by_registered, definition.sorting)),
    )


def _registered(grouping: Grouping) -> Grouping:
    return grouping if grouping.kind == "TagKey" else replace(grouping, written=grouping.name)


def _by_registered(sorting: Sorting) -> Sorting:
    by = sorting.by
    return replace(sorting, by=_registered(by)) if isinstance(by, Grouping) else sorting
