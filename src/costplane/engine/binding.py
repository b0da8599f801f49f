"""A statement's tables bound to what they stand for, as the text that DuckDB runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

import duckdb
import pyarrow as pa
from sqlglot import exp

from costplane.core.relation import Derived, Files, Relation
from costplane.engine.kept_texts import Text


@dataclass(slots=True)
class Binding:
    """Binds on one connection. `empty` names a table without rows of a schema."""

    connection: duckdb.DuckDBPyConnection
    empty: Callable[[pa.Schema], str]
    names: count[int] = field(default_factory=count)

    def text(self, statement: exp.Query, relations: Mapping[str, Relation]) -> Text:
        """The text of `statement` over `relations`."""
        bound = self._bound(statement, relations)
        parameters = (node.name for node in bound.find_all(exp.Parameter, exp.Placeholder))
        return Text(bound.sql(dialect="duckdb", copy=False), frozenset(parameters))

    def _bound(self, statement: exp.Query, relations: Mapping[str, Relation]) -> exp.Query:
        """`statement` with each relation's name replaced by what it stands for."""
        own = {cte.alias for cte in statement.find_all(exp.CTE)}
        bound = statement.copy()
        for table in list(bound.find_all(exp.Table)):
            if table.name not in own:
                source = self._source(_relation(table, relations))
                source.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
                table.replace(source)
        return bound

    def _source(self, relation: Relation) -> exp.Expression:
        if isinstance(relation, Derived):
            return exp.Subquery(this=self._bound(relation.statement, relation.relations))
        if not isinstance(relation, Files):
            name = f"relation_{next(self.names)}"
            self.connection.register(name, relation)
            return exp.Table(this=exp.to_identifier(name))
        if relation.paths and not relation.uneven:
            return exp.Table(this=_read_parquet(relation))
        shape = exp.Table(this=exp.to_identifier(self.empty(relation.schema)))
        if not relation.paths:
            return shape
        return exp.Subquery(this=_completed(shape, _read_parquet(relation)))


def _relation(table: exp.Table, relations: Mapping[str, Relation]) -> Relation:
    if not isinstance(table.this, exp.Identifier) or table.name not in relations:
        known = ", ".join(relations) or "none"
        raise LookupError(f"{table.sql()} is no relation of the statement; it has {known}")
    return relations[table.name]


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
