"""Rows of CSV: every row as long as its header, every column once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers.draft import RowError

Line = tuple[int, list[str]]
"""The number of a line, and its cells without the blanks around them."""


def csv_lines(text: str) -> Iterator[Line]:
    """The lines that are not empty. Raises InvalidPriceSheet for one that is no CSV."""
    reader = csv.reader(StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        told = f"line {reader.line_num} is no CSV: {error}; nothing of the sheet is taken"
        raise InvalidPriceSheet(told, target="row") from error


def require_once(columns: Iterable[str], header: Sequence[str]) -> None:
    """Raises InvalidPriceSheet if one of `columns` stands twice in the header."""
    for column in columns:
        if header.count(column) > 1:
            raise InvalidPriceSheet(
                f"the header has {column} {header.count(column)} times; nothing of the sheet is "
                "taken",
                target=column,
            )


def rows_below(
    header: Sequence[str], lines: Iterable[Line]
) -> Iterator[tuple[int, dict[str, str]] | RowError]:
    """Rows by the header's names; an error for a row of another length, such as a cut one."""
    for number, cells in lines:
        if len(cells) < len(header) or any(cells[len(header) :]):
            told = f"the row has {len(cells)} cells, the header {len(header)}"
            yield RowError(number, "row", f"{told}; is the file complete?")
        else:
            yield number, dict(zip(header, cells, strict=False))
