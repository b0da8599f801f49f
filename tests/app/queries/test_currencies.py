"""Which currencies charges are in: never fewer than they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from costplane.app.queries.currencies import Currencies
from costplane.core.relation import Files, Relation
from tests.analysis.questions import engine

_SCHEMA = pa.schema([("BillingCurrency", pa.string())])


@dataclass
class Counting:
    """An engine that tells which files it was asked for."""

    read: list[str] = field(default_factory=list)

    def execute(
        self,
        statement: exp.Query,
        relations: Mapping[str, Relation],
        values: Mapping[str, datetime] | None = None,
    ) -> pa.Table:
        for files in relations.values():
            assert isinstance(files, Files)
            self.read += files.paths
        return engine().execute(statement, relations, values)


def test_each_file_is_read_once_and_a_missing_currency_is_one(tmp_path: Path) -> None:
    words = (["USD", "USD"], ["EUR"], [None, "USD"])
    paths = [str(tmp_path / f"{n}.parquet") for n in range(len(words))]
    for path, currencies in zip(paths, words, strict=True):
        pq.write_table(pa.table({"BillingCurrency": currencies}, _SCHEMA), path)
    counting = Counting()
    currencies = Currencies(counting)
    assert currencies.of(Files((), _SCHEMA)) == set()
    assert currencies.of(Files((paths[0],), _SCHEMA)) == {"USD"}
    assert currencies.of(Files((paths[0], paths[2]), _SCHEMA)) == {"USD", ""}
    assert currencies.of(Files(tuple(paths), _SCHEMA)) == {"USD", "EUR", ""}
    assert sorted(counting.read) == paths
