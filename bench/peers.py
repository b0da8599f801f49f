"""One peer that answers questions over the files of a ledger: `python -m bench.peers WAY DATA`.

It reads lines of JSON, a question's number and a run, and prints the seconds that the answer took,
its number of rows and its total.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.questions import COLUMNS, QUESTIONS, Question

Answer = list[tuple[Any, ...]]
"""Rows whose last cell is the cost."""

_TIME = "ChargePeriodStart"
_CONFIGURATION = {
    "autoinstall_known_extensions": "false",
    "TimeZone": "UTC",
    "parquet_metadata_cache": "true",
}


def duckdb(paths: list[str]) -> Callable[[Question, int], Answer]:
    """DuckDB with metadata of the files kept, as Costplane's own engine has it."""
    import duckdb as peer

    connection = peer.connect(config={**_CONFIGURATION})
    units = {"Hourly": "hour", "Daily": "day", "Monthly": "month"}

    def answer(question: Question, run: int) -> Answer:
        shown = (
            [f"date_trunc('{units[question.bucket]}', {_TIME})"] if question.bucket in units else []
        )
        tag = [f"json_extract_string(Tags, '$.{question.tag}')"] if question.tag else []
        start, end = (f"TIMESTAMPTZ '{i.isoformat()}'" for i in question.range(run))
        text = _statement(question, [*shown, *tag], f"read_parquet({paths})", start, end)
        rows = connection.sql(text).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))

    return answer


def _bucket(unit: str) -> str:
    """In UTC without a calendar's rules, which would take longer."""
    return f"date_trunc('{unit}', make_timestamp(epoch_us({_TIME})))"


def chdb(paths: list[str]) -> Callable[[Question, int], Answer]:
    """ClickHouse in the process."""
    import chdb as peer

    folder = Path(paths[0]).parent
    units = {"Hourly": "toStartOfHour", "Daily": "toStartOfDay", "Monthly": "toStartOfMonth"}

    def answer(question: Question, run: int) -> Answer:
        shown = [f"{units[question.bucket]}({_TIME})"] if question.bucket in units else []
        tag = [f"JSONExtractString(Tags, '{question.tag}')"] if question.tag else []
        start, end = (
            f"toDateTime64('{i:%Y-%m-%d %H:%M:%S}', 6, 'UTC')" for i in question.range(run)
        )
        source = f"file('{folder}/*.parquet', 'Parquet')"
        text = _statement(question, [*shown, *tag], source, start, end)
        rows = str(peer.query(text, "JSONCompactStringsEachRow")).splitlines()
        return [tuple(json.loads(row)) for row in rows]

    return answer


def polars(paths: list[str]) -> Callable[[Question, int], Answer]:
    """Polars' streaming engine."""
    import polars as pl

    units = {"Hourly": "1h", "Daily": "1d", "Monthly": "1mo"}

    def answer(question: Question, run: int) -> Answer:
        start, end = question.range(run)
        rows = pl.scan_parquet(paths).filter(pl.col(_TIME) >= start, pl.col(_TIME) < end)
        if question.models:
            rows = rows.filter(pl.col("x_Model").is_in(question.models))
        groups = [pl.col(COLUMNS[name]) for name in question.groups]
        if question.bucket in units:
            groups.append(pl.col(_TIME).dt.truncate(units[question.bucket]))
        if question.tag:
            groups.append(
                pl.col("Tags").cast(pl.String).str.json_path_match(f"$.{question.tag}").alias("tag")
            )
        cost = pl.col(question.cost).sum()
        asked = rows.group_by(groups).agg(cost).sort(pl.all()) if groups else rows.select(cost)
        answered: Answer = asked.collect(engine="streaming").rows()
        return answered

    return answer


def _statement(question: Question, shown: list[str], source: str, start: str, end: str) -> str:
    groups = [*(COLUMNS[name] for name in question.groups), *shown]
    models = ", ".join(f"'{model}'" for model in question.models)
    chosen = f" AND x_Model IN ({models})" if models else ""
    grouped = f" GROUP BY {', '.join(groups)} ORDER BY {', '.join(groups)}" if groups else ""
    return (
        f"SELECT {', '.join([*groups, f'SUM({question.cost})'])} FROM {source} "
        f"WHERE {_TIME} >= {start} AND {_TIME} < {end}{chosen}{grouped}"
    )


WAYS = {"duckdb": duckdb, "polars": polars, "chdb": chdb}


def main() -> None:
    """Answers until the input ends."""
    way, data = sys.argv[1], Path(sys.argv[2])
    paths = sorted(str(path) for path in (data / "tables" / "charges").glob("*.parquet"))
    answer = WAYS[way](paths)
    for line in sys.stdin:
        number, run = json.loads(line)
        start = time.perf_counter()
        rows = answer(QUESTIONS[number], run)
        seconds = time.perf_counter() - start
        total = sum((Decimal(str(row[-1])) for row in rows), Decimal())
        print(json.dumps([seconds, len(rows), str(total)]), flush=True)


if __name__ == "__main__":
    main()
