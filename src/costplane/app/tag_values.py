"""The limit on values of allocation tags: 1,000 a key and UTC day (billing-rules 24).

Charges would otherwise grow with every request id that somebody sends as a tag. The values
beyond the limit become `(other)` in the charges; `usage` keeps them all.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from costplane.core.relation import Engine
from costplane.core.tags import ALLOCATION_VALUE_LIMIT, OTHER_VALUE, canonical, parse
from costplane.ledger.delta import Ledger

_log = logging.getLogger(__name__)
_Values = dict[tuple[date, str], set[str]]


def _taken() -> exp.Select:
    statement = sqlglot.parse_one(
        "SELECT DISTINCT CAST(time AS DATE) AS day, allocation_tags FROM usage", dialect="duckdb"
    )
    assert isinstance(statement, exp.Select)
    return statement


class TagValues:
    """Keeps allocation tags within the limit; what `usage` holds already counts."""

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        self._ledger = ledger
        self._engine = engine

    def limited(self, events: pa.Table) -> pa.Table:
        """`events` with surplus values of `allocation_tags` replaced. Few values cost nothing."""
        texts = events["allocation_tags"]
        if len(pc.unique(texts)) <= ALLOCATION_VALUE_LIMIT // 2:
            return events
        days = events["time"].cast(pa.date32())
        taken = self._taken_on(pc.unique(days).to_pylist())
        limited = [
            canonical(_within(taken, day, parse(text)))
            for day, text in zip(days.to_pylist(), texts.to_pylist(), strict=True)
        ]
        place = events.schema.get_field_index("allocation_tags")
        return events.set_column(place, events.schema.field(place), pa.array(limited, pa.string()))

    def _taken_on(self, days: list[date]) -> _Values:
        relation = self._ledger.snapshot().relation("usage")
        first, last = (exp.Literal.string(day.isoformat()) for day in (min(days), max(days)))
        day = exp.cast(exp.column("time"), "date")
        statement = _taken().where(day >= exp.cast(first, "date"), day.copy() <= exp.cast(last, "date"))
        taken: _Values = defaultdict(set)
        for row in self._engine.execute(statement, {"usage": relation}).to_pylist():
            for key, value in parse(row["allocation_tags"]).items():
                taken[row["day"], key].add(value)
        return taken


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
