"""Meters with tiers, settled: whole months of them, as the difference to what is posted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.app.billing_months import in_open_periods
from costplane.app.ports import BillingPeriods, PostingKeys
from costplane.app.settling import post
from costplane.app.tier_usage import TierUsage
from costplane.core.period import Period, next_month
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.tables import CHARGES, UNCHARGED
from costplane.ledger.delta import Ledger
from costplane.rating.difference import difference
from costplane.rating.tiers import TierKey, parse_tier_key

KIND = "tiers"
"""The kind of these keys among those whose posting is due."""

_POSTED = (
    "SELECT charges.* FROM charges JOIN wanted ON charges.BillingAccountId = wanted.account "
    "AND charges.x_SkuMeterId = wanted.meter WHERE NOT charges.x_TierMinimum IS NULL "
    "AND charges.ChargePeriodStart >= {start} AND charges.ChargePeriodStart < {end}"
)


@dataclass(frozen=True, slots=True)
class TierSettling:
    """Posts the months of meters with tiers that usage touched (settling.Settling).

    `usage` reads the usage of now.
    """

    ledger: Ledger
    engine: Engine
    keys: PostingKeys
    periods: BillingPeriods
    usage: Callable[[], TierUsage]

    def settle(self, now: datetime) -> int:
        """Posts every key that is due, month by month."""
        due = sorted(parse_tier_key(text) for text in self.keys.due(KIND))
        appended = 0
        for month, found in groupby(due, key=lambda key: key.month):
            keys = list(found)
            rows = self.differences(month, keys, self.usage(), now)
            if len(rows):
                appended += post(self.ledger, rows, UNCHARGED.empty_table())
            self.keys.settled(KIND, map(str, keys))
        return appended

    def differences(
        self, month: datetime, keys: Sequence[TierKey], usage: TierUsage, now: datetime
    ) -> pa.Table:
        """What is missing in `charges` for the keys of a month, if `usage` is what there is."""
        computed = usage.charges(month, keys, now.date())
        found = difference(self.engine, computed, self.posted(month, keys), CHARGES)
        return in_open_periods(found, self.periods, now.date())

    def posted(self, month: datetime, keys: Collection[TierKey]) -> Relation:
        """The rows of `charges` that stand for the keys of a month."""
        wanted = pa.table(
            {
                "account": pa.array([key.billing_account_id for key in keys], pa.string()),
                "meter": pa.array([key.meter_id for key in keys], pa.string()),
            }
        )
        charges = self.ledger.snapshot().relation("charges")
        return Derived(
            _posted(Period(month, next_month(month))), {"charges": charges, "wanted": wanted}
        )


def _posted(period: Period) -> exp.Query:
    start, end = (f"TIMESTAMPTZ '{i.isoformat(sep=' ')}'" for i in (period.start, period.end))
    statement = sqlglot.parse_one(_POSTED.format(start=start, end=end), dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement
