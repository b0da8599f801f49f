"""The one counter of everything that can change a price: sheets, mappings, agreements."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from costplane.store import tables


def newest_version(connection: Connection) -> int:
    """The number of the newest change; 0 when nothing is stored."""
    return int(connection.scalars(select(tables.price_counter.c.version)).one())


def next_version(connection: Connection) -> int:
    """Count one further; other writers wait here until this transaction ends."""
    table = tables.price_counter
    counted = update(table).values(version=table.c.version + 1).returning(table.c.version)
    return int(connection.scalars(counted).one())
