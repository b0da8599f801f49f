"""Erased persons (app/erasing/ports.py), and the control plane's texts without their names."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from costplane.access.audit import AuditEntry
from costplane.core.erased_person import ErasedPerson
from costplane.store import tables
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database, upsert

_LOOKS = "PersonsSeen"


class StoredErasures:
    """The erased persons as a database holds them: an ErasureStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ErasedPerson]:
        """Every erased person."""
        with self._database.reading() as connection:
            return _all(connection)

    def begin(self, persons: Iterable[ErasedPerson], entry: AuditEntry) -> bool:
        """Remember persons of whom nothing is to be kept. False, with nothing written, if all of
        them are known, with as much."""
        with self._database.writing() as connection:
            known = {(p.kind, p.digest): p for p in _all(connection)}
            fresh = [p for p in persons if _adds(p, known.get((p.kind, p.digest)))]
            if fresh:
                upsert(connection, tables.erased_person, [asdict(person) for person in fresh])
                connection.execute(insert(tables.audit_entry), [asdict(entry)])
        return bool(fresh)

    def finish(self, entry: AuditEntry) -> None:
        """Remember that nothing names any of the persons any more."""
        with self._database.writing() as connection:
            connection.execute(update(tables.erased_person).values(finished=True))
            connection.execute(insert(tables.audit_entry), [asdict(entry)])

    def rewrite(self, event: Callable[[str], str], target: Callable[[str], str]) -> int:
        """Change the texts of quarantined events, and what audit entries of looks at persons are
        about; how many changed."""
        audit = tables.audit_entry
        with self._database.writing() as connection:
            held = _rewrite(connection, tables.quarantine, "event", event)
            looks = audit.c.action == _LOOKS
            return held + _rewrite(connection, audit, "target", target, looks)

    def rewrite_kept(self, document: Callable[[str], str]) -> int:
        """Change the documents of resources that callers keep; how many changed."""
        with self._database.writing() as connection:
            return _rewrite(connection, tables.arm_resource, "document", document)

    def shred(self) -> None:
        """Leave nothing of what was overwritten or deleted in the database's files."""
        self._database.shred([tables.quarantine, tables.audit_entry, tables.arm_resource])


def _all(connection: Connection) -> list[ErasedPerson]:
    rows = connection.execute(select(tables.erased_person)).mappings()
    return [value_of(ErasedPerson, row) for row in rows]


def _adds(person: ErasedPerson, known: ErasedPerson | None) -> bool:
    return known is None or (person.with_sessions and not known.with_sessions)


def _rewrite(
    connection: Connection,
    table: Table,
    name: str,
    change: Callable[[str], str],
    *where: ColumnElement[bool],
) -> int:
    """Change a column's texts; how many rows changed."""
    keys = list(table.primary_key)
    changed = 0
    for row in connection.execute(select(*keys, table.c[name]).where(*where)).all():
        *place, before = row
        after = change(before)
        if after != before:
            this = [column == value for column, value in zip(keys, place, strict=True)]
            told = {name: after} | ({"etag": _etag()} if "etag" in table.c else {})
            connection.execute(update(table).where(*this).values(told))
            changed += 1
    return changed


def _etag() -> str:
    return f'"{secrets.token_hex(8)}"'
