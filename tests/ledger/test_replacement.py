"""Texts replaced in a table, whatever they look like: none is taken for SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from costplane.core.tables import SERIES, SERIES_FACTS
from costplane.ledger.delta import Ledger
from costplane.ledger.replacement import Replacement

HOSTILE = (
    "O'Neil",
    "''",
    "'; DROP TABLE usage; --",
    "\\",
    "\\'",
    "\\n\\u0027\\x27",
    "a\nb\r\tc",
    '"user"',
    "/* x */ -- y",
    "$1 :w0 ? %s {name} ${x}",
    "CASE WHEN 1 THEN 'a' END",
    "%_*[a-z]",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{GRINNING FACE}e\N{COMBINING ACUTE ACCENT}\u2028\ufeff",
    " blanks ",
    "nul\x00nul",
    "NULL",
    "x" * 1_024,
)
"""Names that look like something else."""


def told(ledger: Ledger) -> list[tuple[str, str, int]]:
    """The rows of `series` by their numbers, with two of their texts."""
    paths = ledger.snapshot().relation("series").paths
    rows = pa.concat_tables([pq.read_table(path) for path in paths]).to_pylist()
    return sorted((row["model"], row["region"], row["series"]) for row in rows)


def test_hostile_texts_are_replaced_and_no_others(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))
    models = [*HOSTILE, "bob"]
    rows: list[dict[str, Any]] = [
        dict.fromkeys(SERIES_FACTS, "ü") | {"model": model, "region": region, "series": number}
        for number, (model, region) in enumerate(zip(models, models[::-1], strict=True))
    ]
    ledger.append("series", pa.Table.from_pylist(rows, SERIES), app="log", version=0)
    others = {text: HOSTILE[number - 1] for number, text in enumerate(HOSTILE)}
    added = {text: 1_000 * number for number, text in enumerate(HOSTILE)}
    parts = [
        Replacement("model", others, added),
        Replacement("region", {"bob": HOSTILE[2]}, {"bob": -(2**63)}),
        Replacement("deployment", {}, {}),
    ]
    assert ledger.replace("series", parts, "series") == len(HOSTILE)
    expected = [
        (
            others.get(row["model"], "bob"),
            HOSTILE[2] if row["region"] == "bob" else row["region"],
            row["series"] + added.get(row["model"], 0) - (2**63 if row["region"] == "bob" else 0),
        )
        for row in rows
    ]
    assert told(ledger) == sorted(expected)
    nobody = Replacement("model", {"nobody": "x"}, {"nobody": 1})
    assert ledger.replace("series", [nobody], "series") == 0
    assert told(ledger) == sorted(expected)
