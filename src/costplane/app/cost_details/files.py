"""Cost details as CSV files, written some days at a time, whatever the range."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from costplane.app.cost_details.layouts import Layout
from costplane.app.cost_details.rows import CostDetails, in_parts
from costplane.app.cost_details.selection import Selection
from costplane.core.report import ReportFile

ROWS_IN_A_FILE = 1_000_000
"""Spreadsheets open at most 1,048,576."""

CHARGES_AT_ONCE = 500_000
"""Hourly charges whose rows are in memory at a time, unless one day has more."""


def write_details(
    folder: Path,
    details: CostDetails,
    selection: Selection,
    layout: Layout,
    *,
    on_part: Callable[[], None] = lambda: None,
    rows_in_a_file: int | None = ROWS_IN_A_FILE,
) -> list[ReportFile]:
    """Write the rows of `selection` into `folder`, as `part_<n>_0001.csv` each with the header
    (RFC 4180, UTF-8). `on_part` is called before each part of the work, and may raise."""
    return write_csv(
        folder,
        layout_names(layout),
        _rows(details, selection, layout, on_part),
        rows_in_a_file=rows_in_a_file,
    )


def layout_names(layout: Layout) -> list[str]:
    """The names of the columns, in order."""
    return [column.name for column in layout]


def write_csv(
    folder: Path,
    names: Sequence[str],
    rows: Iterator[tuple[str, ...]],
    *,
    rows_in_a_file: int | None = ROWS_IN_A_FILE,
) -> list[ReportFile]:
    """Write `rows` under the header `names`, parted after `rows_in_a_file`. No rows are no file,
    unless they are never parted: then the one file has its header."""
    written: list[ReportFile] = []
    following = next(rows, None)
    while following is not None or not (written or rows_in_a_file):
        path = folder / f"part_{len(written)}_0001.csv"
        count = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(names)
            while following is not None and (not rows_in_a_file or count < rows_in_a_file):
                out.writerow(following)
                count += 1
                following = next(rows, None)
        written.append(ReportFile(path.name, path.stat().st_size, count))
    return written


def _rows(
    details: CostDetails, selection: Selection, layout: Layout, on_part: Callable[[], None]
) -> Iterator[tuple[str, ...]]:
    shown = [column.shown() for column in layout]
    for days in in_parts(details.days(selection), CHARGES_AT_ONCE):
        on_part()
        for batch in details.between(selection, days, shown=shown).to_batches(max_chunksize=10_000):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
