"""The ledger's tables: appended once, read as one consistent version, kept small."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from sqlglot import exp

from costplane.core.tables import SERIES, SERIES_FACTS, TABLES
from costplane.engine.duckdb import DuckDBEngine
from costplane.errors import InvalidInput, LeaseLost, NotFound
from costplane.ledger import delta
from costplane.ledger.delta import Ledger, Snapshot

ENGINE = DuckDBEngine(threads=1)


def rows(*numbers: int) -> pa.Table:
    facts = dict.fromkeys(SERIES_FACTS, "ü")
    return pa.Table.from_pylist([{"series": n, **facts} for n in numbers], SERIES)


def numbers(snapshot: Snapshot) -> list[int]:
    statement = sqlglot.parse_one("SELECT series FROM series ORDER BY series", dialect="duckdb")
    assert isinstance(statement, exp.Query)
    found: list[int] = ENGINE.execute(statement, {"series": snapshot.relation("series")})[
        "series"
    ].to_pylist()
    return found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(str(tmp_path / "tables"))


def test_an_empty_ledger_has_every_table(ledger: Ledger) -> None:
    snapshot = ledger.snapshot()
    assert set(snapshot.versions) == set(snapshot.files) == set(TABLES)
    assert numbers(snapshot) == []
    assert ledger.committed("series", "segment") == -1


def test_a_posting_is_appended_once(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.append("series", rows(1), app="segment", version=3)
    assert not ledger.append("series", rows(1), app="segment", version=3)
    fresh = Ledger(str(tmp_path / "tables"))
    assert not fresh.append("series", rows(1), app="segment", version=3)
    assert not fresh.append("series", rows(2), app="segment", version=2)
    assert numbers(fresh.snapshot()) == numbers(ledger.snapshot()) == [1]
    assert fresh.append("series", rows(2), app="segment", version=4)
    assert numbers(ledger.snapshot()) == [1, 2]


def test_apps_and_tables_count_apart(ledger: Ledger) -> None:
    ledger.append("series", rows(1), app="segment", version=9)
    assert ledger.append("series", rows(2), app="posting", version=1)
    assert ledger.committed("series", "segment") == 9
    assert ledger.committed("series", "posting") == 1
    assert ledger.committed("usage", "segment") == -1


def test_a_handle_sees_what_another_committed(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger(str(tmp_path / "tables"))
    assert other.snapshot().versions == ledger.snapshot().versions
    ledger.append("series", rows(1), app="segment", version=1)
    assert other.committed("series", "segment") == 1
    assert numbers(other.snapshot()) == [1]


def test_no_rows_commit_their_number(ledger: Ledger) -> None:
    before = len(ledger.snapshot().relation("series").paths)
    assert ledger.append("series", rows(), app="segment", version=1)
    assert ledger.committed("series", "segment") == 1
    assert len(ledger.snapshot().relation("series").paths) == before == 0


def test_a_snapshot_stays_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("series", rows(1), app="segment", version=1)
    early = ledger.snapshot()
    ledger.append("series", rows(2), app="segment", version=2)
    assert numbers(early) == [1]
    assert numbers(ledger.snapshot()) == [1, 2]
    again = Ledger(str(tmp_path / "tables")).snapshot(early.versions)
    assert again == early


def test_an_unchanged_ledger_gives_the_same_snapshot(ledger: Ledger) -> None:
    ledger.append("series", rows(1), app="segment", version=1)
    assert ledger.snapshot() is ledger.snapshot()


def test_a_version_that_is_not_there_is_told(ledger: Ledger) -> None:
    ledger.snapshot()
    with pytest.raises(NotFound, match="version 99 of the table series"):
        ledger.snapshot({"series": 99})


def test_encoded_words_and_other_column_orders_are_taken(ledger: Ledger) -> None:
    table = rows(1, 2)
    encoded = pa.table({name: table[name].dictionary_encode() for name in reversed(SERIES.names)})
    ledger.append("series", encoded, app="segment", version=1)
    assert numbers(ledger.snapshot()) == [1, 2]


@pytest.mark.parametrize("number", ["x", None])
def test_rows_that_break_the_schema_are_refused_whole(ledger: Ledger, number: str | None) -> None:
    facts = {fact: pa.array([None], pa.string()) for fact in SERIES_FACTS}
    bad = pa.table({**facts, "series": pa.array([number], pa.string())})
    with pytest.raises((DeltaError, ValueError)):
        ledger.append("series", bad, app="segment", version=1)
    assert ledger.committed("series", "segment") == -1
    assert ledger.append("series", rows(1), app="segment", version=1)
    assert numbers(ledger.snapshot()) == [1]


@pytest.mark.parametrize("name", ["with blank", "Zürich", "it's", "h#1", "{x}", "a&b", "日本"])
def test_any_usual_folder_name_holds_tables(tmp_path: Path, name: str) -> None:
    ledger = Ledger(str(tmp_path / name))
    ledger.append("series", rows(1), app="segment", version=1)
    assert numbers(ledger.snapshot()) == [1]
    assert numbers(Ledger(str(tmp_path / name)).snapshot()) == [1]


@pytest.mark.parametrize("name", ["x[1]", "50%", "what?", "all*", "a^b", "a|b", "a\\b"])
def test_names_that_storage_cannot_take_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="choose another folder"):
        Ledger(str(tmp_path / name))


@pytest.mark.parametrize("appends", [60, pytest.param(300, marks=pytest.mark.torture)])
def test_many_appends_keep_working(ledger: Ledger, tmp_path: Path, appends: int) -> None:
    """Over checkpoints, the time of an append stays the same; a fresh handle reads all."""
    took, third = [], appends // 3
    for n in range(1, appends + 1):
        start = time.perf_counter()
        assert ledger.append("series", rows(n), app="segment", version=n)
        took.append(time.perf_counter() - start)
    assert median(took[-third:]) < 10 * median(took[:third]) + 0.05
    fresh = Ledger(str(tmp_path / "tables"))
    assert fresh.committed("series", "segment") == appends
    assert numbers(fresh.snapshot()) == list(range(1, appends + 1))
    assert list((tmp_path / "tables" / "series" / "_delta_log").glob("*.checkpoint.parquet"))


def test_compaction_changes_files_and_no_rows(ledger: Ledger, tmp_path: Path) -> None:
    for n in range(1, 8):
        ledger.append("series", rows(n), app="segment", version=n)
    early = ledger.snapshot()
    ledger.compact("series")
    assert len(ledger.snapshot().relation("series").paths) == 1
    assert numbers(ledger.snapshot()) == numbers(early) == list(range(1, 8))
    fresh = Ledger(str(tmp_path / "tables"))
    assert not fresh.append("series", rows(7), app="segment", version=7)


def test_a_file_without_a_commit_is_not_read(ledger: Ledger, tmp_path: Path) -> None:
    """What a stop between writing a file and committing it leaves behind."""
    ledger.append("series", rows(1), app="segment", version=1)
    (whole,) = (tmp_path / "tables" / "series").glob("*.parquet")
    whole.with_name("part-00000-left-over.parquet").write_bytes(whole.read_bytes())
    assert numbers(ledger.snapshot()) == [1]
    assert DeltaTable(tmp_path / "tables" / "series").version() == 1


def test_what_a_stopped_writer_never_committed_goes_after_a_day(
    ledger: Ledger, tmp_path: Path
) -> None:
    """What is newer may be committed yet."""
    ledger.append("series", rows(1), app="segment", version=1)
    folder = tmp_path / "tables" / "series"
    (committed,) = folder.glob("*.parquet")
    for hours in (23, 25):
        left = folder / f"part-00000-{hours}.parquet"
        left.write_bytes(committed.read_bytes())
        then = time.time() - hours * 3_600
        os.utime(left, (then, then))
    os.utime(committed, (0, 0))
    ledger.compact("series")
    assert {path.name for path in folder.glob("*.parquet")} == {
        committed.name,
        "part-00000-23.parquet",
    }
    assert numbers(ledger.snapshot()) == [1]


def test_a_former_writer_commits_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """Also where it looked before the later one came, and commits after."""
    later = Ledger(str(tmp_path / "tables"))
    with ledger.fenced(1), later.fenced(2):
        ledger.append("series", rows(1), app="segment", version=1)
        later.seal()
        with pytest.raises(LeaseLost, match="series"):
            ledger.append("series", rows(2), app="segment", version=2)
        with pytest.raises(LeaseLost):
            ledger.seal()
        later.append("series", rows(3), app="segment", version=2)
    with pytest.raises(LeaseLost):
        later.append("series", rows(4), app="segment", version=3)
    assert numbers(ledger.snapshot()) == [1, 3]


def test_of_two_commits_at_once_the_former_writers_is_refused(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later writer commits between the former one's look and its own commit."""
    later, commit = Ledger(str(tmp_path / "tables")), delta._commit
    later.snapshot()

    def interrupted(*arguments: Any) -> None:
        monkeypatch.setattr(delta, "_commit", commit)
        with later.fenced(2):
            later.append("series", rows(2), app="posting", version=1)
        commit(*arguments)

    monkeypatch.setattr(delta, "_commit", interrupted)
    with ledger.fenced(1), pytest.raises(LeaseLost):
        ledger.append("series", rows(1), app="segment", version=1)
    assert numbers(ledger.snapshot()) == [2]


def test_compaction_stops_no_commit(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, commit = Ledger(str(tmp_path / "tables")), delta._commit
    for n in (1, 2, 3):
        ledger.append("series", rows(n), app="segment", version=n)

    def interrupted(*arguments: Any) -> None:
        other.compact("series", 1)
        commit(*arguments)

    monkeypatch.setattr(delta, "_commit", interrupted)
    with ledger.fenced(1):
        ledger.append("series", rows(4), app="segment", version=4)
    assert numbers(ledger.snapshot()) == [1, 2, 3, 4]
    assert len(other.snapshot().relation("series").paths) == 2


def test_the_id_is_that_of_the_tables(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.id == Ledger(str(tmp_path / "x" / ".." / "tables")).id
    assert ledger.id != Ledger(str(tmp_path / "others")).id


OPENING = """
import sys
from costplane.ledger.delta import Ledger
print(Ledger(sys.argv[1]).snapshot().versions, Ledger(sys.argv[1]).id)
"""


def test_processes_that_begin_at_once_make_the_same_tables(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENING, str(tmp_path / "tables")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    told = {child.communicate()[0] for child in children}
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(told) == 1
