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
from costplane.engine.written import Place, WrittenStatements


@dataclass(slots=True)
class Binding:
    """Binds on one connection. `empty` names a table without rows of a schema."""

    connection: duckdb.DuckDBPyConnection
    empty: Callable[[pa.Schema], str]
    written: WrittenStatements
    names: count[int] = field(default_factory=count)
    parameters: set[str] = field(default_factory=set)

    def text(self, statement: exp.Query, relations: Mapping[str, Relation]) -> Text:
        """The text of `statement` over `relations`."""
        self.parameters.clear()
        bound = self._bound(statement, relations)
        return Text(bound, frozenset(self.parameters))

    def _bound(self, statement: exp.Query, relations: Mapping[str, Relation]) -> str:
        """`statement` with each relation's name replaced by what it stands for."""
        written = self.written.of(statement)
        self.parameters |= written.parameters
        return written.over(lambda place: self._source(_relation(place, relations)))

    def _source(self, relation: Relation) -> str:
        if isinstance(relation, Derived):
            return f"({self._bound(relation.statement, relation.relations)})"
        if not isinstance(relation, Files):
            name = f"relation_{next(self.names)}"
            self.connection.register(name, relation)
            return name
        if relation.paths and not relation.uneven:
            return _read_parquet(relation)
        shape = self.empty(relation.schema)
        if not relation.paths:
            return shape
        # The columns that are missing in the files are null.
        return f"(FROM {shape} UNION ALL BY NAME FROM {_read_parquet(relation)})"


def _relation(place: Place, relations: Mapping[str, Relation]) -> Relation:
    if place.name is None or place.name not in relations:
        known = ", ".join(relations) or "none"
        raise LookupError(f"{place.shown} is no relation of the statement; it has {known}")
    return relations[place.name]


def _read_parquet(files: Files) -> str:
    paths = ", ".join("'" + path.replace("'", "''") + "'" for path in files.paths)
    by_name = ", union_by_name = TRUE" if files.uneven else ""
    return f"read_parquet([{paths}]{by_name})"
