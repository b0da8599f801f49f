"""Keys whose posting is due (app/ports.py, PostingKeys)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from costplane.store import tables
from costplane.store.database import Database, chunks, insert_new


class StoredPostingKeys:
    """The keys as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, kind: str, keys: Iterable[str]) -> None:
        """Remember keys that were touched."""
        rows = [{"kind": kind, "key": key} for key in keys]
        if rows:
            with self._database.writing() as connection:
                insert_new(connection, tables.posting_key, rows)

    def due(self, kind: str) -> list[str]:
        """The keys that are marked, in code-point order."""
        table = tables.posting_key
        with self._database.reading() as connection:
            return sorted(connection.scalars(select(table.c.key).where(table.c.kind == kind)))

    def settled(self, kind: str, keys: Iterable[str]) -> None:
        """Forget keys that have been posted."""
        table = tables.posting_key
        with self._database.writing() as connection:
            for part in chunks(list(keys)):
                connection.execute(delete(table).where(table.c.kind == kind, table.c.key.in_(part)))
