"""Discounts, markups and exchange rates as versions (pricing/ports.py, AgreementStore)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from costplane.pricing.adjustment import (
    PATTERNS,
    Adjustment,
    Applies,
    Discount,
    ExchangeRate,
    Markup,
    Told,
)
from costplane.pricing.ports import StoredAgreement
from costplane.store import tables
from costplane.store.database import Database
from costplane.store.price_version import next_version

_APPLIES = ("scope", *PATTERNS, "valid_from", "valid_to")
_MARKUP = ("percent", "amount", "currency", "block_size", "unit")
_EMPTY = {column.name: None for column in tables.adjustment.c}


class StoredAgreements:
    """The adjustments as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: Told, adjustments: Sequence[Adjustment]) -> StoredAgreement:
        """Keep the adjustments of a file as the next version."""
        with self._database.writing() as connection, connection.begin_nested() as attempt:
            version = next_version(connection)
            for known in _versions(connection):
                if (known["sha256"], known["name"]) == (told.sha256, told.agreement):
                    attempt.rollback()
                    return StoredAgreement(**known, already_known=True)
            row: dict[str, Any] = {
                "version": version,
                "name": told.agreement,
                "source_file": told.file,
                "sha256": told.sha256,
                "imported_at": told.imported_at,
            }
            connection.execute(insert(tables.agreement), row)
            rows = [_row(a, version, n) for n, a in enumerate(adjustments)]
            if rows:
                connection.execute(insert(tables.adjustment), rows)
        return StoredAgreement(**row, rows=len(rows))

    def versions(self) -> list[StoredAgreement]:
        """Every import, the oldest first."""
        with self._database.reading() as connection:
            return [StoredAgreement(**row) for row in _versions(connection)]

    def adjustments(self, version: int | None = None) -> list[Adjustment]:
        """Every adjustment that was told up to a version."""
        with self._database.reading() as connection:
            return adjustments_of(connection, version)


def adjustments_of(connection: Connection, version: int | None) -> list[Adjustment]:
    """Every adjustment that was told up to a version, by version and place in the file."""
    table, imports = tables.adjustment, tables.agreement
    query = (
        select(table, imports.c.name.label("agreement"), imports.c.source_file)
        .add_columns(imports.c.sha256, imports.c.imported_at)
        .join(imports, table.c.version == imports.c.version)
        .order_by(table.c.version, table.c.position)
    )
    if version is not None:
        query = query.where(table.c.version <= version)
    return [_adjustment(row) for row in connection.execute(query).mappings()]


def _versions(connection: Connection) -> list[dict[str, Any]]:
    table, rows = tables.agreement, tables.adjustment
    query = (
        select(table, func.count(rows.c.position).label("rows"))
        .outerjoin(rows, rows.c.version == table.c.version)
        .group_by(*table.c)
        .order_by(table.c.version)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _row(adjustment: Adjustment, version: int, position: int) -> dict[str, Any]:
    place = {"version": version, "position": position, "line": adjustment.told.line}
    common = _EMPTY | place | {"kind": type(adjustment).__name__}
    if isinstance(adjustment, ExchangeRate):
        told = ("base", "quote", "rate", "source")
        values = {name: getattr(adjustment, name) for name in told}
        return common | values | {"day": adjustment.day.isoformat()}
    applies = {name: getattr(adjustment.applies, name) for name in _APPLIES}
    further = ("percent",) if isinstance(adjustment, Discount) else _MARKUP
    own = {name: getattr(adjustment, name) for name in ("name", *further)}
    return common | applies | own | {"tags": dict(adjustment.applies.tags)}


def _adjustment(row: RowMapping) -> Adjustment:
    told = Told(
        row["agreement"],
        row["version"],
        row["source_file"],
        row["sha256"],
        row["line"],
        row["imported_at"],
    )
    if row["kind"] == ExchangeRate.__name__:
        day = date.fromisoformat(row["day"])
        return ExchangeRate(row["base"], row["quote"], day, row["rate"], row["source"], told)
    tags = tuple(sorted((row["tags"] or {}).items()))
    applies = Applies(**{name: row[name] for name in _APPLIES}, tags=tags)
    if row["kind"] == Discount.__name__:
        return Discount(row["name"], row["percent"], applies, told)
    return Markup(row["name"], applies, told, **{name: row[name] for name in _MARKUP})
