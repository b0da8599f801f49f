"""A query's answer as rows under their key: hour, day or month, and values of the groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from costplane.analysis.definition import Granularity, QueryDefinition

Key = tuple[date | None, tuple[str, ...]]
"""First day of the bucket, or the hour as an instant without zone (None without granularity), and
the groups' values in order."""


@dataclass(frozen=True, slots=True)
class SummedRow:
    """A row of an answer: its sums in the order of the aggregations."""

    key: Key
    currency: str
    sums: tuple[Any, ...]


def summed_rows(rows: pa.Table, definition: QueryDefinition) -> Iterator[SummedRow]:
    """The rows of the answer to `definition`."""
    columns = [column.to_pylist() for column in rows.columns]
    sums = len(definition.aggregations)
    dated = definition.date_column is not None
    values = _value_places(definition, sums + dated)
    for row in zip(*columns, strict=True):
        start = start_of(row[sums], definition.granularity) if dated else None
        yield SummedRow((start, tuple(row[place] for place in values)), row[-1], row[:sums])


def _value_places(definition: QueryDefinition, first: int) -> Sequence[int]:
    """Where the groups' values stand; a tag's key stands before its value."""
    places, place = [], first
    for grouping in definition.groupings:
        place += grouping.kind == "TagKey"
        places.append(place)
        place += 1
    return places


def start_of(label: object, granularity: Granularity) -> date:
    """The start of a bucket, as answers write hours, days (20261102) and months."""
    text = str(label)
    if granularity == "Hourly":
        return datetime.fromisoformat(text)
    if granularity == "Daily":
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return date.fromisoformat(text[:10])
