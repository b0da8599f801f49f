"""Names of erased persons replaced in the ledger, and what is known of the events' content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from costplane.app.erasing.names import COLUMNS, ErasedNames, replaced
from costplane.core.relation import Engine
from costplane.core.sql import select
from costplane.ledger.delta import Ledger
from costplane.ledger.replacement import Replacement
from costplane.metering.digests import digests_after
from costplane.metering.identity import Identities, IdentityIndex

TABLES = ("usage", "evidence")
"""The tables that name persons."""

_AS_SENT = {
    "usage": ("tags", "id", "correlation_id", "operation_id", "api_key_id"),
    "evidence": ("tags", "id", "correlation_id", "operation_id", "api_key_id"),
    "charges": ("Tags",),
    "uncharged": ("Tags",),
}
_DIGEST = "content_digest"
_Found = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class LedgerNames:
    """Finds and replaces names in the ledger. The caller is its one writer."""

    ledger: Ledger
    engine: Engine
    identities: IdentityIndex

    def sessions_of(self, names: ErasedNames) -> set[str]:
        """The sessions of erased users that were erased with them."""
        found: set[str] = set()
        for table in TABLES:
            users = [user for user in self._told(table, "user") if names.with_sessions(user)]
            if users:
                found |= set(self._told(table, "session", _is_any("user", users)))
        return found

    def elsewhere(self, name: str) -> dict[str, int]:
        """How many rows have a name inside of what is taken as it is sent: tags and ids."""
        return {
            f"{table}.{column}": count
            for table, columns in _AS_SENT.items()
            for column, count in self._rows_with(table, columns, name.strip().lower()).items()
            if count
        }

    def _rows_with(self, table: str, columns: Sequence[str], name: str) -> dict[str, int]:
        counts = [
            exp.alias_(
                exp.CountIf(
                    this=exp.Contains(
                        this=exp.Lower(this=exp.column(column, quoted=True)),
                        expression=exp.Literal.string(name),
                    )
                ),
                column,
                quoted=True,
            )
            for column in columns
        ]
        relation = self.ledger.snapshot().relation(table)
        rows = self.engine.execute(exp.select(*counts).from_(table), {table: relation}).to_pylist()
        return {column: int(rows[0][column] or 0) for column in columns}

    def replace(self, names: ErasedNames) -> int:
        """Replace all names of erased persons; how many rows named any. A stop in between leaves
        what can be done again."""
        return sum(self._replace(table, names) for table in TABLES)

    def _replace(self, table: str, names: ErasedNames) -> int:
        found = {
            column: names.of_all(kind, self._told(table, column))
            for column, kind in COLUMNS.items()
        }
        if not any(found.values()):
            return 0
        # The index first: a stop leaves rows by which it is found again.
        self._index(table, found)
        parts = [Replacement(c, texts, _added(c, texts)) for c, texts in found.items()]
        return self.ledger.replace(table, parts, _DIGEST)

    def _told(self, table: str, column: str, where: exp.Condition | None = None) -> list[str]:
        told = select(f'SELECT DISTINCT "{column}" AS name FROM {table}').where(
            f'"{column}" IS NOT NULL', dialect="duckdb"
        )
        statement = told if where is None else told.where(where)
        rows = self.engine.execute(statement, {table: self.ledger.snapshot().relation(table)})
        return [str(name) for name in rows["name"].to_pylist()]

    def _index(self, table: str, found: _Found) -> None:
        """The events' content as it will be told by whoever sends them again."""
        statement = select(
            f'SELECT "source", "id", "user", "session", "{_DIGEST}", "segment" FROM {table}'
        ).where(exp.or_(*(_is_any(c, texts) for c, texts in found.items() if texts)))
        rows = self.engine.execute(statement, {table: self.ledger.snapshot().relation(table)})
        for column, texts in found.items():
            before = rows[column]
            after = replaced(before, texts)
            digests = digests_after(rows[_DIGEST], column, before, after)
            rows = rows.set_column(rows.schema.get_field_index(_DIGEST), _DIGEST, digests)
        for segment in np.unique(rows["segment"].to_numpy()).tolist():
            of_segment = rows.filter(pc.equal(rows["segment"], segment))
            self.identities.record(Identities.of(of_segment), int(segment))


def _is_any(column: str, texts: Iterable[str]) -> exp.Condition:
    return exp.column(column, quoted=True).isin(*map(exp.Literal.string, texts))


def _added(column: str, texts: Mapping[str, str]) -> dict[str, int]:
    """What the digest of an event grows by with each of the texts."""
    before = pa.chunked_array([pa.array(list(texts), pa.string())])
    after = pa.chunked_array([pa.array(list(texts.values()), pa.string())])
    zeros = pa.chunked_array([pa.array([0] * len(texts), pa.int64())])
    return dict(zip(texts, digests_after(zeros, column, before, after).to_pylist(), strict=True))
