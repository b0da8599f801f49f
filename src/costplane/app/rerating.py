"""Re-rating: usage of a range rated with the prices of now, posted as the difference to what
stands (billing-rules 12). It is recorded before it is posted, and completed after any stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.app.billing_months import in_open_periods
from costplane.app.capacity import CapacitySettling
from costplane.app.effective_usage import selected, selected_lines
from costplane.app.ports import Reratings
from costplane.app.rerate_report import Report
from costplane.app.settling import post
from costplane.app.tier_usage import TierUsage
from costplane.app.tiers import KIND, TierSettling
from costplane.catalog.ports import CatalogReader
from costplane.core.period import DAY, Period
from costplane.core.relation import Derived, Relation
from costplane.core.rerating import Changes, Rerating, Selection
from costplane.core.scope import Scope
from costplane.core.sql import select
from costplane.core.tables import CHARGES, TABLES, UNCHARGED
from costplane.errors import InvalidInput
from costplane.rating.difference import difference
from costplane.rating.rate_usage import Rater
from costplane.rating.tiers import TierKey

MOST_EVENTS = 1_000_000
"""Events that are rated at a time: whole days, as many as stay below it."""

_LINES = "x_SourceDataset = 'Metered' AND NOT x_Series IS NULL"
_DIRECT = {
    "charges": f"{_LINES} AND x_TierMinimum IS NULL AND x_ChargeBasis IS NULL",
    "uncharged": _LINES,
}


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
        """What re-rating `selection` would change. Nothing is written."""
        version, known = self.version(), self.log.list()
        versions = self._versions(selection, self.usage(known))
        wanted = Rerating(0, now, "", "", selection, versions, version, Changes())
        usage, report = self.usage([*known, wanted]), Report(self.tiers.engine)
        keys: set[TierKey] = set()
        for part in self._parts(selection, usage):
            found, posted, touched = self._differences(part, usage, now)
            report.add(found, posted)
            keys |= touched
        for month, ofmonth in groupby(sorted(keys), key=lambda key: key.month):
            counted = self.tiers.with_moved(month, list(ofmonth), usage)
            rows = self.tiers.differences(month, counted, usage, now)
            report.add_charges(rows, self.tiers.posted(month, counted))
        for missing, standing in self.capacity.repriced(selection, version, usage, now, keep=False):
            report.add(missing, standing)
        return Preview(selection, versions, version, report.changes())

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
                self.log.finish(rerating.number)
        return appended

    def _complete(self, rerating: Rerating, usage: TierUsage, now: datetime) -> int:
        appended = 0
        for part in self._parts(rerating.selection, usage):
            (charges, uncharged), _, keys = self._differences(part, usage, now)
            self.tiers.keys.mark(KIND, map(str, keys))
            if len(charges) or len(uncharged):
                appended += post(self.tiers.ledger, charges, uncharged)
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

    def _differences(
        self, part: Selection, usage: TierUsage, now: datetime
    ) -> tuple[tuple[pa.Table, pa.Table], tuple[Relation, Relation], set[TierKey]]:
        """What is missing in both tables for a part, what is posted there, and the keys of tiers
        that it touches or touched."""
        engine, today = self.tiers.engine, now.date()
        rated = [
            rater.rate(
                _of(usage.usage, selected(part), version), usage.series, rater.grain(), today
            )
            for version in self._versions(part, usage)
            for rater in [Rater(engine, usage.prices.at(version), usage.holders)]
        ]
        posted = (self._posted("charges", part), self._posted("uncharged", part))
        charges = _together([one.charges for one in rated])
        uncharged = _together([one.uncharged for one in rated])
        found = (
            in_open_periods(
                difference(engine, charges, posted[0], CHARGES), self.tiers.periods, today
            ),
            _recorded(difference(engine, uncharged, posted[1], UNCHARGED), today),
        )
        keys = {key for one in rated for key in one.tier_keys}
        return found, posted, keys | self._tier_keys(part)

    def _versions(self, selection: Selection, usage: TierUsage) -> tuple[int, ...]:
        statement = select("SELECT DISTINCT price_version FROM usage").where(selected(selection))
        found = self.tiers.engine.execute(statement, {"usage": usage.usage})
        return tuple(sorted(found["price_version"].to_pylist()))

    def _posted(self, table: str, part: Selection) -> Relation:
        """The rows of a table that were posted with segments or re-ratings for a part."""
        statement = _all(table).where(selected_lines(part), _condition(_DIRECT[table]))
        return Derived(statement, {table: self.tiers.ledger.snapshot().relation(table)})

    def _tier_keys(self, part: Selection) -> set[TierKey]:
        """The keys of tiers that have rows in a part."""
        tiered = _condition(f"{_LINES} AND NOT x_TierMinimum IS NULL")
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


def _of(usage: Relation, chosen: exp.Condition, version: int) -> Relation:
    of_version = exp.column("price_version").eq(exp.Literal.number(version))
    return Derived(select("SELECT * FROM usage").where(chosen, of_version), {"usage": usage})


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()


def _recorded(rows: pa.Table, today: object) -> pa.Table:
    place = rows.schema.get_field_index("x_RecordedDate")
    return rows.set_column(
        place, "x_RecordedDate", pa.repeat(pa.scalar(today, pa.date32()), len(rows))
    )


def _all(table: str) -> exp.Select:
    columns = ", ".join(f'"{name}"' for name in TABLES[table].names)
    return select(f"SELECT {columns} FROM {table}")


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _condition(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")
