"""What the ledger tells for unit costs: the sums of several queries out of one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from costplane.analysis import aggregations
from costplane.analysis.columns import Grouping
from costplane.analysis.definition import QueryDefinition
from costplane.analysis.filters import Condition, Junction, Leaf
from costplane.analysis.unpriced import Unpriced
from costplane.app.queries.queries import QueryView
from costplane.app.unit_costs.question import UnitCostQuestion
from costplane.app.unit_costs.rows import Key, start_of, summed_rows
from costplane.app.unit_costs.units import Unit
from costplane.core.money import EXACT

Place = tuple[Key, str]
"""A row of the answer: its key and currency."""

_COST, _TOKENS, _CALLS = (
    aggregations.BY_NAME[name] for name in ("cost", "tokencount", "callcount")
)
_WITHOUT_PRICE = Leaf("Dimension", "BillingStatus", "In", ("unpriced", "usagemissing"))
_TOKEN_TYPE = Grouping("Dimension", "TokenType", "TokenType")


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of a row."""

    cost: Decimal | None
    tokens: int | None
    calls: int


@dataclass(frozen=True, slots=True)
class OfType:
    """Cost and tokens of a token type in a row; "" and `hours` are what is no call's."""

    cost: Decimal | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Named:
    """How many values of a dimension a group's calls name, and how many calls name none."""

    values: int
    untold: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a question, as far as its units need them."""

    totals: dict[Place, Total]
    unpriced: tuple[Unpriced, ...]
    currency: str
    without_price: dict[Place, int]
    by_type: dict[Place, dict[str, OfType]] = field(default_factory=dict)
    named: dict[str, dict[Key, Named]] = field(default_factory=dict)
    daily: dict[Place, dict[date, Decimal]] = field(default_factory=dict)


def sums_of(question: UnitCostQuestion, view: QueryView) -> Sums:
    """The sums that a question needs. Each further query has the groups of the first."""
    query = question.query
    answer = view.whole(query)
    rows = summed_rows(answer.rows, query)
    totals = {(row.key, row.currency): Total(*row.sums) for row in rows}
    kinds = {unit.kind for unit in question.units}
    dimensions = {unit.dimension for unit in question.units if unit.kind == "Values"}
    directed = any(unit.direction for unit in question.units)
    return Sums(
        totals,
        answer.unpriced,
        view.currency,
        _without_price(view, query, totals),
        by_type=_by_type(view, query, totals) if directed else {},
        named={name: _named(view, query, name) for name in sorted(dimensions)},
        daily=_daily(view, query, totals) if "Count" in kinds and not question.hourly else {},
    )


def counted_by(units: Iterable[Unit]) -> list[str]:
    """The business counts among units."""
    return [unit.count for unit in units if unit.kind == "Count"]


def _without_price(
    view: QueryView, query: QueryDefinition, totals: dict[Place, Total]
) -> dict[Place, int]:
    """Calls with a line that has no price, or that told no usage."""
    asked = replace(query, aggregations=(_CALLS,), filter=_and(query.filter, _WITHOUT_PRICE))
    found: dict[Place, int] = defaultdict(int)
    for row in summed_rows(view.whole(asked).rows, asked):
        found[_home((row.key, row.currency), totals)] += row.sums[0]
    return dict(found)


def _by_type(
    view: QueryView, query: QueryDefinition, totals: dict[Place, Total]
) -> dict[Place, dict[str, OfType]]:
    groups = (*_without(query.groupings, "TokenType"), _TOKEN_TYPE)
    asked = replace(query, aggregations=(_COST, _TOKENS), groupings=groups)
    where = [groups.index(grouping) for grouping in query.groupings]
    found: dict[Place, dict[str, OfType]] = defaultdict(dict)
    for row in summed_rows(view.whole(asked).rows, asked):
        day, values = row.key
        place = _home(((day, tuple(values[n] for n in where)), row.currency), totals)
        before = found[place].get(values[-1], OfType(None, 0))
        cost, tokens = row.sums
        found[place][values[-1]] = OfType(_plus(before.cost, cost), before.tokens + (tokens or 0))
    return dict(found)


def _without(groupings: Iterable[Grouping], name: str) -> tuple[Grouping, ...]:
    return tuple(g for g in groupings if (g.kind, g.name) != ("Dimension", name))


def _named(view: QueryView, query: QueryDefinition, dimension: str) -> dict[Key, Named]:
    dated = query.date_column is not None
    found = {}
    for row in view.distinct(query, dimension).to_pylist():
        start = start_of(row["date"], query.granularity) if dated else None
        values = tuple(row[f"g{n}"] for n in range(len(query.groupings)))
        found[start, values] = Named(row["named"], int(row["untold"] or 0))
    return found


def _daily(
    view: QueryView, query: QueryDefinition, totals: dict[Place, Total]
) -> dict[Place, dict[date, Decimal]]:
    """Costs by day, under the key of the row that the day is a part of."""
    asked = replace(query, granularity="Daily", aggregations=(_COST,))
    found: dict[Place, dict[date, Decimal]] = defaultdict(dict)
    for row in summed_rows(view.whole(asked).rows, asked):
        day, values = row.key
        if row.sums[0] is not None and day is not None:
            bucket = {"None": None, "Daily": day, "Monthly": day.replace(day=1)}
            place = _home(((bucket[query.granularity], values), row.currency), totals)
            found[place][day] = _plus(found[place].get(day), row.sums[0]) or Decimal(0)
    return dict(found)


def _home(place: Place, totals: dict[Place, Total]) -> Place:
    """The row that a part without a price belongs to: it has no currency of its own."""
    if place in totals:
        return place
    key, _ = place
    return key, min((c for k, c in totals if k == key), default=place[1])


def _and(condition: Condition | None, leaf: Leaf) -> Condition:
    return leaf if condition is None else Junction("and", (condition, leaf))


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The sum of what is known; None if neither is."""
    if one is None or other is None:
        return one if other is None else other
    return EXACT.add(one, other)
