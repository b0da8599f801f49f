"""Values of a dimension or tag with their cost, and the keys of tags: what menus offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlglot
from sqlglot import exp

from costplane.analysis import aggregations
from costplane.analysis.definition import Grouping, QueryDefinition, Sorting
from costplane.analysis.result import QueryResult
from costplane.core.period import Period
from costplane.core.relation import Engine, Relation

_COST = aggregations.BY_NAME["cost"]
_TAGGED = ("charges", "uncharged", "usage")


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


def tag_keys(
    engine: Engine, relations: Mapping[str, Relation], tables: Iterable[str] = _TAGGED
) -> list[str]:
    """The keys of tags in `tables`, sorted; of one key under several cases the first spelling.

    Over `charges` and `uncharged` it is what hourly rows carry (analysis/plan.py).
    """
    found = [
        row
        for table in tables
        for row in engine.execute(_keys_statement(table), relations)["key"].to_pylist()
    ]
    spelled = {key.lower(): key for key in sorted(found, reverse=True)}
    return sorted(spelled.values(), key=str.lower)


def _keys_statement(table: str) -> exp.Query:
    """The distinct keys; equal sets of tags are read once."""
    statement = sqlglot.parse_one(
        "SELECT DISTINCT UNNEST(JSON_KEYS(CAST(tags AS JSON))) AS key "
        "FROM (SELECT DISTINCT tags FROM rows) AS sets",
        dialect="duckdb",
    )
    assert isinstance(statement, exp.Query)
    for source in statement.find_all(exp.Table):
        source.set("this", exp.to_identifier(table))
    return statement
