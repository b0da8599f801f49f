"""Meters with tiers, settled: whole months of them, as the difference to what is posted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import pyarrow as pa
from sqlglot import exp

from costplane.app.billing_months import in_open_periods
from costplane.app.ports import BillingPeriods, PostingKeys
from costplane.app.settling import post
from costplane.app.tier_usage import TierUsage
from costplane.core.period import Period, next_month
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import query
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
_STANDING = (
    "SELECT BillingAccountId AS account, x_SkuMeterId AS meter, x_Series AS series FROM charges "
    "WHERE NOT x_TierMinimum IS NULL AND NOT x_Series IS NULL "
    "AND ChargePeriodStart >= {start} AND ChargePeriodStart < {end} "
    "GROUP BY ALL HAVING SUM(ConsumedQuantity) > 0"
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
            keys, usage = list(found), self.usage()
            rows = self.differences(month, self.with_moved(month, keys, usage), usage, now)
            if len(rows):
                appended += post(self.ledger, rows, UNCHARGED.empty_table())
            self.keys.settled(KIND, map(str, keys))
        return appended

    def with_moved(
        self, month: datetime, keys: Collection[TierKey], usage: TierUsage
    ) -> list[TierKey]:
        """`keys` of a month, and those between which its usage moved with its billing account.

        A key counts what its account holds now. What is posted under an account that no longer
        holds it is to leave that account's key when it enters another, or it would stand twice.
        """
        charges = self.ledger.snapshot().relation("charges")
        statement = _of_period(_STANDING, Period(month, next_month(month)))
        moved = [
            row
            for row in self.engine.execute(statement, {"charges": charges}).to_pylist()
            if usage.account(row["series"]) != row["account"]
        ]
        entered = usage.keys(month, {row["series"] for row in moved})
        left = {
            TierKey(month, row["account"], row["meter"])
            for row in moved
            if row["series"] in entered
        }
        return sorted(left.union(keys, *entered.values()))

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
            _of_period(_POSTED, Period(month, next_month(month))),
            {"charges": charges, "wanted": wanted},
        )


def _of_period(text: str, period: Period) -> exp.Query:
    start, end = (f"TIMESTAMPTZ '{i.isoformat(sep=' ')}'" for i in (period.start, period.end))
    return query(text.format(start=start, end=end))
