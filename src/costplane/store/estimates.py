"""Saved estimates (app/estimating/ports.py)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from costplane.core.saved_estimate import SavedEstimate
from costplane.store import tables
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database


class StoredEstimates:
    """The saved estimates as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, name: str, saved_at: datetime, price_version: int, document: str
    ) -> SavedEstimate:
        """Keep the next version of `name`."""
        table = tables.estimate
        last = select(func.max(table.c.version)).where(table.c.name == name)
        with self._database.writing() as connection:
            version = (connection.scalar(last) or 0) + 1
            saved = SavedEstimate(name, version, saved_at, price_version, document)
            connection.execute(insert(table).values(asdict(saved)))
        return saved

    def all(self) -> list[SavedEstimate]:
        """Every version, by name and version."""
        table = tables.estimate
        query = select(table).order_by(table.c.name, table.c.version)
        with self._database.reading() as connection:
            return [value_of(SavedEstimate, row) for row in connection.execute(query).mappings()]

    def find(self, name: str, version: int | None = None) -> SavedEstimate | None:
        """A version of an estimate, the newest if none is named; None if there is none."""
        table = tables.estimate
        query = select(table).where(table.c.name == name).order_by(table.c.version.desc()).limit(1)
        if version is not None:
            query = query.where(table.c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else value_of(SavedEstimate, row)

    def remove(self, name: str) -> int:
        """Forget all versions of an estimate; how many there were."""
        table = tables.estimate
        with self._database.writing() as connection:
            return connection.execute(delete(table).where(table.c.name == name)).rowcount
