"""Consumption commitments (billing/ports.py, CommitmentStore), each as a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import select

from costplane.billing.commitment import Commitment
from costplane.store import tables
from costplane.store.database import Database, upsert


class StoredCommitments:
    """The commitments as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, commitments: Iterable[Commitment], source_file: str, imported_at: datetime
    ) -> None:
        """Add commitments, or replace those of the same id: what counts comes to be known."""
        rows = [
            {
                "id": commitment.id,
                "document": msgspec.json.encode(commitment, order="deterministic").decode(),
                "source_file": source_file,
                "imported_at": imported_at,
            }
            for commitment in commitments
        ]
        with self._database.writing() as connection:
            upsert(connection, tables.commitment, rows)

    def all(self) -> list[Commitment]:
        """Every commitment, by id."""
        table = tables.commitment
        with self._database.reading() as connection:
            documents = connection.scalars(select(table.c.document).order_by(table.c.id))
            return [msgspec.json.decode(text.encode(), type=Commitment) for text in documents]
