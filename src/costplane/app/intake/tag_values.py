"""The limit on values of allocation tags: 1,000 a key and UTC day (billing-rules 24).

Charges would otherwise grow with every request id that somebody sends as a tag. The values
beyond the limit become `(other)` in the charges; `usage` keeps them all.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date

import pyarrow as pa
from sqlglot import exp

from costplane.core.relation import Engine
from costplane.core.sql import select
from costplane.core.tags import ALLOCATION_VALUE_LIMIT, OTHER_VALUE, canonical, parse
from costplane.ledger.delta import Ledger

_log = logging.getLogger(__name__)
_Values = dict[tuple[date, str], set[str]]
_COLUMN = "allocation_tags"
_DAY = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))


def _taken() -> exp.Select:
    return select("SELECT DISTINCT CAST(time AS DATE) AS day, allocation_tags FROM usage")


class TagValues:
    """Keeps allocation tags within the limit; what `usage` holds already counts."""

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        self._ledger = ledger
        self._engine = engine
        self._taken: _Values = defaultdict(set)
        self._days: set[date] = set()

    def limited(self, events: pa.Table) -> pa.Table:
        """`events` with surplus values of `allocation_tags` replaced."""
        keys = pa.table({"day": events["time"].cast(pa.date32()), "text": events[_COLUMN]})
        pairs = keys.group_by(["day", "text"], use_threads=False).aggregate([]).to_pylist()
        self._read({pair["day"] for pair in pairs} - self._days)
        kept = {
            (pair["day"], pair["text"]): canonical(
                _within(self._taken, pair["day"], parse(pair["text"]))
            )
            for pair in pairs
        }
        if all(text == limited for (_, text), limited in kept.items()):
            return events
        days, texts = keys["day"].to_pylist(), keys["text"].to_pylist()
        limited = pa.array([kept[pair] for pair in zip(days, texts, strict=True)], pa.string())
        place = events.schema.get_field_index(_COLUMN)
        return events.set_column(place, events.schema.field(place), limited)

    def _read(self, days: set[date]) -> None:
        """Learns which values the ledger holds for `days`."""
        if not days:
            return
        relation = self._ledger.snapshot().relation("usage")
        first, last = (exp.Literal.string(day.isoformat()) for day in (min(days), max(days)))
        since = exp.column("time") >= exp.cast(first, "timestamptz")
        until = exp.column("time") < exp.cast(last, "timestamptz") + _DAY
        statement = _taken().where(since, until)
        for row in self._engine.execute(statement, {"usage": relation}).to_pylist():
            if row["day"] in days:
                for key, value in parse(row[_COLUMN]).items():
                    self._taken[row["day"], key].add(value)
        self._days |= days


def _within(taken: _Values, day: date, tags: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in tags.items():
        values = taken[day, key]
        if value in values or len(values) < ALLOCATION_VALUE_LIMIT:
            values.add(value)
            kept[key] = value
        else:
            if OTHER_VALUE not in values:
                _log.warning("tag %s has over %d values on %s", key, ALLOCATION_VALUE_LIMIT, day)
                values.add(OTHER_VALUE)
            kept[key] = OTHER_VALUE
    return kept
