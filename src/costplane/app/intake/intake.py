"""Intake: events of any source into the ledger, each exactly once.

Accepted means logged and synced. Events too far ahead or too old go to the quarantine
(billing-rules 6); facts that an event does not tell come from its deployment's catalog entry
(rule 9); resources that usage mentions first appear in the catalog as unconfirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from costplane.app.erasing.arrivals import Arrivals
from costplane.app.intake.deployment_facts import with_deployment_facts, with_spillover
from costplane.app.ports import Quarantine, Settings
from costplane.catalog.mentions import Mention
from costplane.catalog.ports import CatalogWriter
from costplane.core.log_segment import Posted, Sealed
from costplane.core.quarantine import QuarantinedEvent
from costplane.core.relation import Engine
from costplane.core.settings import ALLOCATION_TAGS, FUTURE_TOLERANCE_MINUTES, RETENTION_DAYS
from costplane.core.tables import EVENTS, INSTANT
from costplane.metering.batch import EventBatch, Rejection
from costplane.metering.digests import with_content_digest
from costplane.metering.log import SegmentLog
from costplane.metering.quarantine import event_text
from costplane.metering.status import (
    with_allocation_tags,
    with_billing_status,
    with_context_tokens,
)

SEGMENT_ROWS = 250_000
"""Events in a segment at most: bounds memory, whatever a file's size."""

_MENTIONED = ("resource_id", "deployment", "model", "model_version", "deployment_type")


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a part of some events: the segment that holds those which may count, if there
    are any, how many were quarantined, and what was rejected. Of one that `is_last` it is known
    that none follows."""

    sealed: Sealed | None
    quarantined: int
    rejected: tuple[Rejection, ...]
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What came of some events. Counts are events; `evidence` tells of calls that another source's
    event counts for, `quarantined` ones are kept apart."""

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    evidence: int = 0
    unpriced: int = 0
    unmetered: int = 0
    quarantined: int = 0
    rejected: tuple[Rejection, ...] = field(default=())

    def received(self, part: Received) -> IntakeReport:
        """This report and what came of one more part before it was posted."""
        return replace(
            self,
            quarantined=self.quarantined + part.quarantined,
            rejected=self.rejected + part.rejected,
        )

    def plus(self, posted: Posted) -> IntakeReport:
        """This report and one more segment."""
        return replace(
            self,
            accepted=self.accepted + posted.accepted,
            duplicates=self.duplicates + posted.duplicates,
            conflicts=self.conflicts + posted.conflicts,
            evidence=self.evidence + posted.evidence,
            unpriced=self.unpriced + posted.unpriced,
            unmetered=self.unmetered + posted.unmetered,
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes batches of events into this process's log. It needs no lease."""

    log: SegmentLog
    engine: Engine
    catalog: CatalogWriter
    quarantine: Quarantine
    settings: Settings
    arrivals: Arrivals
    now: Callable[[], datetime]

    def receive(self, batches: Iterable[EventBatch]) -> Iterator[Received]:
        """Logs `batches`, a segment at a time: each is on disk when it is told of."""
        for events, rejected, is_last in _segments(batches):
            yield replace(self._received(events, rejected), is_last=is_last)

    def _received(self, events: pa.Table, rejected: tuple[Rejection, ...]) -> Received:
        if not len(events):
            return Received(None, 0, rejected)
        timely, quarantined = self._part_by_time(self.arrivals.replaced(events))
        if not len(timely):
            return Received(None, quarantined, rejected)
        self.catalog.mention(_mentions(timely))
        return Received(self.log.append(self._enrich(timely)), quarantined, rejected)

    def _enrich(self, events: pa.Table) -> pa.Table:
        """The facts that rating needs beside what the events tell."""
        known = with_deployment_facts(
            with_content_digest(events),
            self.engine,
            self.catalog.deployments(),
            self.catalog.resources(),
        )
        keys: tuple[str, ...] = self.settings.get(ALLOCATION_TAGS)
        status = with_context_tokens(with_billing_status(with_spillover(known)))
        tagged = with_allocation_tags(status, keys)
        received = pa.repeat(pa.scalar(self.now(), INSTANT), len(tagged))
        return tagged.append_column("received_at", received)

    def _part_by_time(self, events: pa.Table) -> tuple[pa.Table, int]:
        """Events at a time that can count, and how many were put into the quarantine."""
        now = self.now()
        latest = now + timedelta(minutes=self.settings.get(FUTURE_TOLERANCE_MINUTES))
        oldest = now - timedelta(days=self.settings.get(RETENTION_DAYS))
        ahead = pc.greater(events["time"], pa.scalar(latest, INSTANT))
        old = pc.less(events["time"], pa.scalar(oldest, INSTANT))
        held = pc.or_(ahead, old)
        if not pc.any(held).as_py():
            return events, 0
        self._hold(events.filter(ahead), "FutureTime", f"later than {latest.isoformat()}")
        self._hold(events.filter(old), "TooOld", f"older than {oldest.isoformat()}")
        return events.filter(pc.invert(held)), pc.sum(held).as_py()

    def _hold(self, events: pa.Table, code: str, why: str) -> None:
        self.quarantine.add(
            QuarantinedEvent(
                row["source"], row["id"], code, f"time is {why}", event_text(row), self.now()
            )
            for row in events.to_pylist()
        )


def _segments(
    batches: Iterable[EventBatch],
) -> Iterator[tuple[pa.Table, tuple[Rejection, ...], bool]]:
    """Batches put together, or cut, into tables of at most SEGMENT_ROWS events; whether it is
    known that none follows."""
    waiting: list[pa.Table] = []
    rejected: tuple[Rejection, ...] = ()
    rows = 0
    for batch in batches:
        waiting.append(batch.events)
        rejected += batch.rejected
        rows += len(batch.events)
        while rows >= SEGMENT_ROWS:
            table = pa.concat_tables(waiting)
            yield table.slice(0, SEGMENT_ROWS), rejected, False
            waiting, rejected = [table.slice(SEGMENT_ROWS)], ()
            rows -= SEGMENT_ROWS
    if rows or rejected:
        yield pa.concat_tables(waiting) if waiting else EVENTS.empty_table(), rejected, True


def _mentions(events: pa.Table) -> list[Mention]:
    """What the events tell of resources and deployments, once each."""
    columns = [*_MENTIONED, "region", "organisation"]
    distinct = events.select(columns).group_by(columns).aggregate([])
    return [Mention(**row) for row in distinct.to_pylist() if row["resource_id"]]
