"""Values of a dimension or tag with their cost: what menus offer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from costplane.analysis import aggregations
from costplane.analysis.definition import Grouping, QueryDefinition, Sorting
from costplane.analysis.result import QueryResult
from costplane.core.period import Period

_COST = aggregations.BY_NAME["cost"]


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """A value and what it cost; `cost` is None where none of its lines has a price."""

    value: str
    cost: Decimal | None
    currency: str


def values_definition(grouping: Grouping, period: Period) -> QueryDefinition:
    """The query for a grouping's values, the dearest first."""
    return QueryDefinition(
        type="ActualCost",
        period=period,
        granularity="None",
        aggregations=(_COST,),
        groupings=(grouping,),
        sorting=(Sorting(_COST, "Descending"),),
    )


def values_of(result: QueryResult) -> list[DimensionValue]:
    """The values in the answer of `values_definition`; a value has one entry a currency."""
    columns = result.rows.columns
    rows = zip(*(columns[n].to_pylist() for n in (-2, 0, -1)), strict=True)
    return [DimensionValue(value, cost, currency) for value, cost, currency in rows]
