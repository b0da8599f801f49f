"""Sealed secrets by name (app/ports.py, Secrets)."""

from __future__ import annotations

from sqlalchemy import select

from costplane.store import tables
from costplane.store.database import Database, insert_new, upsert


class StoredSecrets:
    """The installation's secrets as a database holds them: sealed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, str]:
        """Every sealed text by its name."""
        table = tables.secret
        with self._database.reading() as connection:
            return {row.name: row.sealed for row in connection.execute(select(table))}

    def find(self, name: str) -> str | None:
        """The sealed text of a name."""
        return self.all().get(name)

    def add(self, name: str, sealed: str) -> None:
        """Keep a sealed text, unless there is one of its name."""
        with self._database.writing() as connection:
            insert_new(connection, tables.secret, [{"name": name, "sealed": sealed}])

    def put(self, name: str, sealed: str) -> None:
        """Keep a sealed text in the place of the one of its name."""
        with self._database.writing() as connection:
            upsert(connection, tables.secret, [{"name": name, "sealed": sealed}])
