"""Events held back (app/ports.py, Quarantine; billing-rules 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import func, select

from costplane.core.quarantine import QuarantinedEvent
from costplane.store import tables
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database, insert_new

_TEXTS = ("source", "id", "message", "event")


class StoredQuarantine:
    """The quarantine as a database holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, events: Iterable[QuarantinedEvent]) -> None:
        """Hold events back; of one identity the first stands."""
        rows = [_row(event) for event in reversed(list(events))]
        if rows:
            with self._database.writing() as connection:
                insert_new(connection, tables.quarantine, rows)

    def list(self, limit: int = 1_000) -> list[QuarantinedEvent]:
        """The newest arrivals, newest first."""
        table = tables.quarantine
        query = select(table).order_by(table.c.received_at.desc(), table.c.identity).limit(limit)
        with self._database.reading() as connection:
            return [value_of(QuarantinedEvent, row) for row in connection.execute(query).mappings()]

    def count(self) -> dict[str, int]:
        """How many events are held back, by code."""
        code = tables.quarantine.c.code
        query = select(code, func.count()).group_by(code)
        with self._database.reading() as connection:
            return {str(row[0]): int(row[1]) for row in sorted(connection.execute(query))}


def _row(event: QuarantinedEvent) -> dict[str, object]:
    """The row of an event. An index takes no text of any length, so the key is a digest."""
    identity = f"{len(event.source)}:{event.source}{event.id}"
    row = asdict(event) | {name: _storable(getattr(event, name)) for name in _TEXTS}
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    return {"identity": digest, **row}


def _storable(text: str) -> str:
    """`text` with a sign in place of what PostgreSQL or UTF-8 cannot hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
