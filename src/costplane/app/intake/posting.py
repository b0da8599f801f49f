"""From a log segment to the tables: recognise, number, rate, commit, in an order that can be
repeated after a stop at any point and then yields the same rows (ARCHITECTURE.md, "Exactly once").
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from costplane.app.billing.months import in_open_periods
from costplane.app.erasing.arrivals import Arrivals
from costplane.app.holders import CatalogHolders
from costplane.app.intake.tag_values import TagValues
from costplane.app.intake.witnesses import Witnesses
from costplane.app.ports import BillingPeriods, LogSegments, PostingKeys, Settings
from costplane.app.prices import PriceBooks
from costplane.app.series import SeriesNumbers
from costplane.app.tiers.settling import KIND as TIERS
from costplane.catalog.ports import CatalogReader
from costplane.core.log_segment import LogSegment, Posted, Sealed
from costplane.core.quantities import QUANTITIES
from costplane.core.relation import Engine
from costplane.core.settings import TAG_INHERITANCE
from costplane.core.sql import select
from costplane.core.tables import EVIDENCE, TABLES, USAGE
from costplane.ledger.delta import SEGMENT, Ledger
from costplane.metering.identity import Identities, IdentityIndex
from costplane.metering.log import FLAT, SegmentLog
from costplane.rating.rate_usage import Rater

_HOLD_EVENTS = ("usage", "evidence")
_KNOWN = ("source", "id", "content_digest")


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts segments. One process at a time holds it: the holder of the writer's lease."""

    ledger: Ledger
    engine: Engine
    log: SegmentLog
    segments: LogSegments
    identities: IdentityIndex
    series: SeriesNumbers
    witnesses: Witnesses
    tag_values: TagValues
    prices: PriceBooks
    catalog: CatalogReader
    settings: Settings
    periods: BillingPeriods
    keys: PostingKeys
    arrivals: Arrivals
    now: Callable[[], datetime]

    def post_all(self) -> None:
        """Posts the segments of all logs: first those that a stopped writer left behind, under
        the numbers that they have, then the others in the order in which they were sealed."""
        there = set(self.log.sealed())
        known = self._known(there)
        begun = [segment for segment in known if segment.posted is None]
        self._index_again({segment.number for segment in begun})
        for segment in begun:
            if segment.sealed in there:
                self._complete(segment)
            else:
                self._complete_without_events(segment)
        for segment in known:
            self.log.remove(segment.sealed)
        last = max([self.ledger.committed("usage", SEGMENT), *(s.number for s in known), 0])
        unknown = sorted(there - {segment.sealed for segment in known})
        for number, sealed in enumerate(unknown, last + 1):
            self._complete(self.segments.number(sealed, number))

    def _known(self, there: Collection[Sealed]) -> list[LogSegment]:
        """The segments that have a number; those of older versions are named by it."""
        known = self.segments.list()
        named = {one for one in there if one.log == FLAT} - {segment.sealed for segment in known}
        return [*known, *(self.segments.number(one, one.place) for one in sorted(named))]

    def _complete(self, segment: LogSegment) -> None:
        """Commits a segment to every table, says what it came to, and removes it from its log."""
        # It may have been logged before somebody was erased.
        events = self.arrivals.replaced(self.log.read(segment.sealed))
        posted = self._post(segment.number, events)
        self.segments.post(segment.number, posted)
        self.log.remove(segment.sealed)

    def _complete_without_events(self, segment: LogSegment) -> None:
        """Charges what `usage` has of a segment whose file somebody took away."""
        if self.ledger.committed("usage", SEGMENT) < segment.number:
            self.segments.forget([segment.number])
            return
        usage = self._committed("usage", segment.number)
        unpriced = self._charge(usage, segment.number)
        self.segments.post(segment.number, Posted(accepted=len(usage), unpriced=unpriced))

    def _post(self, segment: int, events: pa.Table) -> Posted:
        identities = Identities.of(events)
        recognition = self.identities.recognise(identities, segment)
        if self.ledger.committed("usage", SEGMENT) >= segment:
            usage = self._committed("usage", segment)
        else:
            testimony = self.witnesses.part(events.filter(pa.array(recognition.fresh)))
            self._keep(testimony.evidence, segment)
            usage = self._usage(testimony.calls, segment)
            self.ledger.append("usage", usage, app=SEGMENT, version=segment)
        unpriced = self._charge(usage, segment)
        fresh = events.filter(pa.array(recognition.fresh))
        known = identities if len(fresh) == len(events) else Identities.of(fresh)
        self.identities.record(known, segment)
        missing = pc.sum(pc.equal(usage["billing_status"], "UsageMissing")).as_py() or 0
        return Posted(
            accepted=len(usage),
            duplicates=recognition.duplicates,
            conflicts=len(recognition.conflicts),
            evidence=len(fresh) - len(usage),
            unpriced=unpriced,
            unmetered=missing,
        )

    def _keep(self, evidence: pa.Table, segment: int) -> None:
        if len(evidence):
            of_segment = pa.repeat(pa.scalar(segment, pa.int64()), len(evidence))
            rows = evidence.append_column("segment", of_segment).select(EVIDENCE.names)
            self.ledger.append("evidence", rows, app=SEGMENT, version=segment)

    def _usage(self, events: pa.Table, segment: int) -> pa.Table:
        """Rows of `usage`; a count of zero is no line, so it is stored as null."""
        events = self.tag_values.limited(events)
        columns = {
            "series": self.series.number(events, segment),
            "segment": pa.repeat(pa.scalar(segment, pa.int64()), len(events)),
            "price_version": pa.repeat(pa.scalar(self.prices.version(), pa.int64()), len(events)),
        }
        for name, column in columns.items():
            events = events.append_column(USAGE.field(name), column)
        for quantity in QUANTITIES:
            place = events.schema.get_field_index(quantity.name)
            column = events.column(place)
            if column.null_count < len(column):
                told = pc.if_else(pc.equal(column, 0), pa.scalar(None, column.type), column)
                events = events.set_column(place, USAGE.field(quantity.name), told)
        return events.select(USAGE.names).cast(USAGE)

    def _charge(self, usage: pa.Table, segment: int) -> int:
        """Commits the segment's charges, and marks what its lines of tiers touch; the number of
        events that have an unpriced line. A segment without events commits its number: readers
        tell by it that nothing is missing."""
        if not len(usage):
            for table in ("charges", "uncharged"):
                self.ledger.append(table, TABLES[table].empty_table(), app=SEGMENT, version=segment)
            return 0
        version = usage["price_version"][0].as_py()
        inheritance = self.settings.get(TAG_INHERITANCE)
        holders = CatalogHolders(self.catalog, inheritance=inheritance)
        rater = Rater(self.engine, self.prices.at(version), holders)
        today = self.now().date()
        rated = rater.rate(usage, self.series.facts(), rater.grain(), today)
        self.keys.mark(TIERS, map(str, rated.tier_keys))
        charges = in_open_periods(rated.charges, self.periods, today)
        for table, rows in (("charges", charges), ("uncharged", rated.uncharged)):
            ordered = rows.sort_by([("ChargePeriodStart", "ascending"), ("x_Series", "ascending")])
            self.ledger.append(table, ordered, app=SEGMENT, version=segment)
        return rated.unpriced_events

    def _committed(self, table: str, segment: int) -> pa.Table:
        relation = self.ledger.snapshot().relation(table)
        return self.engine.execute(_of_segment(table, segment), {table: relation}).cast(
            TABLES[table]
        )

    def _index_again(self, begun: Collection[int]) -> None:
        """Adds to the index the ids of committed segments that it lacks, but for those that are
        not complete: their ids follow with them."""
        last = self.ledger.committed("usage", SEGMENT)
        for segment in range(self.identities.last_segment() + 1, last + 1):
            if segment not in begun:
                known = [self._committed(t, segment).select(_KNOWN) for t in _HOLD_EVENTS]
                self.identities.record(Identities.of(pa.concat_tables(known)), segment)


def _of_segment(table: str, segment: int) -> exp.Query:
    columns = ", ".join(f'"{name}"' for name in TABLES[table].names)
    statement = select(f"SELECT {columns} FROM {table}")
    return statement.where(exp.column("segment").eq(exp.Literal.number(segment)))
