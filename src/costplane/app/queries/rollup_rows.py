"""Rows of the ledger summed by days and by months, as cost analysis reads them.

Such a row has every column that a plan over hours may name but the hour itself. Which amounts are
known is kept apart: a sum would hide that some of its rows have, say, no amount in USD. So the
sums over rollups are those over the rows behind them, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.analysis.dimensions import DIMENSIONS, Formula
from costplane.core.focus import ROLES
from costplane.core.sql import query
from costplane.core.tables import TABLES

Table = Literal["charges", "uncharged"]
Level = Literal["day", "month"]

TIME = "ChargePeriodStart"
_AMOUNTS: dict[Table, tuple[str, ...]] = {
    "charges": (
        "BilledCost",
        "EffectiveCost",
        "x_BilledCostInUsd",
        "x_EffectiveCostInUsd",
        "x_CrossChargeCost",
        "PricingQuantity",
        "ConsumedQuantity",
        "x_Events",
    ),
    "uncharged": ("ConsumedQuantity", "x_Events"),
}
_FURTHER = (
    "BillingAccountId",
    "BillingCurrency",
    "ChargeCategory",
    "ConsumedUnit",
    "ResourceId",
    "SubAccountId",
    "Tags",
    "x_BillingStatus",
    "x_ResourceGroupName",
    "x_Series",
    "x_StatusReason",
    "x_TokenType",
)
"""What statements name beside dimensions and amounts."""


@cache
def columns(table: Table) -> tuple[str, ...]:
    """The columns of rollups of `table`, the time first."""
    return (TIME, *_facts(table), *_AMOUNTS[table])


@cache
def schema(table: Table) -> pa.Schema:
    """The types of these columns."""
    return pa.schema([TABLES[table].field(name) for name in columns(table)])


@cache
def summed(table: Table, level: Level) -> exp.Query:
    """The statement that sums rows of `table`, or of its rollups, by days or months."""
    amounts = _AMOUNTS[table]
    known = [f"{name} IS NULL" for name in amounts if TABLES[table].field(name).nullable]
    time = f"DATE_TRUNC('{level}', MAKE_TIMESTAMP(EPOCH_US({TIME})))"
    facts = ", ".join(f'"{name}"' for name in _facts(table))
    sums = ", ".join(f'SUM("{name}") AS "{name}"' for name in amounts)
    return query(
        f"SELECT {time} AS start, {facts}, {sums} FROM {table} "
        f"GROUP BY {', '.join(['start', facts, *known])} ORDER BY start"
    )


def _facts(table: Table) -> tuple[str, ...]:
    named = {*_FURTHER, *_of_dimensions(table)}
    every = TABLES[table].names
    return tuple(n for n in every if n in named and n != TIME and ROLES.get(n) != "Amount")


def _of_dimensions(table: Table) -> Iterator[str]:
    for dimension in DIMENSIONS:
        place = getattr(dimension, table)
        if isinstance(place, Formula):
            formula = sqlglot.parse_one(place.sql, dialect="duckdb")
            yield from (column.name for column in formula.find_all(exp.Column))
        elif isinstance(place, str) and not dimension.is_request:
            yield place
