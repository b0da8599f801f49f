"""Leases of the writer, the scheduler and the compactor (app/ports.py, Leases).

Times are those of the database: hosts need not agree on theirs. On SQLite that is the clock of
the one host that all processes share. A clock that jumps only makes a lease longer or shorter:
who lost one without knowing is told by the fencing number, with its next change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select, text, update

from costplane.core.lease import Lease
from costplane.errors import LeaseLost
from costplane.store import tables
from costplane.store.database import Database, insert_new

_TABLE = tables.lease
_NEXT_SECONDS = 1
"""For how long who waits comes before others without asking again."""

_CLOCKS = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000",
    "postgresql": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
}


def database_clock(connection: Connection) -> int:
    """Microseconds since 1970 by the clock of the database."""
    return int(connection.scalar(text(_CLOCKS[connection.dialect.name])) or 0)


class StoredLeases:
    """Leases as a database holds them. Threads and processes may share it."""

    def __init__(
        self, database: Database, clock: Callable[[Connection], int] = database_clock
    ) -> None:
        self._database = database
        self._clock = clock

    def acquire(
        self, ledger: str, name: str, holder: str, seconds: float, *, waits: bool = False
    ) -> Lease | None:
        """The lease, if it is free or its time is over, for so many seconds; otherwise None.

        One that `waits` is the next: until it stops asking, nobody is given the lease before it.
        """
        if not self._may_change(ledger, name, holder, waits=waits):
            return None
        with self._database.writing() as connection:
            row = self._locked(connection, ledger, name)
            now = self._clock(connection)
            if not _is_free(row, now) or not _is_next(row, holder, now):
                if waits and _is_next(row, holder, now):
                    until = now + _NEXT_SECONDS * 1_000_000
                    _change(connection, ledger, name, next_holder=holder, next_until=until)
                return None
            _change(
                connection,
                ledger,
                name,
                fence=row["fence"] + 1,
                holder=holder,
                expires_at=_after(now, seconds),
                next_holder=None if row["next_holder"] == holder else row["next_holder"],
            )
        return Lease(ledger, name, holder, row["fence"] + 1, row["holder"] is not None)

    def renew(self, lease: Lease, seconds: float) -> bool:
        """Holds it for so many seconds from now; False if another has it, or had it since."""
        with self._database.writing() as connection:
            expires_at = _after(self._clock(connection), seconds)
            changed = update(_TABLE).where(_is_of(lease)).values(expires_at=expires_at)
            return connection.execute(changed).rowcount == 1

    def release(self, lease: Lease) -> None:
        """Gives it back, unless it is another's by now."""
        with self._database.writing() as connection:
            connection.execute(update(_TABLE).where(_is_of(lease)).values(holder=None))

    def holder(self, ledger: str, name: str) -> str | None:
        """Who was given it last and has not given it back."""
        with self._database.reading() as connection:
            return connection.scalar(select(_TABLE.c.holder).where(_is(ledger, name)))

    @contextmanager
    def fenced(self, lease: Lease) -> Iterator[None]:
        """Until the block ends, what this thread writes to the control plane is kept only while
        the lease is its holder's; otherwise it raises LeaseLost, with nothing changed."""

        def check(connection: Connection) -> None:
            # Shared: nobody is given the lease before this change is kept or undone.
            held = select(_TABLE.c.fence).where(_is_of(lease)).with_for_update(read=True)
            if connection.scalar(held) is None:
                raise LeaseLost(f"the {lease.name}'s lease was taken over; repeat the call")

        with self._database.checked(check):
            yield

    def _may_change(self, ledger: str, name: str, holder: str, *, waits: bool) -> bool:
        """Whether asking would change anything: who polls writes nothing meanwhile."""
        with self._database.reading() as connection:
            row = _row(connection, ledger, name)
            now = self._clock(connection)
        if row is None:
            return True
        if not _is_next(row, holder, now):
            return False
        standing = row["next_holder"] == holder and row["next_until"] > now + 500_000
        return _is_free(row, now) or (waits and not standing)

    def _locked(self, connection: Connection, ledger: str, name: str) -> RowMapping:
        """The row, made if missing, that nobody else changes until the transaction ends."""
        new = {"ledger": ledger, "name": name, "fence": 0, "expires_at": 0, "next_until": 0}
        insert_new(connection, _TABLE, [new])
        found = select(_TABLE).where(_is(ledger, name)).with_for_update()
        return connection.execute(found).mappings().one()


def _row(connection: Connection, ledger: str, name: str) -> RowMapping | None:
    return connection.execute(select(_TABLE).where(_is(ledger, name))).mappings().one_or_none()


def _change(connection: Connection, ledger: str, name: str, **values: Any) -> None:
    connection.execute(update(_TABLE).where(_is(ledger, name)).values(values))


def _is(ledger: str, name: str) -> ColumnElement[bool]:
    return and_(_TABLE.c.ledger == ledger, _TABLE.c.name == name)


def _is_of(lease: Lease) -> ColumnElement[bool]:
    own = and_(_TABLE.c.fence == lease.fence, _TABLE.c.holder == lease.holder)
    return and_(_is(lease.ledger, lease.name), own)


def _is_free(row: RowMapping, now: int) -> bool:
    return row["holder"] is None or bool(row["expires_at"] <= now)


def _is_next(row: RowMapping, holder: str, now: int) -> bool:
    """Whether nobody else comes first."""
    return row["next_holder"] in (None, holder) or bool(row["next_until"] <= now)


def _after(now: int, seconds: float) -> int:
    return now + round(seconds * 1_000_000)
