"""DuckDB as the engine of one machine.

Every execution has a connection of its own on one shared instance, so that threads do not wait
for each other and Parquet metadata is read once. Extensions are never downloaded, and a
statement sees its relations only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import duckdb
import pyarrow as pa
from sqlglot import exp

from costplane.core.relation import Derived, Files, Relation

_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "TimeZone": "UTC",
    "parquet_metadata_cache": "true",
    "preserve_insertion_order": "false",
}


class DuckDBEngine:
    """An engine on an in-memory DuckDB instance. Threads may share it."""

    def __init__(self, threads: int | None = None, memory_limit: str | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS}
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        self._instance = duckdb.connect(":memory:", config=config)

    def execute(self, statement: exp.Query, relations: Mapping[str, Relation]) -> pa.Table:
        """The statement's rows as an Arrow table.

        Raises LookupError for a table that is none of `relations`; files and functions are none.
        """
        connection = self._instance.cursor()
        try:
            bound = _bind(connection, statement, relations, count())
            return connection.sql(bound.sql(dialect="duckdb", copy=False)).to_arrow_table()
        finally:
            connection.close()

    def close(self) -> None:
        """Frees the instance."""
        self._instance.close()


def _bind(
    connection: duckdb.DuckDBPyConnection,
    statement: exp.Query,
    relations: Mapping[str, Relation],
    names: Iterator[int],
) -> exp.Query:
    """`statement` with each relation's name replaced by what it stands for."""
    own = {cte.alias for cte in statement.find_all(exp.CTE)}
    bound = statement.copy()
    for table in list(bound.find_all(exp.Table)):
        if table.name not in own:
            source = _source(connection, _relation(table, relations), names)
            source.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
            table.replace(source)
    return bound


def _relation(table: exp.Table, relations: Mapping[str, Relation]) -> Relation:
    if not isinstance(table.this, exp.Identifier) or table.name not in relations:
        known = ", ".join(relations) or "none"
        raise LookupError(f"{table.sql()} is no relation of the statement; it has {known}")
    return relations[table.name]


def _source(
    connection: duckdb.DuckDBPyConnection, relation: Relation, names: Iterator[int]
) -> exp.Expression:
    if isinstance(relation, Derived):
        return exp.Subquery(this=_bind(connection, relation.statement, relation.relations, names))
    if isinstance(relation, Files) and relation.paths and not relation.uneven:
        return exp.Table(this=_read_parquet(relation))
    rows = relation.schema.empty_table() if isinstance(relation, Files) else relation
    name = f"relation_{next(names)}"
    connection.register(name, rows)
    registered = exp.Table(this=exp.to_identifier(name))
    if isinstance(relation, Files) and relation.paths:
        return exp.Subquery(this=_completed(registered, _read_parquet(relation)))
    return registered


def _read_parquet(files: Files) -> exp.Expression:
    paths = exp.Array(expressions=[exp.Literal.string(path) for path in files.paths])
    by_name = exp.EQ(this=exp.column("union_by_name"), expression=exp.true())
    return exp.Anonymous(
        this="read_parquet", expressions=[paths, by_name] if files.uneven else [paths]
    )


def _completed(columns: exp.Table, rows: exp.Expression) -> exp.Query:
    """`rows` with every one of `columns`: the missing ones are null."""
    every = exp.select("*").from_(columns)
    return exp.Union(
        this=every,
        expression=exp.select("*").from_(exp.Table(this=rows)),
        distinct=False,
        by_name=True,
    )
