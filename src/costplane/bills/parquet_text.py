"""Parquet files, a part at a time, every value as the text that a CSV file would have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from costplane.bills.text import LINE, column
from costplane.errors import UnreadableFile

_ROWS = 65_536


class ParquetText:
    """A Parquet file. The line of a row is its number, from 1."""

    def __init__(self, path: Path) -> None:
        """Raises UnreadableFile for a file that is damaged."""
        self.path = path
        try:
            self._names = tuple(pq.read_schema(path).names)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(path, error) from None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return self._names

    def batches(self) -> Iterator[pa.Table]:
        """The rows, some at a time. Raises UnreadableFile for what is damaged."""
        row = 1
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(_ROWS):
                    names = [column(place) for place in range(len(self._names))]
                    texts = [_text(batch.column(place)) for place in range(len(names))]
                    lines = pa.array(range(row, row + batch.num_rows), pa.int64())
                    yield pa.table([*texts, lines], names=[*names, LINE])
                    row += batch.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(self.path, error) from None


def _text(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _text(values.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return pc.strftime(values, format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_nested(kind):
        found = (_plain(kind, value) for value in values.to_pylist())
        return pa.array([None if v is None else json.dumps(v, default=str) for v in found])
    return values.cast(pa.string())


def _plain(kind: pa.DataType, value: object) -> object:
    """A map, which Arrow gives as pairs, as an object."""
    return dict(value) if pa.types.is_map(kind) and isinstance(value, list) else value


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    told = str(error).splitlines()[0][:200]
    return UnreadableFile(f"{path.name}: the Parquet file cannot be read: {told}", target=path.name)
