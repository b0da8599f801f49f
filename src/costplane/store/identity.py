"""What tells a control plane from any other, whatever address it is reached by: an id that it is
given once, kept among its settings."""

from __future__ import annotations

import json
import uuid

from sqlalchemy import Connection, inspect, select

from costplane.store import tables
from costplane.store.database import Database, insert_new

_NAME = "control_plane_id"


def read_id(database: Database) -> str | None:
    """The id; None where none was given, or where there is no control plane at all."""
    with database.reading() as connection:
        return _read(connection) if inspect(connection).has_table(tables.setting.name) else None


def given_id(database: Database) -> str:
    """The id, given now if none was: one, whoever asks at once."""
    known = read_id(database)
    if known is not None:
        return known
    with database.writing() as connection:
        made = {"name": _NAME, "value": json.dumps(str(uuid.uuid4()))}
        insert_new(connection, tables.setting, [made])
        return str(_read(connection))


def _read(connection: Connection) -> str | None:
    value = connection.scalar(select(tables.setting.c.value).where(tables.setting.c.name == _NAME))
    return None if value is None else str(json.loads(value))
