"""An answer: its columns, its rows, and what its totals lack (contract.md section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from costplane.analysis.plan import QueryPlan
from costplane.analysis.unpriced import Unpriced

Cell = Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column as the API names it; two groupings by tag both give TagKey and TagValue."""

    name: str
    type: Literal["Number", "String", "Datetime"]


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A whole answer. `rows` has the columns in order, under names that differ (TagKey2)."""

    columns: tuple[ResultColumn, ...]
    rows: pa.Table
    unpriced: tuple[Unpriced, ...]
    datasets: tuple[str, ...]


def result_columns(plan: QueryPlan) -> tuple[ResultColumn, ...]:
    """Sums, then the date, then the groupings in their order, Currency last."""
    definition = plan.definition
    columns = [ResultColumn(a.name, "Number") for a in definition.aggregations]
    if definition.date_column is not None:
        daily = definition.granularity == "Daily"
        columns.append(ResultColumn(definition.date_column, "Number" if daily else "Datetime"))
    for grouping in definition.groupings:
        tag = grouping.kind == "TagKey"
        names = ("TagKey", "TagValue") if tag else (grouping.written,)
        columns += [ResultColumn(name, "String") for name in names]
    return (*columns, ResultColumn("Currency", "String"))


def query_result(plan: QueryPlan, rows: pa.Table, unpriced: tuple[Unpriced, ...]) -> QueryResult:
    """The answer made of a statement's rows."""
    columns = result_columns(plan)
    return QueryResult(columns, rows.rename_columns(_unique(columns)), unpriced, plan.datasets)


def _unique(columns: tuple[ResultColumn, ...]) -> list[str]:
    names: list[str] = []
    for column in columns:
        times = sum(name.rstrip("0123456789") == column.name for name in names)
        names.append(f"{column.name}{times + 1}" if column.name in names else column.name)
    return names


def json_rows(rows: pa.Table) -> list[list[Cell]]:
    """Rows as lists; amounts are decimals with all their digits and no idle zeros."""
    columns = [[_plain(cell) for cell in column.to_pylist()] for column in rows.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, Decimal):
        return cell
    short = cell.normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
