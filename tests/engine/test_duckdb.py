"""The engine: a statement sees its relations, exact numbers come back, threads share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from sqlglot import exp

from costplane.core.relation import Derived, Files, Relation
from costplane.engine.duckdb import DuckDBEngine

ENGINE = DuckDBEngine(threads=2)
NUMBERS = pa.table({"n": pa.array([1, 2, 3], pa.int64())})


def query(text: str) -> exp.Query:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement


def run(text: str, **relations: Relation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ENGINE.execute(query(text), relations).to_pylist()
    return found


def test_tables_and_files_are_relations(tmp_path: Path) -> None:
    path = tmp_path / "it's a [file].parquet".replace("[", "(").replace("]", ")")
    pq.write_table(NUMBERS, path)
    files = Files((str(path), str(path)), NUMBERS.schema)
    assert run("SELECT SUM(n) AS s FROM t", t=NUMBERS) == [{"s": 6}]
    assert run("SELECT SUM(n) AS s FROM t", t=files) == [{"s": 12}]


def test_no_files_are_no_rows_with_the_columns() -> None:
    empty = Files((), NUMBERS.schema)
    assert run("SELECT COUNT(*) AS c, SUM(n) AS s FROM t", t=empty) == [{"c": 0, "s": None}]
    table = ENGINE.execute(query("SELECT n FROM t"), {"t": empty})
    assert (table.num_rows, table.schema.field("n").type) == (0, pa.int64())


def test_derived_relations_nest() -> None:
    even = Derived(query("SELECT n * 2 AS n FROM t"), {"t": NUMBERS})
    large = Derived(query("SELECT n FROM t WHERE n > 2"), {"t": even})
    assert run("SELECT SUM(n) AS s FROM t", t=large) == [{"s": 10}]


def test_a_name_means_what_its_own_statement_says() -> None:
    inner = Derived(
        query("WITH t AS (SELECT n + 10 AS n FROM u) SELECT n FROM t"),
        {"u": NUMBERS, "t": pa.table({"n": [99]})},
    )
    found = run(
        "WITH u AS (SELECT 1 AS n) SELECT SUM(t.n) AS s, COUNT(u.n) AS c FROM t, u", t=inner
    )
    assert found == [{"s": 36, "c": 3}]


def test_a_relation_may_stand_twice() -> None:
    text = "SELECT COUNT(*) AS c FROM t AS a JOIN t AS b ON a.n < b.n"
    derived = Derived(query("SELECT n FROM t"), {"t": NUMBERS})
    assert run(text, t=NUMBERS) == run(text, t=derived) == [{"c": 3}]
    text = "SELECT (SELECT MAX(n) FROM t) AS m, n FROM t WHERE n IN (SELECT n FROM t WHERE n > 2)"
    assert run(text, t=NUMBERS) == [{"m": 3, "n": 3}]


@pytest.mark.parametrize(
    "source",
    [
        "other",
        "'{path}'",
        '"{path}"',
        "read_csv('{path}')",
        "read_parquet('{path}')",
        "read_text('{path}')",
        "glob('{path}')",
        "duckdb_settings()",
        "information_schema.tables",
        "sqlite_master",
    ],
)
def test_nothing_else_can_be_read(tmp_path: Path, source: str) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(NUMBERS, path)
    text = source.format(path=path)
    with pytest.raises(LookupError, match="no relation of the statement"):
        run(f"SELECT * FROM {text}", t=NUMBERS)
    with pytest.raises(LookupError, match="no relation of the statement"):
        run(f"SELECT n FROM t WHERE EXISTS (SELECT 1 FROM {text})", t=NUMBERS)


def test_one_execution_leaves_nothing_for_the_next() -> None:
    assert run("SELECT COUNT(*) AS c FROM t", t=NUMBERS) == [{"c": 3}]
    with pytest.raises(LookupError):
        run("SELECT * FROM relation_0")


@pytest.mark.parametrize("values", [None, {}])
def test_many_rows_come_in_the_order_that_was_asked_for(values: dict[str, Any] | None) -> None:
    """Answers are cut into pages: a row in another place would be on two of them, or on none."""
    numbers = pa.table({"n": pa.array(range(300_000), pa.int64())})
    statement = query("SELECT n * 7919 % 300007 AS h FROM t ORDER BY h")
    for _ in range(3):
        found = ENGINE.execute(statement, {"t": numbers}, values)["h"].to_pylist()
        assert found == sorted(found)


def test_numbers_stay_exact() -> None:
    amounts = pa.array(
        [Decimal("12345678901234567890123456.000000000001")] * 2, pa.decimal128(38, 12)
    )
    found = run(
        "SELECT SUM(a) AS s, SUM(CAST(b AS HUGEINT)) AS h FROM t",
        t=pa.table({"a": amounts, "b": [2**62, 2**62]}),
    )
    assert found == [{"s": Decimal("24691357802469135780246912.000000000002"), "h": 2**63}]


def test_times_are_utc_whatever_the_machine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time = pa.table({"t": pa.array([1_793_577_600_000_000 - 1], pa.timestamp("us", "UTC"))})
    found = DuckDBEngine(threads=1).execute(
        query("SELECT CAST(CAST(t AS DATE) AS TEXT) AS d FROM x"), {"x": time}
    )
    assert found.to_pylist() == [{"d": "2026-11-01"}]


def test_threads_do_not_see_each_other() -> None:
    def total(k: int) -> bool:
        table = pa.table({"n": [k] * 10})
        return all(run("SELECT SUM(n) AS s FROM t", t=table) == [{"s": k * 10}] for _ in range(30))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(total, range(6)))
