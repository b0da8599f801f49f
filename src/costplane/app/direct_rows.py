"""Rows that need no order: those that segments and re-ratings post, computed again and compared
with what stands (billing-rules 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.app.billing.months import in_open_periods
from costplane.app.ports import BillingPeriods
from costplane.app.tiers.usage import TierUsage
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import select
from costplane.core.tables import CHARGES, TABLES, UNCHARGED
from costplane.ledger.delta import Ledger
from costplane.rating.difference import difference
from costplane.rating.rate_usage import Rater
from costplane.rating.tiers import TierKey

LINES = "x_SourceDataset = 'Metered' AND NOT x_Series IS NULL"
"""The rows that usage makes, in both tables."""

DIRECT = {
    "charges": f"{LINES} AND x_TierMinimum IS NULL AND x_ChargeBasis IS NULL",
    "uncharged": LINES,
}
"""Those of them that need no order."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What is missing in both tables, beside what is `posted` there, and the keys of tiers that
    the usage touches."""

    charges: pa.Table
    uncharged: pa.Table
    posted: tuple[Relation, Relation]
    tier_keys: frozenset[TierKey]


@dataclass(frozen=True, slots=True)
class DirectRows:
    """Compares such rows with the ledger's."""

    ledger: Ledger
    engine: Engine
    periods: BillingPeriods

    def differences(
        self, usage: TierUsage, chosen: exp.Condition, standing: exp.Condition, recorded: date
    ) -> Differences:
        """What is missing for the usage that is `chosen`, and for which the rows `standing` are
        posted."""
        rated = [
            rater.rate(_of(usage.usage, chosen, version), usage.series, rater.grain(), recorded)
            for version in self.versions(usage, chosen)
            for rater in [Rater(self.engine, usage.prices.at(version), usage.holders)]
        ]
        charges = _together([one.charges for one in rated], CHARGES)
        uncharged = _together([one.uncharged for one in rated], UNCHARGED)
        posted = (self._posted("charges", standing), self._posted("uncharged", standing))
        missing = difference(self.engine, charges, posted[0], CHARGES)
        return Differences(
            in_open_periods(missing, self.periods, recorded),
            _recorded(difference(self.engine, uncharged, posted[1], UNCHARGED), recorded),
            posted,
            frozenset(key for one in rated for key in one.tier_keys),
        )

    def versions(self, usage: TierUsage, chosen: exp.Condition) -> tuple[int, ...]:
        """The price versions of some usage."""
        statement = select("SELECT DISTINCT price_version FROM usage").where(chosen)
        found = self.engine.execute(statement, {"usage": usage.usage})
        return tuple(sorted(found["price_version"].to_pylist()))

    def _posted(self, table: str, standing: exp.Condition) -> Relation:
        columns = ", ".join(f'"{name}"' for name in TABLES[table].names)
        direct = sqlglot.parse_one(DIRECT[table], dialect="duckdb")
        statement = select(f"SELECT {columns} FROM {table}").where(standing.copy(), direct)
        return Derived(statement, {table: self.ledger.snapshot().relation(table)})


def _of(usage: Relation, chosen: exp.Condition, version: int) -> Relation:
    of_version = exp.column("price_version").eq(exp.Literal.number(version))
    return Derived(select("SELECT * FROM usage").where(chosen, of_version), {"usage": usage})


def _together(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    if not tables:
        return schema.empty_table()
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()


def _recorded(rows: pa.Table, recorded: date) -> pa.Table:
    place = rows.schema.get_field_index("x_RecordedDate")
    day = pa.repeat(pa.scalar(recorded, pa.date32()), len(rows))
    return rows.set_column(place, "x_RecordedDate", day)
