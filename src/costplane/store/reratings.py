"""The record of re-ratings (app/ports.py, Reratings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from costplane.access.audit import AuditAction, AuditEntry
from costplane.core.rerating import Changes, Rerating, Selection
from costplane.store import tables
from costplane.store.database import Database

_TEXTS: dict[str, Any] = {
    "selection": Selection,
    "versions_before": tuple[int, ...],
    "changes": Changes,
    "ledger_before": dict[str, int],
    "ledger_after": dict[str, int],
}
"""Fields that are kept as JSON text."""


class StoredReratings:
    """The re-ratings as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, rerating: Rerating) -> int:
        """Record a re-rating that begins, under the next number; the audit log says so."""
        table = tables.rerating
        with self._database.writing() as connection:
            number = int(connection.scalar(select(func.max(table.c.number))) or 0) + 1
            begun = replace(rerating, number=number)
            connection.execute(insert(table), _row(begun))
            _note(connection, begun, "ReratingBegun", begun.recorded_at)
        return number

    def finish(self, number: int, versions: Mapping[str, int], now: datetime) -> None:
        """Record that everything of it is posted, in tables of these versions; the audit log says
        so."""
        table = tables.rerating
        after = msgspec.json.encode(versions).decode()
        with self._database.writing() as connection:
            done = update(table).where(table.c.number == number)
            connection.execute(done.values(finished=True, ledger_after=after))
            row = connection.execute(select(table).where(table.c.number == number)).mappings().one()
            _note(connection, _rerating(dict(row)), "Rerated", now)

    def list(self) -> list[Rerating]:
        """All re-ratings, the oldest first."""
        table = tables.rerating
        with self._database.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).mappings()
            return [_rerating(dict(row)) for row in rows]


def _note(connection: Connection, of: Rerating, action: AuditAction, now: datetime) -> None:
    entry = AuditEntry(now, of.who, action, of.words())
    connection.execute(insert(tables.audit_entry), [asdict(entry)])


def _row(rerating: Rerating) -> dict[str, object]:
    plain = {name: getattr(rerating, name) for name in (c.name for c in tables.rerating.c)}
    return plain | {name: msgspec.json.encode(plain[name]).decode() for name in _TEXTS}


def _rerating(row: dict[str, Any]) -> Rerating:
    read: dict[str, Any] = {
        name: msgspec.json.decode(row[name], type=type_) for name, type_ in _TEXTS.items()
    }
    return Rerating(**(row | read))
