"""Worlds of events as the files of which sums are made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from costplane.app.queries.rollup_rows import Table
from costplane.core.relation import Files, Relation
from tests.analysis.worlds import END, SERIES_FACTS, START, Row, tables

FILES = 3
ROLLED: tuple[Table, ...] = ("charges", "uncharged")


def written(folder: Path, world: list[Row], later: timedelta) -> dict[str, Relation]:
    """The tables of a world, those of lines in some files; every fifth amount in USD is unknown.
    The last file's rows are `later`, so that months end between files."""
    made: dict[str, Relation] = dict(tables(world))
    for table in ROLLED:
        rows = made[table]
        assert isinstance(rows, pa.Table)
        paths = []
        for number in range(FILES):
            part = rows.take(pa.array(range(number, len(rows), FILES), pa.int64()))
            paths.append(str(folder / f"{table}-{number}.parquet"))
            pq.write_table(_changed(part, later if number == 2 else timedelta()), paths[-1])
        made[table] = Files(tuple(paths), rows.schema)
    return made


def _changed(rows: pa.Table, later: timedelta) -> pa.Table:
    changed = [
        row
        | {"ChargePeriodStart": row["ChargePeriodStart"] + later}
        | ({"x_BilledCostInUsd": None} if "BilledCost" in row and n % 5 == 0 else {})
        for n, row in enumerate(rows.to_pylist())
    ]
    return pa.Table.from_pylist(changed, rows.schema)


def files_of(relation: Relation) -> Files:
    """The relation as the files that it is."""
    assert isinstance(relation, Files)
    return relation


def first(relation: Relation, count: int) -> Files:
    """The first files of a relation."""
    files = files_of(relation)
    return Files(files.paths[:count], files.schema)


def one_of_each() -> list[Row]:
    """An event of every series, at times of their own."""
    return [
        {
            "id": str(number),
            "time": START + (END - START) / len(SERIES_FACTS) * number,
            "facts": facts,
            "counts": {} if facts["billing_status"] == "UsageMissing" else {"input_text": 100},
            "user": None,
            "http_status": 200,
            "kind": None,
        }
        for number, facts in enumerate(SERIES_FACTS)
    ]
