"""What usage holds before it is summed: how many events, from when to when, how much at most.

Parquet files tell it in their footers; other relations are asked. What nobody told need not be
summed, and the largest amounts say which arithmetic is exact (amounts.way_of).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from costplane.core.period import HOUR, Period, hour_start
from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.relation import Engine, Files, Relation
from costplane.rating.amounts import Largest
from costplane.rating.statements import LENGTH, extent_of

_Bounds = tuple[Any, Any]
_NOTHING: _Bounds = (None, None)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many `events` some usage has, the whole hours that hold them (None for no events), the
    largest amount that a row tells of each quantity (without those that none tells), and the
    length of the longest prompt."""

    events: int
    hours: Period | None
    largest: Largest
    longest: int

    @property
    def told(self) -> list[Quantity]:
        """The quantities that some row tells."""
        return [quantity for quantity in QUANTITIES if quantity.name in self.largest]


def extent(engine: Engine, usage: Relation) -> Extent:
    """The extent of `usage`, by its files' footers if these tell all of it."""
    found = _of_footers(usage) if isinstance(usage, Files) and _are_here(usage) else None
    return found or _asked(engine, usage)


def bounds(engine: Engine, whole: Relation, part: Relation) -> Extent:
    """What a `part` of some usage has at most, by the files of the `whole` where these tell it."""
    found = _of_footers(whole) if isinstance(whole, Files) and _are_here(whole) else None
    return found or _asked(engine, part)


def only_value(usage: Relation, column: str) -> int | None:
    """The number that every row has in `column`, if the footers of files tell that it is one."""
    if not isinstance(usage, Files) or not _are_here(usage):
        return None
    found = _NOTHING
    for path in usage.paths:
        for _, chunk in _chunks(pq.read_metadata(path), {column: _NOTHING}):
            told = _bounds(chunk, int)
            if told is None or chunk.statistics.null_count:
                return None
            found = _joined(found, told)
    least, most = found
    return int(least) if least is not None and least == most else None


def _are_here(files: Files) -> bool:
    """Whether there are files, on this machine: the engine alone reads object stores."""
    return bool(files.paths) and not any("://" in path for path in files.paths)


def _asked(engine: Engine, usage: Relation) -> Extent:
    row = engine.execute(extent_of(QUANTITIES), {"usage": usage}).to_pylist()[0]
    return _extent(row["events"], (row["first"], row["last"]), row)


def _extent(events: int, times: _Bounds, largest: Mapping[str, Any]) -> Extent:
    first, last = times
    told = {q.name: largest[q.name] for q in QUANTITIES if largest[q.name] is not None}
    return Extent(
        events,
        None if first is None else Period(_hour(first), _hour(last) + HOUR),
        {q.name: int(told[q.name] * 10**q.scale) for q in QUANTITIES if q.name in told},
        int(largest[LENGTH] or 0),
    )


def _hour(instant: datetime) -> datetime:
    return hour_start(instant.astimezone(UTC))


def _of_footers(files: Files) -> Extent | None:
    """None where a footer does not tell the bounds of some column, or not in its own type."""
    bounds: dict[str, _Bounds] = dict.fromkeys(
        ("time", LENGTH, *(q.name for q in QUANTITIES)), _NOTHING
    )
    events = 0
    for path in files.paths:
        footer = pq.read_metadata(path)
        events += footer.num_rows
        for name, chunk in _chunks(footer, bounds):
            told = _bounds(chunk, datetime if name == "time" else (int, Decimal))
            if told is None:
                return None
            bounds[name] = _joined(bounds[name], told)
    return _extent(events, bounds["time"], {name: most for name, (_, most) in bounds.items()})


def _chunks(footer: pq.FileMetaData, names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    columns = [footer.schema.column(n).path for n in range(footer.num_columns)]
    chosen = [(n, name) for n, name in enumerate(columns) if name in names]
    for group in range(footer.num_row_groups):
        rows = footer.row_group(group)
        yield from ((name, rows.column(n)) for n, name in chosen)


def _bounds(chunk: Any, kind: type | tuple[type, ...]) -> _Bounds | None:
    """The least and the largest value of a column chunk; None where they are not known."""
    found = chunk.statistics
    if found is None:
        return None
    if found.has_null_count and found.null_count == chunk.num_values:
        return _NOTHING
    if not found.has_min_max or not isinstance(found.max, kind):
        return None
    return found.min, found.max


def _joined(one: _Bounds, other: _Bounds) -> _Bounds:
    if one == _NOTHING or other == _NOTHING:
        return other if one == _NOTHING else one
    return min(one[0], other[0]), max(one[1], other[1])
