"""Databases' files without what was overwritten or deleted in them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from costplane.errors import Unavailable

BUSY_SECONDS = 30
"""How long a writer waits for others before it gives up."""

_READ = "the control plane is being read; repeat this in a moment"
_OLDER = text(
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND backend_type = 'client backend' AND backend_xmin IS NOT NULL AND xact_start < :began"
)
"""Transactions that may still see what was there before."""


def rewrite_file(connection: Any) -> None:
    """Write an SQLite file anew. Raises Unavailable while somebody reads it."""
    try:
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise Unavailable(f"the control plane's file cannot be written anew: {error}") from error
    if busy:
        raise Unavailable(_READ)


def rewrite_tables(engine: Engine, tables: Iterable[Table]) -> None:
    """Write tables of PostgreSQL anew, and what its statistics tell of their values: without FULL
    the texts would stay in the free space of pages. Raises Unavailable after BUSY_SECONDS of
    waiting for those who read what was there before."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_readers(connection)
        connection.exec_driver_sql(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        try:
            listed = ", ".join(table.name for table in tables)
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {listed}")
            connection.exec_driver_sql("VACUUM FULL pg_statistic")
        finally:
            connection.exec_driver_sql("RESET lock_timeout")


def _wait_for_readers(connection: Connection) -> None:
    began: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    until = time.monotonic() + BUSY_SECONDS
    while connection.execute(_OLDER, {"began": began}).scalar_one():
        if time.monotonic() > until:
            raise Unavailable(_READ)
        time.sleep(0.1)
