"""Named resources that callers keep at scopes (app/arm/ports.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from costplane.access.audit import AuditEntry
from costplane.core.arm_resource import ArmResource, Place
from costplane.errors import Unavailable
from costplane.store import tables
from costplane.store.database import Database, insert_new

_TABLE = tables.arm_resource
_ORDER = (_TABLE.c.created_at, _TABLE.c.key)


class StoredArmResources:
    """Resources as a database holds them: an ArmStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, place: Place, name: str) -> ArmResource | None:
        """The resource of a name."""
        query = select(_TABLE).where(*_at(place, name))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _resource(row)

    def at(self, place: Place) -> list[ArmResource]:
        """The resources of a place, the oldest first."""
        return self._all(*_in(place))

    def everywhere(self, kind: str) -> list[ArmResource]:
        """All resources of a kind, the oldest first."""
        return self._all(_TABLE.c.kind == kind)

    def change(
        self,
        place: Place,
        name: str,
        decide: Callable[[ArmResource | None], ArmResource],
        entry: AuditEntry | None,
    ) -> ArmResource:
        """Save what `decide` makes of the resource."""
        query = select(_TABLE).where(*_at(place, name)).with_for_update()
        with self._database.writing() as connection:
            row = connection.execute(query).mappings().one_or_none()
            decided = decide(None if row is None else _resource(row))
            if row is None:
                _add(connection, decided)
            else:
                connection.execute(update(_TABLE).where(*_at(place, name)), _row(decided))
            _record(connection, entry)
        return decided

    def remove(
        self, place: Place, name: str, entry: AuditEntry | None, children: Sequence[Place] = ()
    ) -> bool:
        """Remove a resource with its children."""
        with self._database.writing() as connection:
            if not connection.execute(delete(_TABLE).where(*_at(place, name))).rowcount:
                return False
            for child in children:
                connection.execute(delete(_TABLE).where(*_in(child)))
            _record(connection, entry)
        return True

    def _all(self, *conditions: ColumnElement[bool]) -> list[ArmResource]:
        query = select(_TABLE).where(*conditions).order_by(*_ORDER)
        with self._database.reading() as connection:
            return [_resource(row) for row in connection.execute(query).mappings()]


def _add(connection: Connection, resource: ArmResource) -> None:
    """Insert it; on PostgreSQL another process may have been first."""
    insert_new(connection, _TABLE, [_row(resource)])
    query = select(_TABLE.c.etag).where(*_at(resource.place, resource.name))
    if connection.scalar(query) != resource.etag:
        raise Unavailable(f"'{resource.name}' is being created by another call; try again")


def _record(connection: Connection, entry: AuditEntry | None) -> None:
    if entry is not None:
        connection.execute(insert(tables.audit_entry), [asdict(entry)])


def _in(place: Place) -> list[ColumnElement[bool]]:
    return [_TABLE.c[name] == value for name, value in asdict(place).items()]


def _at(place: Place, name: str) -> list[ColumnElement[bool]]:
    return [*_in(place), _TABLE.c.key == name.lower()]


def _row(resource: ArmResource) -> dict[str, Any]:
    told = asdict(resource)
    place: dict[str, Any] = told.pop("place")
    return place | told | {"key": resource.key}


def _resource(row: Mapping[Any, Any]) -> ArmResource:
    told = dict(row)
    place = Place(**{name: told.pop(name) for name in ("kind", "scope", "owner", "parent")})
    told.pop("key")
    return ArmResource(place, **told)
