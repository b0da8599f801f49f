"""Re-rating: usage of a range rated with the prices of now, posted as the difference to what
stands (billing-rules 12). It is recorded before it is posted, and completed after any stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import sqlglot
from sqlglot import exp

from costplane.app.capacity.settling import CapacitySettling
from costplane.app.direct_rows import LINES, Differences, DirectRows
from costplane.app.effective_usage import selected, selected_lines
from costplane.app.ports import Reratings
from costplane.app.rerating.report import Report
from costplane.app.settling import post
from costplane.app.tiers.settling import KIND, Month, TierSettling
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.core.period import DAY, Period
from costplane.core.relation import Relation
from costplane.core.rerating import Changes, Rerating, Selection
from costplane.core.scope import Scope
from costplane.core.sql import select
from costplane.errors import InvalidInput
from costplane.ledger.delta import SEGMENT
from costplane.rating.tiers import TierKey, parse_tier_key

MOST_EVENTS = 1_000_000
"""Events that are rated at a time: whole days, as many as stay below it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a re-rating would do: `version` is the newest price version of now."""

    selection: Selection
    versions_before: tuple[int, ...]
    version: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class Rerater:
    """Rates usage anew. `tiers` settles meters with tiers, `capacity` units and hours; `usage`
    reads the usage of now, with the price versions that given re-ratings leave."""

    tiers: TierSettling
    capacity: CapacitySettling
    log: Reratings
    version: Callable[[], int]
    usage: Callable[[Sequence[Rerating]], TierUsage]

    def preview(self, selection: Selection, now: datetime) -> Preview:
        """What re-rating `selection` would change. Nothing is written. What a stopped intake has
        not charged yet is no part of it: the next writer charges it, whatever is re-rated."""
        version, known = self.version(), self.log.list()
        segment = self.tiers.ledger.committed("charges", SEGMENT)
        present = self.usage(known).until(segment)
        versions = self._direct.versions(present, selected(selection))
        wanted = Rerating(0, now, "", "", selection, versions, version, Changes())
        usage, report = self.usage([*known, wanted]).until(segment), Report(self.tiers.engine)
        keys: set[TierKey] = set()
        for part in self._parts(selection, usage):
            found, touched = self._differences(part, usage, now)
            report.add((found.charges, found.uncharged), found.posted)
            keys |= touched
        for month, ofmonth in groupby(sorted(keys), key=lambda key: key.month):
            counted = self.tiers.with_moved(month, list(ofmonth), usage)
            self._report_month(report, counted, selection, (present, usage), now)
        for missing, standing in self.capacity.repriced(selection, version, usage, now, keep=False):
            report.add(missing, standing)
        return Preview(selection, versions, version, report.changes())

    def _report_month(
        self,
        report: Report,
        month: Month,
        selection: Selection,
        usages: tuple[TierUsage, TierUsage],
        now: datetime,
    ) -> None:
        """Adds a month of tiers, with `usages` as they are and as they would be. Where some of it
        is due, it stands as the settling before the re-rating will leave it."""
        present, usage = usages
        if month.start in {parse_tier_key(text).month for text in self.tiers.keys.due(KIND)}:
            standing: Relation = present.charges(month.start, month.keys, now.date())
            report.add_charges(self.tiers.differences(month, usage, now, standing), standing)
            return
        report.add_charges(self.tiers.differences(month, usage, now), self.tiers.posted(month))
        if month.moved:
            told = (selected(selection), selected_lines(selection))
            moved = self.tiers.moved(month, usage, now, without=told)
            report.add((moved.charges, moved.uncharged), moved.posted)

    def apply(self, preview: Preview, who: str, command: str, now: datetime) -> Rerating:
        """Records and posts what was previewed. The caller is the ledger's one writer.

        Raises InvalidInput if prices have changed since.
        """
        if preview.version != self.version():
            raise InvalidInput(
                "prices have changed since the re-rating was previewed; preview it again"
            )
        number = self.log.start(
            Rerating(
                0,
                now,
                who,
                command,
                preview.selection,
                preview.versions_before,
                preview.version,
                preview.changes,
                ledger_before=self.tiers.ledger.snapshot().versions,
            )
        )
        self.settle(now)
        return next(found for found in self.log.list() if found.number == number)

    def settle(self, now: datetime) -> int:
        """Completes every re-rating that is recorded and not finished (settling.Settling)."""
        known = self.log.list()
        appended = 0
        for rerating in known:
            if not rerating.finished:
                appended += self._complete(rerating, self.usage(known), now)
                self.log.finish(rerating.number, self.tiers.ledger.snapshot().versions, now)
        return appended

    def _complete(self, rerating: Rerating, usage: TierUsage, now: datetime) -> int:
        appended = 0
        for part in self._parts(rerating.selection, usage):
            found, keys = self._differences(part, usage, now)
            self.tiers.keys.mark(KIND, map(str, keys))
            if len(found.charges) or len(found.uncharged):
                appended += post(self.tiers.ledger, found.charges, found.uncharged)
        chosen, version = rerating.selection, rerating.version
        for (charges, uncharged), _ in self.capacity.repriced(
            chosen, version, usage, now, keep=True
        ):
            if len(charges) or len(uncharged):
                appended += post(self.tiers.ledger, charges, uncharged)
        return appended + self.tiers.settle(now)

    def _parts(self, selection: Selection, usage: TierUsage) -> Iterator[Selection]:
        """The days of `selection` that have usage, as many together as memory bears."""
        statement = select(
            "SELECT epoch_us(time) // 86400000000 AS day, COUNT(*) AS events FROM usage"
        ).where(selected(selection))
        days = self.tiers.engine.execute(
            statement.group_by("day").order_by("day"), {"usage": usage.usage}
        ).to_pylist()
        events, first, last = 0, None, None
        for row in days:
            day = datetime(1970, 1, 1, tzinfo=UTC) + row["day"] * DAY
            if first is not None and last is not None and events + row["events"] > MOST_EVENTS:
                yield _within(selection, first, last)
                events, first = 0, None
            events, first, last = events + row["events"], first or day, day
        if first is not None and last is not None:
            yield _within(selection, first, last)

    @property
    def _direct(self) -> DirectRows:
        return self.tiers.direct

    def _differences(
        self, part: Selection, usage: TierUsage, now: datetime
    ) -> tuple[Differences, set[TierKey]]:
        """What is missing in both tables for a part, and the keys of tiers that it touches or
        touched."""
        chosen, standing = selected(part), selected_lines(part)
        found = self._direct.differences(usage, chosen, standing, now.date())
        return found, {*found.tier_keys, *self._tier_keys(part)}

    def _tier_keys(self, part: Selection) -> set[TierKey]:
        """The keys of tiers that have rows in a part."""
        tiered = _condition(f"{LINES} AND NOT x_TierMinimum IS NULL")
        statement = select(
            "SELECT DISTINCT epoch_us(DATE_TRUNC('month', ChargePeriodStart)) AS month, "
            "BillingAccountId, x_SkuMeterId FROM charges"
        ).where(selected_lines(part), tiered)
        charges = self.tiers.ledger.snapshot().relation("charges")
        return {
            TierKey(_instant(row["month"]), row["BillingAccountId"], row["x_SkuMeterId"])
            for row in self.tiers.engine.execute(statement, {"charges": charges}).to_pylist()
        }


def selection_of(catalog: CatalogReader, scope: Scope, period: Period) -> Selection:
    """The usage of a scope, as the catalog resolves it now, in some full days. Raises NotFound
    for a scope that is not known."""
    chosen = catalog.select(scope)
    ids = chosen.subscriptions
    return Selection(
        period.start,
        period.end,
        scope.id,
        None if ids is None else tuple(sorted(ids)),
        chosen.resource_group,
        chosen.resource_id,
    )


def _within(selection: Selection, first: datetime, last: datetime) -> Selection:
    return replace(selection, start=max(selection.start, first), end=min(selection.end, last + DAY))


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _condition(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")
