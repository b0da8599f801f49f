"""Who may do what, as a database holds it (access/ports.py)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from costplane.access.assignment import Assignee, Assignment
from costplane.access.audit import AuditEntry
from costplane.access.issuer import Issuer
from costplane.access.tokens import IssuedToken
from costplane.store import tables
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database, upsert


class StoredAccess:
    """Tokens, role assignments, issuers and the audit log: an AccessStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, digest: str) -> IssuedToken | None:
        """The token with a digest."""
        return self._token(tables.token.c.digest == digest)

    def token_of_id(self, token_id: str) -> IssuedToken | None:
        """The token with an id."""
        return self._token(tables.token.c.id == token_id)

    def _token(self, condition: ColumnElement[bool]) -> IssuedToken | None:
        with self._database.reading() as connection:
            row = connection.execute(select(tables.token).where(condition)).mappings().one_or_none()
        return None if row is None else value_of(IssuedToken, row)

    def tokens(self) -> list[IssuedToken]:
        """All tokens, the oldest first."""
        query = select(tables.token).order_by(tables.token.c.created_at, tables.token.c.id)
        with self._database.reading() as connection:
            return [value_of(IssuedToken, row) for row in connection.execute(query).mappings()]

    def assignments(self, of: Collection[Assignee] | None = None) -> list[Assignment]:
        """The role assignments of some, or all."""
        table = tables.role_assignment
        query = select(table)
        if of is not None:
            kinds = {assignee.kind for assignee in of}
            names = {kind: [a.name for a in of if a.kind == kind] for kind in kinds}
            held = [and_(table.c.kind == k, table.c.principal.in_(names[k])) for k in sorted(kinds)]
            if not held:
                return []
            query = query.where(or_(*held))
        with self._database.reading() as connection:
            found = [_assignment(row) for row in connection.execute(query).mappings()]
        return sorted(found, key=str)

    def issuers(self) -> list[Issuer]:
        """The issuers whose tokens are taken, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.issuer)).mappings().all()
        found = [
            Issuer(**dict(row) | {"audiences": tuple(json.loads(row["audiences"]))}) for row in rows
        ]
        return sorted(found, key=lambda issuer: issuer.name)

    def audit(self, limit: int, since: datetime | None = None) -> list[AuditEntry]:
        """The newest entries, newest first."""
        table = tables.audit_entry
        query = select(table).order_by(table.c.number.desc()).limit(limit)
        if since is not None:
            query = query.where(table.c.time >= since)
        with self._database.reading() as connection:
            return [value_of(AuditEntry, row) for row in connection.execute(query).mappings()]

    def add_token(self, token: IssuedToken, held: Assignment, entry: AuditEntry) -> None:
        """Keep a new token with its role."""
        with self._database.writing() as connection:
            connection.execute(insert(tables.token), [asdict(token)])
            connection.execute(insert(tables.role_assignment), [_row(held)])
            _record(connection, entry)

    def revoke_token(self, token_id: str, entry: AuditEntry) -> bool:
        """End a token, and take its roles away."""
        table, held = tables.token, tables.role_assignment
        ending = update(table).where(table.c.id == token_id, table.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            if not connection.execute(ending.values(revoked_at=entry.time)).rowcount:
                return False
            own = (held.c.kind == "Token", held.c.principal == token_id)
            connection.execute(delete(held).where(*own))
            _record(connection, entry)
        return True

    def assign(self, assignment: Assignment, entry: AuditEntry) -> bool:
        """Add an assignment."""
        row = _row(assignment)
        same = select(tables.role_assignment).where(*_same(assignment))
        with self._database.writing() as connection:
            if connection.execute(same).first():
                return False
            connection.execute(insert(tables.role_assignment), [row])
            _record(connection, entry)
        return True

    def remove(self, assignment: Assignment, entry: AuditEntry) -> bool:
        """Remove an assignment."""
        removal = delete(tables.role_assignment).where(*_same(assignment))
        with self._database.writing() as connection:
            if not connection.execute(removal).rowcount:
                return False
            _record(connection, entry)
        return True

    def put_issuer(self, issuer: Issuer, entry: AuditEntry) -> None:
        """Add an issuer, or replace the one of its name."""
        row = asdict(issuer) | {"audiences": json.dumps(issuer.audiences)}
        with self._database.writing() as connection:
            upsert(connection, tables.issuer, [row])
            _record(connection, entry)

    def remove_issuer(self, name: str, entry: AuditEntry) -> bool:
        """Remove an issuer."""
        with self._database.writing() as connection:
            removal = delete(tables.issuer).where(tables.issuer.c.name == name)
            if not connection.execute(removal).rowcount:
                return False
            _record(connection, entry)
        return True

    def together(self) -> AbstractContextManager[None]:
        """One transaction of all that the thread does until the block ends."""
        return self._database.together()

    def record(self, entry: AuditEntry, used_token: str | None = None) -> None:
        """Keep an entry; the token of that id was used at its time."""
        used = update(tables.token).where(tables.token.c.id == used_token)
        with self._database.writing() as connection:
            if used_token is not None:
                connection.execute(used.values(last_used=entry.time))
            _record(connection, entry)


def _record(connection: Connection, entry: AuditEntry) -> None:
    connection.execute(insert(tables.audit_entry), [asdict(entry)])


def _row(assignment: Assignment) -> dict[str, str | None]:
    return {**_key(assignment), "name": assignment.name or None}


def _key(assignment: Assignment) -> dict[str, str]:
    return {
        "kind": assignment.assignee.kind,
        "principal": assignment.assignee.name,
        "role": assignment.role,
        "scope": assignment.scope,
    }


def _same(assignment: Assignment) -> list[Any]:
    found = _key(assignment).items()
    return [tables.role_assignment.c[name] == value for name, value in found]


def _assignment(row: Mapping[Any, Any]) -> Assignment:
    held_by = Assignee(row["kind"], row["principal"])
    return Assignment(held_by, row["role"], row["scope"], row["name"] or "")
