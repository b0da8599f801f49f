"""The page's sessions, as a database holds them (access/ports.py)."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import delete, insert, select

from costplane.access.sessions import Session
from costplane.store import tables
from costplane.store.database import Database


class StoredSessions:
    """A SessionStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, digest: str) -> Session | None:
        """The session with a digest."""
        query = select(tables.session).where(tables.session.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        return Session(**dict(row) | {"groups": tuple(json.loads(row["groups"]))})

    def add(self, session: Session) -> None:
        """Keep a new one, and forget those that ended by its time."""
        row = asdict(session) | {"groups": json.dumps(session.groups)}
        ended = tables.session.c.expires_at <= session.created_at
        with self._database.writing() as connection:
            connection.execute(delete(tables.session).where(ended))
            connection.execute(insert(tables.session), [row])

    def remove(self, digest: str) -> bool:
        """Forget one; False if there is none."""
        removal = delete(tables.session).where(tables.session.c.digest == digest)
        with self._database.writing() as connection:
            return bool(connection.execute(removal).rowcount)
