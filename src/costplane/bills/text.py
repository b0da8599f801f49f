"""Rows of a file as text, whatever the file: columns c0, c1, ... and the line each begins on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa

LINE = "line"
"""Column of the line on which a row begins (of a Parquet file: the row's number)."""


class TextFile(Protocol):
    """A file of rows. It may be read several times."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        ...

    def batches(self) -> Iterator[pa.Table]:
        """The rows, some at a time, in the file's order. Raises UnreadableFile, with file, line
        and column, for what is damaged."""
        ...


def column(place: int) -> str:
    """The name under which the column at a place stands in the rows."""
    return f"c{place}"
