"""One database of the control plane: its address, connections, transactions and upserts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from costplane.errors import DamagedData, InvalidInput, Unavailable
from costplane.store.shredding import BUSY_SECONDS, rewrite_file, rewrite_tables

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
_WRITES = "costplane_writes"


class Database:
    """An engine with two kinds of transactions. Threads and processes may share the database."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = _engine(url)
        self._watch = _Watch.of(url)
        self._own = threading.local()
        self._checks = threading.local()
        # SQLite's readers see one state anyway.
        self._reader_options = (
            {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            if url.get_backend_name() == "postgresql"
            else {}
        )

    def changes(self) -> int | None:
        """A number that is another after every change of the database, whoever makes it; None
        where the database tells none, and in a transaction of several parts, whose changes are
        nobody else's yet. It costs much less than a read."""
        if self._watch is None or self._joined() is not None:
            return None
        return self._watch.changes()

    def shred(self, tables: Iterable[Table]) -> None:
        """Leaves nothing of what was overwritten or deleted in the database's own files.

        Raises Unavailable while somebody reads what was there before.
        """
        with self._available():
            if self.url.get_backend_name() == "sqlite":
                with closing(self.engine.raw_connection()) as connection:
                    rewrite_file(connection.dbapi_connection)
            else:
                rewrite_tables(self.engine, tables)

    def close(self) -> None:
        """Gives the connections back."""
        if self._watch is not None:
            self._watch.connection.close()
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        joined = self._joined()
        if joined is not None:
            yield joined
            return
        with self._available(), self.engine.connect() as connection:
            yield connection.execution_options(**self._reader_options)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Makes one transaction of all that this thread reads and writes until the block ends:
        a change and what tells of it are kept both or neither."""
        if self._joined() is not None:
            yield
            return
        with self.writing() as connection:
            self._own.connection = connection
            try:
                yield
            finally:
                self._own.connection = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept when the block ends, and undone when it raises."""
        joined = self._joined()
        if joined is not None:
            with joined.begin_nested():
                yield joined
            return
        with self._available(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            for check in getattr(self._checks, "standing", ()):
                check(connection)
            yield connection
            connection.commit()

    def _joined(self) -> Connection | None:
        found: Connection | None = getattr(self._own, "connection", None)
        return found

    @contextmanager
    def checked(self, check: Callable[[Connection], None]) -> Iterator[None]:
        """Until the block ends, `check` is asked first in every writing transaction of this
        thread; what it raises undoes it."""
        standing: tuple[Callable[[Connection], None], ...]
        standing = getattr(self._checks, "standing", ())
        self._checks.standing = (*standing, check)
        try:
            yield
        finally:
            self._checks.standing = standing

    @contextmanager
    def _available(self) -> Iterator[None]:
        place = self.url.render_as_string(hide_password=True)
        try:
            yield
        except OperationalError as error:
            raise Unavailable(
                f"the control plane at {place} does not answer: {error.orig}"
            ) from error
        except DatabaseError as error:
            # Its subclasses are faults of a statement, which are ours.
            if type(error) is not DatabaseError:
                raise
            raise DamagedData(f"the control plane at {place} is damaged: {error.orig}") from error


@dataclass(frozen=True, slots=True)
class _Watch:
    """A connection to an SQLite file that writes nothing, so that it sees all others' changes."""

    connection: sqlite3.Connection
    lock: threading.Lock

    @classmethod
    def of(cls, url: URL) -> _Watch | None:
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(url.database, check_same_thread=False, timeout=BUSY_SECONDS)
        return cls(connection, threading.Lock())

    def changes(self) -> int | None:
        with self.lock:
            try:
                return int(self.connection.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error:  # whoever reads the database tells what is wrong with it
                return None


def parse_address(address: str | Path) -> URL:
    """The URL of a database: a path is an SQLite file, text with "://" a URL.

    Raises InvalidInput for a database that is neither SQLite nor PostgreSQL.
    """
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite+pysqlite", database=str(address))
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise InvalidInput(f"'{address}' is no database address: {error}") from None
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        raise InvalidInput(
            f"the control plane does not run on {backend}; give a file for SQLite or "
            "postgresql+psycopg://user@host/database"
        )
    return url.set(drivername=_DRIVERS[backend])


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert the rows whose primary key is not there yet; leave the others as they are."""
    ordered = _in_key_order(table, rows)
    if ordered:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), ordered)


def upsert(connection: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows, or replace those of equal primary key."""
    ordered = _in_key_order(table, rows)
    if not ordered:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in ordered[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), ordered)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _in_key_order(table: Table, rows: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """One row a key (the last given), sorted: writers lock rows in one order, none deadlocks."""
    keys = [column.name for column in table.primary_key]
    unique = {tuple(row[key] for key in keys): row for row in rows}
    return [unique[key] for key in sorted(unique)]


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise InvalidInput(
                f"PostgreSQL needs {error.name}; install costplane[postgres]"
            ) from error
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Leave transactions to `_begin_sqlite`; readers do not block writers (WAL)."""
    raw: Any = connection
    raw.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL"):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that read first could not wait for another."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def chunks(items: Sequence[str], size: int = 5_000) -> Iterator[Sequence[str]]:
    """Parts of `items` that fit into one statement's parameters."""
    return (items[start : start + size] for start in range(0, len(items), size))
