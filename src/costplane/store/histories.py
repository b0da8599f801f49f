"""What was told of a thing over time: every entry is kept, readers see where something changes.

An entry that says again what holds already is marked as repeating, and readers leave it out. It is
kept since it still holds when an entry before it is corrected later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from costplane.store.database import chunks, upsert

Row = Mapping[str, Any]
"""An entry by column: the thing that it is about, `valid_from`, and what it says."""

Repeats = Callable[[Row | None, Row], bool]
"""Whether the entry before (None: there is none) holds on to the next one, and says the same."""


def stored_entries(connection: Connection, table: Table, told: Sequence[Row]) -> list[Row]:
    """What is stored of the things in `told` and can bear on it: changes, and later repeats."""
    owner = next(iter(table.primary_key)).name
    first = min(row["valid_from"] for row in told)
    bears = or_(table.c.repeats.is_(False), table.c.valid_from >= first)
    found: list[Row] = []
    for part in chunks(sorted({row[owner] for row in told})):
        query = select(table).where(table.c[owner].in_(part), bears)
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


def tell(
    connection: Connection,
    table: Table,
    told: Sequence[Row],
    stored: Iterable[Row],
    repeats: Repeats,
) -> None:
    """Add entries to the histories that `stored` are of; one with the same start is replaced."""
    keys = [column.name for column in table.primary_key]

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in keys)

    known = {key(row): row for row in stored}
    entries = known | {key(row): row for row in told}
    ordered = [entries[one] for one in sorted(entries)]
    marked = [
        row
        for _, history in groupby(ordered, lambda row: key(row)[:-1])
        for row in _marked(history, repeats)
    ]
    upsert(connection, table, [row for row in marked if known.get(key(row)) != row])


def _marked(history: Iterable[Row], repeats: Repeats) -> Iterator[Row]:
    former: Row | None = None
    for row in history:
        yield {**row, "repeats": repeats(former, row)}
        former = row
