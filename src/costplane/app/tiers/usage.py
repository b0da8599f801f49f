"""The usage of a month that meters with tiers may price, and the charges that it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pyarrow as pa
from sqlglot import exp

from costplane.app.prices import PriceBooks
from costplane.core.period import HOUR, Period, next_month
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import is_within, select
from costplane.rating.answers import may_have_tiers
from costplane.rating.holder import Facts, Holders
from costplane.rating.rate_tiers import RatedUsage, TierRater
from costplane.rating.rate_usage import Rater
from costplane.rating.tier_explain import CountedLine
from costplane.rating.tiers import KeyCount, TierKey, key_of, places


@dataclass(frozen=True, slots=True)
class TierUsage:
    """Rates the lines of tiers. `usage` has the price version that holds for each row."""

    engine: Engine
    prices: PriceBooks
    holders: Holders
    usage: Relation
    series: Mapping[int, Facts]

    def charges(
        self,
        month: datetime,
        keys: Collection[TierKey],
        recorded: date,
        chosen: exp.Condition | None = None,
        cuts: Sequence[datetime] = (),
        columns: tuple[str, ...] = (),
    ) -> pa.Table:
        """The charges of `keys`, which are of one month; of the usage `chosen` (whole hours of
        places; None: all), parted further at `cuts` and by `columns` of usage."""
        rater = self._rater(month)
        counts, whole = self._counted(month, keys)
        usages = whole
        if chosen is not None:
            usages = self._surveys(exp.and_(_within(month), chosen), keys, cuts, columns)
        return rater.charges(usages, counts, recorded)

    def counts(self, month: datetime, keys: Collection[TierKey]) -> dict[TierKey, KeyCount]:
        """What `keys` count in their month, and where they reach their borders."""
        return self._counted(month, keys)[0]

    def until(self, segment: int) -> TierUsage:
        """The same without the usage of segments after `segment`."""
        known = exp.column("segment") <= exp.Literal.number(segment)
        return replace(
            self, usage=Derived(select("SELECT * FROM usage").where(known), {"usage": self.usage})
        )

    def accounts(self, series: int, period: Period) -> list[tuple[Period, str]]:
        """The billing accounts that hold a series over time."""
        held = self.holders.holders(self.series[series], period)
        return [(one.period, one.holder.billing_account_id) for one in held]

    def keys(self, month: datetime, series: Collection[int]) -> dict[int, set[TierKey]]:
        """The keys in which each of some series counts in a month; only those that do."""
        found: dict[int, set[TierKey]] = defaultdict(set)
        if not series:
            return found
        for version in self._versions(_within(month)):
            rater = Rater(self.engine, self.prices.at(version), self.holders)
            usage = self._of(_within(month), version, sorted(series))
            for rate in rater.survey(usage, self.series, rater.grain()).rates:
                if rate.tiers and rate.offer:
                    found[rate.use.series].add(key_of(rate, month))
        return found

    def lines(self, key: TierKey, hour: datetime, series: int) -> list[CountedLine]:
        """Every line of a key in an hour of the place of a series, where it stands in the
        month's count."""
        whole = self._surveys(_within(key.month), [key])
        of_hour = self._surveys(
            is_within("time", Period(hour, hour + HOUR)), [key], columns=("time",)
        )
        place = places(self.series)[series]
        return self._rater(key.month).lines(whole, of_hour, key, hour, place)

    def _counted(
        self, month: datetime, keys: Collection[TierKey]
    ) -> tuple[dict[TierKey, KeyCount], list[RatedUsage]]:
        usages = self._surveys(_within(month), keys)
        return self._rater(month).counts(usages, keys), usages

    def _rater(self, month: datetime) -> TierRater:
        return TierRater(self.engine, month, places(self.series))

    def _surveys(
        self,
        chosen: exp.Condition,
        keys: Collection[TierKey],
        cuts: Sequence[datetime] = (),
        columns: tuple[str, ...] = (),
    ) -> list[RatedUsage]:
        return [
            RatedUsage(rater, rater.survey(self._of(chosen, version, numbers), self.series, grain))
            for version in self._versions(chosen)
            for rater in [Rater(self.engine, self.prices.at(version), self.holders)]
            for grain in [rater.grain(cuts, columns)]
            if (numbers := self._tiered(rater, keys))
        ]

    def _tiered(self, rater: Rater, keys: Collection[TierKey]) -> list[int]:
        """The series of the keys' accounts, in their month, that meters with tiers may price."""
        wanted = {key.period: set[str]() for key in keys}
        for key in keys:
            wanted[key.period].add(key.billing_account_id)
        return [
            number
            for number, facts in self.series.items()
            if may_have_tiers(facts, rater.book)
            and any(
                account in accounts
                for period, accounts in wanted.items()
                for _, account in self.accounts(number, period)
            )
        ]

    def _versions(self, chosen: exp.Condition) -> list[int]:
        statement = select("SELECT DISTINCT price_version FROM usage").where(chosen)
        found = self.engine.execute(statement, {"usage": self.usage})
        return sorted(found["price_version"].to_pylist())

    def _of(self, chosen: exp.Condition, version: int, numbers: Sequence[int]) -> Relation:
        of_version = exp.column("price_version").eq(exp.Literal.number(version))
        of_series = exp.column("series").isin(*(exp.Literal.number(n) for n in numbers))
        statement = select("SELECT * FROM usage").where(chosen, of_version, of_series)
        return Derived(statement, {"usage": self.usage})


def _within(month: datetime) -> exp.Condition:
    return is_within("time", Period(month, next_month(month)))
