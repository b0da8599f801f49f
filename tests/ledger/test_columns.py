"""Tables that an older version made get the columns that they lack; their rows stay."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import sqlglot
from deltalake import DeltaTable, write_deltalake
from sqlglot import exp

from costplane.core.tables import CHARGES, SERIES, TABLES, UNCHARGED
from costplane.engine.duckdb import DuckDBEngine
from costplane.errors import Unavailable
from costplane.ledger.delta import Ledger, Snapshot

ENGINE = DuckDBEngine(threads=1)
LATER = ("organisation", "region")
OLD = pa.schema([field for field in SERIES if field.name not in LATER])


def old_table(folder: Path, schema: pa.Schema = OLD, name: str = "series") -> None:
    rows = [{"series": 1, "model": "alpha"}] if name == "series" else []
    write_deltalake(str(folder / name), pa.Table.from_pylist(rows, schema))


def row(number: int) -> pa.Table:
    return pa.Table.from_pylist([{"series": number, "region": "here"}], SERIES)


def read(snapshot: Snapshot, text: str) -> list[dict[str, object]]:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    found = ENGINE.execute(statement, {"series": snapshot.relation("series")})
    rows: list[dict[str, object]] = found.to_pylist()
    return rows


def test_old_rows_are_read_before_any_new_one_is_written(tmp_path: Path) -> None:
    old_table(tmp_path)
    snapshot = Ledger(str(tmp_path)).snapshot()
    (found,) = read(snapshot, "SELECT * FROM series")
    assert list(found) == SERIES.names
    assert (found["series"], found["model"], found["region"]) == (1, "alpha", None)
    assert read(snapshot, "SELECT series FROM series WHERE region = 'here'") == []


def test_old_and_new_files_are_one_table(tmp_path: Path) -> None:
    old_table(tmp_path)
    Ledger(str(tmp_path)).append("series", row(2), app="segment", version=1)
    for ledger in (Ledger(str(tmp_path)), Ledger(str(tmp_path))):
        found = read(ledger.snapshot(), "SELECT series, region FROM series ORDER BY series")
        assert found == [{"series": 1, "region": None}, {"series": 2, "region": "here"}]


def test_a_version_from_before_is_read_with_the_columns_of_today(tmp_path: Path) -> None:
    old_table(tmp_path)
    ledger = Ledger(str(tmp_path))
    versions = dict(ledger.snapshot().versions) | {"series": 0}
    assert read(ledger.snapshot(versions), "SELECT series, region FROM series") == [
        {"series": 1, "region": None}
    ]


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    old_table(tmp_path)
    first = Ledger(str(tmp_path)).snapshot().versions
    assert Ledger(str(tmp_path)).snapshot().versions == first
    assert {field.name for field in DeltaTable(str(tmp_path / "series")).schema().fields} == set(
        SERIES.names
    )


def test_a_table_of_this_version_is_read_as_it_is(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))
    ledger.append("series", row(1), app="segment", version=1)
    assert not any(ledger.snapshot().relation(table).uneven for table in TABLES)


def test_a_column_that_may_not_be_null_cannot_be_added(tmp_path: Path) -> None:
    old_table(tmp_path, pa.schema([f for f in UNCHARGED if f.name != "x_Events"]), "uncharged")
    with pytest.raises(Unavailable, match="x_Events"):
        Ledger(str(tmp_path)).snapshot()


def test_compaction_keeps_what_old_files_lack_null(tmp_path: Path) -> None:
    old_table(tmp_path)
    ledger = Ledger(str(tmp_path))
    ledger.append("series", row(2), app="segment", version=1)
    ledger.compact("series")
    found = read(ledger.snapshot(), "SELECT series, region FROM series ORDER BY series")
    assert [r["region"] for r in found] == [None, "here"]


def test_charges_of_the_first_version_are_completed(tmp_path: Path) -> None:
    later = ("x_BillingProfileId", "x_CrossChargeCost", "x_ExchangeRate", "x_ExchangeRateDate")
    old_table(tmp_path, pa.schema([f for f in CHARGES if f.name not in later]), "charges")
    assert Ledger(str(tmp_path)).snapshot().relation("charges").uneven
