"""In which currencies charges are, learnt file by file: a Parquet file of a Delta table never
changes, so each is read once."""

from __future__ import annotations

from costplane.core.relation import Engine, Files
from costplane.core.sql import query

_STATEMENT = query("SELECT DISTINCT BillingCurrency AS currency FROM charges")


class Currencies:
    """The currencies of files. Threads may share it; two may read the same file, to no harm."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()

    def of(self, files: Files) -> frozenset[str]:
        """The currencies of `files`, and of whatever was asked for before; a missing one is the
        empty string."""
        paths, currencies = self._known
        new = tuple(path for path in files.paths if path not in paths)
        if new:
            rows = Files(new, files.schema, files.uneven)
            found = self._engine.execute(_STATEMENT, {"charges": rows})["currency"].to_pylist()
            currencies |= {currency or "" for currency in found}
            self._known = paths.union(new), currencies
        return currencies
