"""Business counts (app/unit_costs/ports.py, CountStore)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from costplane.core.business_count import BusinessCount
from costplane.core.tags import canonical
from costplane.store import tables
from costplane.store.database import Database, upsert


class StoredCounts:
    """The business counts as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, counts: Iterable[BusinessCount], uploaded_at: datetime) -> None:
        """Keep counts, all or none, in place of those of equal identity."""
        rows = [_row(count) | {"uploaded_at": uploaded_at} for count in counts]
        with self._database.writing() as connection:
            upsert(connection, tables.business_count, rows)

    def between(self, first: date, last: date, unit: str | None = None) -> list[BusinessCount]:
        """The counts of the days from `first` to `last`, of one unit or of all, in order."""
        table = tables.business_count
        query = select(table).where(_chosen(first, last, unit)).order_by(*table.primary_key)
        with self._database.reading() as connection:
            return [_count(row) for row in connection.execute(query).mappings()]

    def remove(self, unit: str, scope: str, first: date, last: date) -> int:
        """Forget the counts of a unit at a scope, for these days; how many there were."""
        table = tables.business_count
        chosen = and_(_chosen(first, last, unit), table.c.scope == scope)
        with self._database.writing() as connection:
            return connection.execute(delete(table).where(chosen)).rowcount


def _chosen(first: date, last: date, unit: str | None) -> ColumnElement[bool]:
    table = tables.business_count
    of_unit = [] if unit is None else [table.c.unit == unit]
    return and_(table.c.day >= first, table.c.day <= last, *of_unit)


def _row(count: BusinessCount) -> dict[str, object]:
    return {
        "unit": count.unit,
        "day": count.day,
        "scope": count.scope,
        "dimensions": canonical(dict(count.dimensions)),
        "count": count.count,
    }


def _count(row: Mapping[Any, Any]) -> BusinessCount:
    dimensions = tuple(sorted(json.loads(row["dimensions"]).items()))
    return BusinessCount(row["unit"], row["day"], row["scope"], dimensions, row["count"])
