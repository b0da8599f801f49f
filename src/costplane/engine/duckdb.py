"""DuckDB as the engine of one machine.

Every execution has a connection of its own on one shared instance, so that threads do not wait
for each other and Parquet metadata is read once. Extensions are never downloaded, and a
statement sees its relations only.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from datetime import datetime

import duckdb
import pyarrow as pa
from sqlglot import exp

from costplane.core.relation import Relation
from costplane.engine.binding import Binding
from costplane.engine.kept_texts import KeptTexts
from costplane.engine.written import WrittenStatements
from costplane.errors import Unavailable

_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "TimeZone": "UTC",
    "parquet_metadata_cache": "true",
}


# A relation would be bound before it is run, which takes longer than copying the rows of an answer.
warnings.filterwarnings(
    "ignore", "Arrow output on a DB-API result makes an extra copy", UserWarning
)


class DuckDBEngine:
    """An engine on an in-memory DuckDB instance. Threads may share it."""

    def __init__(self, threads: int | None = None, memory_limit: str | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS}
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        self._instance = duckdb.connect(":memory:", config=config)
        self._texts = KeptTexts()
        self._written = WrittenStatements()
        self._lock = threading.Lock()
        self._empties: dict[pa.Schema, str] = {}

    def execute(
        self,
        statement: exp.Query,
        relations: Mapping[str, Relation],
        values: Mapping[str, datetime] | None = None,
    ) -> pa.Table:
        """The statement's rows as an Arrow table.

        Raises LookupError for a table that is none of `relations`; files and functions are none.
        Raises Unavailable for a file that cannot be read, such as one that was deleted meanwhile.
        """
        connection = self._instance.cursor()
        try:
            binding = Binding(connection, self._empty, self._written)
            if values is None:
                text = binding.text(statement, relations).sql
                return connection.sql(text).to_arrow_table()
            kept = self._texts.of(statement, relations, binding.text)
            asked = {name: values[name] for name in kept.parameters}
            return connection.execute(kept.sql, asked).to_arrow_table()
        except duckdb.IOException as fault:
            raise Unavailable("A file of the tables cannot be read now; ask anew") from fault
        finally:
            connection.close()

    def close(self) -> None:
        """Frees the instance."""
        self._instance.close()

    def _empty(self, schema: pa.Schema) -> str:
        """The name of a table without rows; every connection has it."""
        with self._lock:
            if schema not in self._empties:
                name = f"empty_{len(self._empties)}"
                self._instance.register("shape", schema.empty_table())
                self._instance.execute(f"CREATE TABLE {name} AS FROM shape")
                self._instance.unregister("shape")
                self._empties[schema] = name
            return self._empties[schema]
