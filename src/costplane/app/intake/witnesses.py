"""One call, one charge: events of different sources about the same call (billing-rules 2).

Gateways, callbacks and logs may all tell of one call. Their events are matched by what the
provider named it (response id), else by trace and span, else by correlation id, on the same
deployment and within a window. The first accepted stands; the others are evidence, kept in a
table of their own and never rated. Nothing stands before an event that tells usage without telling
any itself, as a log of requests would: its tokens would be lost. Attempts of one source are calls
of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from costplane.app.ports import Settings
from costplane.core.quantities import QUANTITIES
from costplane.core.relation import Engine
from costplane.core.settings import MATCH_WINDOW_MINUTES
from costplane.core.sql import select
from costplane.ledger.delta import Ledger

_PLACE = ("resource_id", "deployment")
_IDS = ("response_id", "trace_id", "span_id", "correlation_id")
_FACTS = ("source", "id", "time", *_PLACE, *_IDS)
_QUANTITIES = tuple(quantity.name for quantity in QUANTITIES)
_TOLD = " OR ".join(f'"{name}" IS NOT NULL' for name in _QUANTITIES)
_READ = ", ".join((*(f'"{name}"' for name in _FACTS), f"({_TOLD}) AS told"))
_STANDS = (
    '(other."row" < event."row" AND (other.told OR NOT event.told) '
    'OR other."row" > event."row" AND other.told AND NOT event.told)'
)
_RANK = 'CASE WHEN other.told THEN 0 ELSE 1000000000000 END + other."row"'
"""What tells usage before what does not, then the first."""

_SAME_PLACE = " AND ".join(f"event.{n} IS NOT DISTINCT FROM other.{n}" for n in _PLACE)
_SAME_CALL = (
    "CASE WHEN event.response_id IS NOT NULL AND other.response_id IS NOT NULL "
    "THEN event.response_id = other.response_id "
    "WHEN event.trace_id IS NOT NULL AND other.trace_id IS NOT NULL "
    "AND event.span_id IS NOT NULL AND other.span_id IS NOT NULL "
    "THEN event.trace_id = other.trace_id AND event.span_id = other.span_id "
    "ELSE COALESCE(event.correlation_id = other.correlation_id, FALSE) END"
)


_SOURCES = select(
    "SELECT resource_id, deployment, source FROM "
    "(SELECT resource_id, deployment, source FROM usage UNION ALL "
    "SELECT resource_id, deployment, source FROM events) AS every GROUP BY ALL"
)


@dataclass(frozen=True, slots=True)
class Testimony:
    """Events that count as calls, and those that tell of a call which counts already.

    `evidence` has the event that stands in `stands_source` and `stands_id`.
    """

    calls: pa.Table
    evidence: pa.Table


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Matches events against what the ledger holds and against each other."""

    ledger: Ledger
    engine: Engine
    settings: Settings

    def part(self, events: pa.Table) -> Testimony:
        """Calls and evidence. A deployment of which one source tells costs nothing here."""
        if not len(events):
            return _all_calls(events)
        seen = self._seen_twice(events)
        if not len(seen):
            return _all_calls(events)
        facts = events.select((*_FACTS, *_QUANTITIES))
        numbered = facts.append_column("row", pa.array(range(len(events)), pa.int64()))
        matched = self.engine.execute(
            self._matches(), {"event": numbered, "usage": self._recent(numbered), "shared": seen}
        )
        if not len(matched):
            return _all_calls(events)
        evidence = events.take(matched["row"])
        for name in ("stands_source", "stands_id"):
            evidence = evidence.append_column(name, matched[name])
        matters = pc.is_in(pa.array(range(len(events))), matched["row"].combine_chunks())
        return Testimony(events.filter(pc.invert(matters)), evidence)

    def _seen_twice(self, events: pa.Table) -> pa.Table:
        """The deployments of which several sources tell."""
        relations = {"usage": self.ledger.snapshot().relation("usage"), "events": events}
        pairs = self.engine.execute(_SOURCES, relations)
        counted = pairs.group_by(list(_PLACE)).aggregate([("source", "count")])
        return counted.filter(pc.greater(counted["source_count"], 1)).select(_PLACE)

    def _recent(self, events: pa.Table) -> pa.Table:
        """What the ledger holds of the time around `events`."""
        window = self.settings.get(MATCH_WINDOW_MINUTES) * 60_000_000
        times = events["time"].cast(pa.int64())
        first, last = pc.min(times).as_py() - window, pc.max(times).as_py() + window
        time = exp.column("time")
        statement = select(f"SELECT {_READ} FROM usage").where(
            time >= _instant(first), time.copy() <= _instant(last)
        )
        return self.engine.execute(statement, {"usage": self.ledger.snapshot().relation("usage")})

    def _matches(self) -> exp.Select:
        """Rows of events that an accepted event of another source tells of too.

        Events of one batch come in their order: what is matched by an earlier row is evidence, and
        what tells no usage is evidence of a later row that does.
        """
        window = self.settings.get(MATCH_WINDOW_MINUTES) * 60_000_000
        return select(
            f'SELECT event."row" AS "row", ARG_MIN(other.source, {_RANK}) AS stands_source, '
            f"ARG_MIN(other.id, {_RANK}) AS stands_id "
            f'FROM (SELECT {_READ}, "row" FROM event) AS event '
            "JOIN shared ON event.resource_id = shared.resource_id "
            "AND event.deployment IS NOT DISTINCT FROM shared.deployment "
            'JOIN (SELECT *, -1 AS "row" FROM usage UNION ALL '
            f'SELECT {_READ}, "row" FROM event) AS other '
            f"ON {_SAME_PLACE} AND event.source <> other.source AND {_STANDS} "
            f"AND ABS(epoch_us(event.time) - epoch_us(other.time)) <= {window} "
            f'WHERE {_SAME_CALL} GROUP BY event."row" ORDER BY event."row"'
        )


def _all_calls(events: pa.Table) -> Testimony:
    none = events.slice(0, 0)
    for name in ("stands_source", "stands_id"):
        none = none.append_column(name, pa.nulls(0, pa.string()))
    return Testimony(events, none)


def _instant(microseconds: int) -> exp.Anonymous:
    return exp.Anonymous(this="make_timestamptz", expressions=[exp.Literal.number(microseconds)])
