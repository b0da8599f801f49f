"""The numbers of log segments, and what posting them came to (app/ports.py, LogSegments)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import RowMapping, and_, delete, insert, select, update

from costplane.core.log_segment import LogSegment, Posted, Sealed
from costplane.store import tables
from costplane.store.database import Database

_TABLE = tables.log_segment


class StoredLogSegments:
    """Log segments as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def number(self, sealed: Sealed, number: int) -> LogSegment:
        """Gives a segment its number, for ever."""
        row = {"number": number, "log": sealed.log, "place": sealed.place, "settled": False}
        with self._database.writing() as connection:
            connection.execute(insert(_TABLE).values(row))
        return LogSegment(number, sealed)

    def post(self, number: int, posted: Posted) -> None:
        """All tables have it."""
        values = {"posted": json.dumps(asdict(posted))}
        with self._database.writing() as connection:
            connection.execute(update(_TABLE).where(_TABLE.c.number == number).values(values))

    def settle(self) -> None:
        """What depends on order has been settled for all that are posted."""
        due = and_(_TABLE.c.posted.is_not(None), _TABLE.c.settled.is_(False))
        with self._database.writing() as connection:
            connection.execute(update(_TABLE).where(due).values(settled=True))

    def list(self) -> list[LogSegment]:
        """Those that are not forgotten, by number."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_TABLE).order_by(_TABLE.c.number)).mappings()
            return [_segment(row) for row in rows]

    def find(self, sealed: Sealed) -> LogSegment | None:
        """The segment, if it has a number."""
        own = and_(_TABLE.c.log == sealed.log, _TABLE.c.place == sealed.place)
        with self._database.reading() as connection:
            row = connection.execute(select(_TABLE).where(own)).mappings().one_or_none()
        return None if row is None else _segment(row)

    def are_settled(self, numbers: Collection[int]) -> bool:
        """Whether what depends on order has been settled for all of them."""
        left = and_(_TABLE.c.number.in_(numbers), _TABLE.c.settled.is_(False))
        with self._database.reading() as connection:
            return connection.scalar(select(_TABLE.c.number).where(left).limit(1)) is None

    def forget(self, numbers: Collection[int]) -> None:
        """Nobody asks for them any more."""
        with self._database.writing() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.number.in_(numbers)))


def _segment(row: RowMapping) -> LogSegment:
    posted = None if row["posted"] is None else Posted(**json.loads(row["posted"]))
    return LogSegment(row["number"], Sealed(row["place"], row["log"]), posted, row["settled"])
