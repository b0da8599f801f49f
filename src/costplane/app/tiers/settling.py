"""Meters with tiers, settled: whole months of them, as the difference to what is posted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import pyarrow as pa
from sqlglot import exp

from costplane.app.billing.months import in_open_periods
from costplane.app.direct_rows import LINES, Differences, DirectRows
from costplane.app.ports import BillingPeriods, PostingKeys
from costplane.app.settling import post
from costplane.app.tiers.usage import TierUsage
from costplane.core.period import Period, next_month
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import shared_query
from costplane.core.tables import CHARGES, INSTANT, UNCHARGED
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
_WITHIN = "ChargePeriodStart >= {start} AND ChargePeriodStart < {end}"
_STANDING = (
    "SELECT BillingAccountId AS account, meter, x_Series AS series FROM ("
    "SELECT BillingAccountId, x_Series, ChargePeriodStart, ConsumedQuantity, "
    "CASE WHEN NOT x_TierMinimum IS NULL THEN x_SkuMeterId END AS meter FROM charges "
    f"WHERE {LINES} AND x_ChargeBasis IS NULL AND {_WITHIN} UNION ALL "
    "SELECT BillingAccountId, x_Series, ChargePeriodStart, ConsumedQuantity, NULL AS meter "
    "FROM uncharged "
    f"WHERE {LINES} AND {_WITHIN}) AS line "
    "JOIN held ON x_Series = held.series AND ChargePeriodStart >= held.since "
    "AND ChargePeriodStart < held.until WHERE BillingAccountId <> held.account "
    "GROUP BY ALL HAVING SUM(ConsumedQuantity) > 0"
)


@dataclass(frozen=True, slots=True)
class Month:
    """What is settled together: keys of a month, and the series whose rows stand under a billing
    account that no longer holds them, with the rows of theirs that need no order."""

    start: datetime
    keys: tuple[TierKey, ...]
    moved: frozenset[int]

    @property
    def period(self) -> Period:
        """The month."""
        return Period(self.start, next_month(self.start))


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

    @property
    def direct(self) -> DirectRows:
        """Compares rows that need no order."""
        return DirectRows(self.ledger, self.engine, self.periods)

    def settle(self, now: datetime) -> int:
        """Posts every key that is due, month by month."""
        due = sorted(parse_tier_key(text) for text in self.keys.due(KIND))
        appended = 0
        for start, found in groupby(due, key=lambda key: key.month):
            keys, usage = list(found), self.usage()
            month = self.with_moved(start, keys, usage)
            charges = [self.differences(month, usage, now)]
            uncharged = UNCHARGED.empty_table()
            if month.moved:
                direct = self.moved(month, usage, now)
                charges.append(direct.charges)
                uncharged = direct.uncharged
            if sum(map(len, charges)) or len(uncharged):
                appended += post(self.ledger, pa.concat_tables(charges), uncharged)
            self.keys.settled(KIND, map(str, keys))
        return appended

    def with_moved(self, start: datetime, keys: Collection[TierKey], usage: TierUsage) -> Month:
        """`keys` of a month, and all between which its usage moved with its billing account.

        A key counts what its account holds now. What is posted under an account that no longer
        holds it is to leave that account when it enters another, or it would stand twice; and
        what leaves a key may enter none, or come from none, where the other account has no tiers.
        """
        snapshot = self.ledger.snapshot()
        tables = {name: snapshot.relation(name) for name in ("charges", "uncharged")}
        month = Period(start, next_month(start))
        relations: dict[str, Relation] = {**tables, "held": _held(usage, month)}
        statement = _of_period(_STANDING, month)
        standing = self.engine.execute(statement, relations).to_pylist()
        entered = usage.keys(start, {row["series"] for row in standing})
        counted = {row["series"] for row in standing if row["meter"] or row["series"] in entered}
        left = {TierKey(start, row["account"], row["meter"]) for row in standing if row["meter"]}
        return Month(start, tuple(sorted(left.union(keys, *entered.values()))), frozenset(counted))

    def differences(
        self, month: Month, usage: TierUsage, now: datetime, standing: Relation | None = None
    ) -> pa.Table:
        """What is missing in `charges` for the keys of a month, if `usage` is what there is and
        `standing` what is posted (None: the ledger's)."""
        computed = usage.charges(month.start, month.keys, now.date())
        posted = self.posted(month) if standing is None else standing
        found = difference(self.engine, computed, posted, CHARGES)
        return in_open_periods(found, self.periods, now.date())

    def posted(self, month: Month) -> Relation:
        """The rows of `charges` that stand for the keys of a month."""
        wanted = pa.table(
            {
                "account": pa.array([key.billing_account_id for key in month.keys], pa.string()),
                "meter": pa.array([key.meter_id for key in month.keys], pa.string()),
            }
        )
        charges = self.ledger.snapshot().relation("charges")
        return Derived(_of_period(_POSTED, month.period), {"charges": charges, "wanted": wanted})

    def moved(
        self,
        month: Month,
        usage: TierUsage,
        now: datetime,
        without: tuple[exp.Condition, exp.Condition] | None = None,
    ) -> Differences:
        """What is missing of the rows without order of the series that moved; `without` leaves
        some usage, and the rows that stand for it, out."""
        numbers = [exp.Literal.number(series) for series in sorted(month.moved)]
        chosen = exp.and_(_of_time("time", month.period), exp.column("series").isin(*numbers))
        standing = exp.and_(
            _of_time("ChargePeriodStart", month.period), exp.column("x_Series").isin(*numbers)
        )
        if without is not None:
            chosen, standing = (
                exp.and_(condition, exp.not_(exp.paren(left_out)))
                for condition, left_out in zip((chosen, standing), without, strict=True)
            )
        return self.direct.differences(usage, chosen, standing, now.date())


def _of_time(column: str, period: Period) -> exp.Condition:
    start, end = (
        exp.cast(exp.Literal.string(bound.isoformat()), "timestamptz")
        for bound in (period.start, period.end)
    )
    return exp.and_(exp.column(column) >= start, exp.column(column) < end)


def _held(usage: TierUsage, month: Period) -> pa.Table:
    """Which billing account holds each series from when to when."""
    rows = [
        {"series": number, "since": period.start, "until": period.end, "account": account}
        for number in usage.series
        for period, account in usage.accounts(number, month)
    ]
    fields = [("series", pa.int64()), ("since", INSTANT), ("until", INSTANT)]
    return pa.Table.from_pylist(rows, pa.schema([*fields, ("account", pa.string())]))


def _of_period(text: str, period: Period) -> exp.Query:
    start, end = (f"TIMESTAMPTZ '{i.isoformat(sep=' ')}'" for i in (period.start, period.end))
    return shared_query(text.format(start=start, end=end))
