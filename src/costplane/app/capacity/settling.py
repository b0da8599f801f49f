"""Settling of capacity: hours of provisioned deployments, hosting, reservations, and the calls
that provisioned throughput pays for (billing-rules 14, 19, 20).

The key is the hour: whatever touches one, all of it is computed, and what is posted is the
difference to what the ledger holds. So late calls, a history corrected afterwards and a second
run are one operation. The prices are those with which an hour was charged first (priced_hours).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import pyarrow as pa
from sqlglot import exp

from costplane.app.billing.months import in_open_periods
from costplane.app.capacity.due import TYPES, CapacityDue, by_month, floor_of
from costplane.app.capacity.hours import CapacityHours, covered_calls
from costplane.app.capacity.priced_hours import PricedHours
from costplane.app.effective_usage import selected_lines
from costplane.app.ports import BillingPeriods, PostingKeys, Settings
from costplane.app.settling import post
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period, hour_start
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.rerating import Selection
from costplane.core.settings import RETENTION_DAYS
from costplane.core.sql import select, shared_query, within
from costplane.core.tables import CHARGES, TABLES, UNCHARGED
from costplane.ledger.delta import Ledger, Snapshot
from costplane.rating.capacity_rows import price_unknown
from costplane.rating.capacity_templates import CAPACITY
from costplane.rating.difference import difference
from costplane.rating.holder import Facts
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import RatedRows

_UNCHARGED = "x_Events = 0 AND COALESCE(x_TokenType, 'hours') = 'hours'"
_HOURS = {
    "charges": f"x_ChargeBasis = '{CAPACITY}'",
    "uncharged": f"{_UNCHARGED} AND x_Series IS NULL",
}
"""Which rows stand for units and hours, not for calls."""
_OF_TYPE = f"LOWER(x_DeploymentType) IN ({TYPES})"


@dataclass(frozen=True, slots=True)
class CapacitySettling:
    """Posts what capacity costs."""

    ledger: Ledger
    engine: Engine
    catalog: CatalogReader
    settings: Settings
    keys: PostingKeys
    periods: BillingPeriods
    usage: Callable[[], TierUsage]

    def settle(self, now: datetime) -> int:
        """Posts the hours that are due, up to the current full hour; the rows appended."""
        due = CapacityDue(self.ledger, self.engine, self.catalog, self.keys)
        usage = self.usage()
        present = due.present(now, usage.prices.version())
        called = any(map(_is_provisioned, usage.series.values()))
        if not (present.entries or due.entries_settled() or called):
            return 0
        floor, capacity = self._floor(now), self._capacity(usage)
        months = due.hours(present, floor)
        for month in months:
            capacity.choose_prices(month)
        capacity.priced.remember(floor)
        rows = sum(self._settle(month, capacity, now.date()) for month in months)
        due.remember(present)
        return rows

    def repriced(
        self, chosen: Selection, version: int, usage: TierUsage, now: datetime, *, keep: bool
    ) -> Iterator[tuple[tuple[pa.Table, pa.Table], tuple[Relation, Relation]]]:
        """What is missing in both tables, and what is posted there, for the units and hours of
        a selection at a version of the prices, month by month; calls are not among them. If it
        is to be posted, `keep` has that version hold from now on.

        Reservations cover places together, so each hour is computed whole. How they cover it
        does not depend on amounts, so the rows of the selection can change alone: those of its
        places, and of what its reservations cover anywhere. A reservation has one price, and what
        it covers sums to it.
        """
        capacity, snapshot, today = self._capacity(usage), self.ledger.snapshot(), now.date()
        bought = capacity.reservations_of(chosen)
        months = list(self._settled(chosen, now))
        for hours in months:
            capacity.raise_prices(chosen, version, hours)
        if keep:
            capacity.priced.remember(self._floor(now))
        for hours in months:
            part = _Part(replace(chosen, start=hours.start, end=hours.end), bought)
            rows = capacity.rows(hours, today)
            posted = (_posted(snapshot, "charges", part), _posted(snapshot, "uncharged", part))
            charges, uncharged = (
                difference(self.engine, part.of(computed, name), stands, TABLES[name])
                for name, computed, stands in (
                    ("charges", rows.charges, posted[0]),
                    ("uncharged", rows.uncharged, posted[1]),
                )
            )
            charges = in_open_periods(charges, self.periods, today)
            yield (charges, _recorded(uncharged, today)), posted

    def _capacity(self, usage: TierUsage) -> CapacityHours:
        return CapacityHours(self.catalog, usage, PricedHours(self.keys))

    def _floor(self, now: datetime) -> datetime:
        return hour_start(floor_of(now, self.settings.get(RETENTION_DAYS)))

    def _settled(self, chosen: Selection, now: datetime) -> Iterator[Period]:
        """The hours of a selection that were settled and are kept, by month; those that follow
        are settled at the prices of now anyway."""
        due = CapacityDue(self.ledger, self.engine, self.catalog, self.keys)
        until, floor = due.settled_until(), self._floor(now)
        if until is not None and floor < until:
            both = Period(floor, until).intersection(Period(chosen.start, chosen.end))
            yield from () if both is None else by_month(both)

    def _settle(self, hours: Period, capacity: CapacityHours, today: date) -> int:
        """Posts the difference for hours of one month."""
        snapshot = self.ledger.snapshot()
        computed = self._computed(hours, capacity, today)
        charges = self._difference(snapshot, "charges", computed.charges, hours)
        uncharged = self._difference(snapshot, "uncharged", computed.uncharged, hours)
        if len(charges):
            charges = in_open_periods(charges, self.periods, today)
        return post(self.ledger, charges, _recorded(uncharged, today))

    def _computed(self, hours: Period, capacity: CapacityHours, today: date) -> RatedRows:
        """Rows of units and hours, and of the calls that they pay for, at the prices with which
        each was charged."""
        usage, parts = capacity.usage, [capacity.rows(hours, today)]
        calls = covered_calls(hours, usage)
        for version in self._versions(calls):
            rater = Rater(self.engine, usage.prices.at(version), usage.holders)
            of_version = shared_query(f"SELECT * FROM calls WHERE price_version = {version}")
            rated = Derived(of_version, {"calls": calls})
            parts.append(rater.rate(rated, usage.series, rater.grain(), today))
        return RatedRows(
            _joined(CHARGES, [part.charges for part in parts]),
            _joined(UNCHARGED, [part.uncharged for part in parts]),
        )

    def _versions(self, calls: Relation) -> list[int]:
        statement = shared_query("SELECT DISTINCT price_version FROM calls ORDER BY price_version")
        found: list[int] = self.engine.execute(statement, {"calls": calls})[0].to_pylist()
        return found

    def _difference(
        self, snapshot: Snapshot, table: str, computed: pa.Table, hours: Period
    ) -> pa.Table:
        schema = CHARGES if table == "charges" else UNCHARGED
        if table == "charges":
            # Tools with tiers on such a deployment are charged by app/tiers/settling.py.
            ours = f"x_ChargeBasis = '{CAPACITY}' OR ({_OF_TYPE} AND x_TierMinimum IS NULL)"
        else:
            ours = f"{_UNCHARGED} OR {_OF_TYPE}"
        posted = Derived(
            shared_query(
                f"SELECT * FROM {table} WHERE {within('ChargePeriodStart', hours)} AND ({ours})"
            ),
            {table: snapshot.relation(table)},
        )
        return difference(self.engine, computed, posted, schema)


def _is_provisioned(facts: Facts) -> bool:
    return f"'{(facts['deployment_type'] or '').lower()}'" in TYPES.split(", ")


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a selection, and those of what its reservations, `bought`, cover elsewhere."""

    chosen: Selection
    bought: Collection[Reservation]

    def of(self, rows: Relation, table: str) -> Relation:
        """Its rows among those of a table."""
        columns = ", ".join(f'"{name}"' for name in TABLES[table].names)
        found = selected_lines(self.chosen)
        if self.bought:
            anywhere = replace(
                self.chosen, subscriptions=None, resource_group=None, resource_id=None
            )
            covered = exp.and_(selected_lines(anywhere), self._covered(table))
            found = exp.or_(found, covered)
        return Derived(select(f"SELECT {columns} FROM rows").where(found), {"rows": rows})

    def _covered(self, table: str) -> exp.Condition:
        if table == "charges":
            name, values = "CommitmentDiscountId", [one.resource_id for one in self.bought]
        else:
            name, values = "x_StatusReason", [price_unknown(one) for one in self.bought]
        return exp.column(name, quoted=True).isin(*map(exp.Literal.string, values))


def _posted(snapshot: Snapshot, table: str, part: _Part) -> Relation:
    """The rows of units and hours that stand for a part."""
    statement = shared_query(f"SELECT * FROM {table} WHERE {_HOURS[table]}")
    return part.of(Derived(statement, {table: snapshot.relation(table)}), table)


def _joined(schema: pa.Schema, parts: Iterable[pa.Table]) -> pa.Table:
    return pa.concat_tables(part.select(schema.names).cast(schema) for part in parts)


def _recorded(rows: pa.Table, today: date) -> pa.Table:
    place = rows.schema.get_field_index("x_RecordedDate")
    day = pa.repeat(pa.scalar(today, pa.date32()), len(rows))
    return rows.set_column(place, "x_RecordedDate", day)
