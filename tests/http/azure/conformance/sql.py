"""What the ledger holds, read with plain SQL on its files by an engine of the tests' own."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from costplane.app.workspace import Workspace


class Books:
    """The charges of a ledger. Amounts are decimals, kept as whole units of 1e-12."""

    def __init__(self, workspace: Workspace) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        for table in ("charges", "uncharged"):
            self._copy(table, [str(p) for p in workspace.ledger.snapshot().files[table].paths])

    def _copy(self, table: str, paths: list[str]) -> None:
        for number, path in enumerate(paths):
            rows = pq.read_table(path)
            if number == 0:
                names = ", ".join(f'"{name}"' for name in rows.column_names)
                self._database.execute(f"CREATE TABLE {table} ({names})")
            marks = ", ".join("?" * rows.num_columns)
            names = ", ".join(f'"{name}"' for name in rows.column_names)
            self._database.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                ([_plain(value) for value in row.values()] for row in rows.to_pylist()),
            )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a SELECT over `charges` and `uncharged`."""
        return self._database.execute(query, values).fetchall()

    def total(self, column: str, condition: str = "1", *values: object) -> Decimal:
        """The exact sum of a cost column over charges."""
        ((found,),) = self.rows(
            f"SELECT coalesce(sum({column}), 0) FROM charges WHERE {condition}", *values
        )
        return Decimal(found).scaleb(-12)


def _plain(value: object) -> object:
    """Decimals as whole units of 1e-12 where they fit, times as text that sorts."""
    if isinstance(value, Decimal):
        units = int(value.scaleb(12))
        return units if abs(units) < 2**62 else str(value)
    if value is None or isinstance(value, int | float | str):
        return value
    return f"{value:%Y-%m-%dT%H:%M:%S}" if hasattr(value, "hour") else str(value)
