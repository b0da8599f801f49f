"""Which keys of tags a table holds, learnt file by file: a Parquet file of a Delta table never
changes, so each is read once and a commit costs what it adds."""

from __future__ import annotations

from costplane.analysis.values import tag_keys
from costplane.core.relation import Engine, Files
from costplane.ledger.delta import Snapshot


class TagKeys:
    """The keys by file. Threads may share it; two may read the same file, to no harm."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, frozenset[str]] = {}

    def of(self, snapshot: Snapshot, table: str) -> frozenset[str]:
        """The keys in `table`, as they are spelled there."""
        files = snapshot.relation(table)
        fresh = tuple(path for path in files.paths if path not in self._known)
        for path in fresh:
            part = {table: Files((path,), files.schema)}
            self._known[path] = frozenset(tag_keys(self._engine, part, (table,)))
        return frozenset().union(*(self._known[path] for path in files.paths))
