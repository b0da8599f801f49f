"""Rows of `charges` and `uncharged` made from single requests, for a query that hourly rows
cannot answer: by user, session, status or any tag, or in days that cut an hour in two.

They come from the one rating function, with the prices that each request was rated with, so
they sum to what was posted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.analysis.plan import EVENT_TAGS, QueryPlan
from costplane.analysis.stretches import stretches
from costplane.app.prices import PriceBooks
from costplane.app.queries.places import Place
from costplane.app.queries.rollup_rows import Table
from costplane.app.tiers.usage import TierUsage
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import is_within, select
from costplane.core.tables import CHARGES, UNCHARGED
from costplane.rating.cuts import DAY_US
from costplane.rating.extent import bounds, only_value
from costplane.rating.holder import Facts, Holders
from costplane.rating.instants import microseconds
from costplane.rating.long_rater import LongRater
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import Needed, RatedRows
from costplane.rating.statements import Grain
from costplane.rating.tiers import TierKey

_ALL = "SELECT * FROM usage"
_NONE = exp.false()
_POSTED = frozenset((*CHARGES.names, *UNCHARGED.names))
_HOUR_OF_ROW = "EPOCH_US(ChargePeriodStart) - EPOCH_US(ChargePeriodStart) % 3600000000"


@dataclass(frozen=True, slots=True)
class RequestRows:
    """Makes the rows for plans. `usage` has the price version that holds for each request."""

    engine: Engine
    prices: PriceBooks
    holders: Holders
    usage: Relation
    series: Mapping[int, Facts]

    def rated(self, plan: QueryPlan, periods: Sequence[Period], needed: Needed) -> RatedRows:
        """The requests of `periods` as rows, parted at the plan's cuts and by its columns."""
        during = exp.or_(*(is_within("time", period) for period in periods))
        chosen = exp.and_(self._in_scopes(plan), during)
        parts = [
            self._with_prices(plan, exp.and_(chosen, held), version, needed)
            for version, held in self._versions(chosen).items()
        ]
        if not parts:
            parts = [self._with_prices(plan, exp.false(), 0, needed)]
        keys = {key for part in parts for key in part.tier_keys}
        tiers = self._of_tiers(plan, chosen, keys, needed)
        return RatedRows(
            _unified([*(part.charges for part in parts), *tiers]),
            _unified([part.uncharged for part in parts]),
        )

    def _of_tiers(
        self, plan: QueryPlan, chosen: exp.Condition, keys: set[TierKey], needed: Needed
    ) -> Iterator[pa.Table]:
        """The lines of meters with tiers: what was counted before and elsewhere in the month
        prices them."""
        usage = TierUsage(self.engine, self.prices, self.holders, self.usage, self.series)
        for month, found in groupby(sorted(keys), key=lambda key: key.month):
            rows = usage.charges(
                month, list(found), month.date(), chosen, plan.cuts, plan.request_columns
            )
            wanted = {*needed.charges, *plan.request_columns}
            yield _with_event_tags(rows.select([n for n in rows.column_names if n in wanted]))

    def _in_scopes(self, plan: QueryPlan) -> exp.Condition:
        """What of the scopes a series can tell; the plan's own statement does the rest. Numbers
        are compared in less time than texts, and nothing has to be where all series are meant."""
        called = tuple(replace(part, resource_id=None) for part in plan.scopes)
        numbers = [number for number, facts in self.series.items() if _place(facts).lies_in(called)]
        if len(numbers) == len(self.series):
            return exp.true()
        return exp.column("series").isin(*map(exp.Literal.number, numbers)) if numbers else _NONE

    def _versions(self, chosen: exp.Condition) -> dict[int, exp.Condition]:
        """The price versions of what is chosen, and what tells the rows of each."""
        if (only := only_value(self.usage, "price_version")) is not None:
            return {only: exp.true()}
        statement = select("SELECT DISTINCT price_version FROM usage").where(chosen)
        found = self.engine.execute(statement, {"usage": self.usage})
        version = exp.column("price_version")
        return {n: version.eq(n) for n in sorted(found["price_version"].to_pylist())}

    def _with_prices(
        self, plan: QueryPlan, chosen: exp.Condition, version: int, needed: Needed
    ) -> RatedRows:
        usage = Derived(select(_ALL).where(chosen), {"usage": self.usage})
        rater = Rater(self.engine, self.prices.at(version), self.holders)
        grain, recorded = rater.grain(plan.cuts, plan.request_columns), plan.period.start.date()
        rated = self._in_stretches(plan, rater, usage, grain, needed)
        if rated is None:
            rated = rater.rate(usage, self.series, grain, recorded, needed)
        return replace(
            rated,
            charges=_with_event_tags(rated.charges),
            uncharged=_with_event_tags(rated.uncharged),
        )

    def _in_stretches(
        self, plan: QueryPlan, rater: Rater, usage: Relation, grain: Grain, needed: Needed
    ) -> RatedRows | None:
        """The rows of stretches longer than hours, where the answer needs no hours."""
        long = stretches(plan, whole_hours(plan.period)) if plan.source == "usage" else None
        if long is None:
            return None
        known = bounds(self.engine, self.usage, usage)
        stretched = replace(
            grain,
            thresholds=tuple(t for t in grain.thresholds if t < known.longest),
            cuts=tuple(microseconds(border) for border in long.borders),
            step=DAY_US if long.daily else 0,
        )
        recorded = plan.period.start.date()
        return LongRater(rater, known).rate(usage, self.series, stretched, recorded, needed)


def border_periods(plan: QueryPlan) -> list[Period]:
    """The hours that a cut divides."""
    return [Period(hour, hour + HOUR) for hour in plan.border_hours]


def whole_hours(period: Period) -> Period:
    """The hours that `period` touches."""
    end = hour_start(period.end)
    return Period(hour_start(period.start), end if end == period.end else end + HOUR)


def with_borders(
    table: Table,
    hourly: Relation,
    rated: pa.Table,
    hours: Sequence[datetime],
    columns: Collection[str],
) -> Relation:
    """`hourly` with its rows of `hours` replaced by `rated`; only `columns` are read.

    A row may start within its hour, where a price changed, and is replaced with it.
    """
    listed = ", ".join(f'"{name}"' for name in sorted(columns))
    of_hour = sqlglot.parse_one(_HOUR_OF_ROW, dialect="duckdb")
    borders = [exp.Literal.number(microseconds(hour)) for hour in hours]
    kept = exp.not_(exp.In(this=exp.paren(of_hour), expressions=borders))
    rest = select(f"SELECT {listed} FROM hourly").where(exp.or_(kept, _of_no_event(table)))
    both = exp.union(rest, select(f"SELECT {listed} FROM rated"), distinct=False)
    return Derived(both, {"hourly": hourly, "rated": rated})


def with_capacity(table: Table, rated: pa.Table, posted: Relation, period: Period) -> Relation:
    """`rated` with what was posted for units and hours: no request tells of these, so that they
    have none of the columns of requests."""
    own = [name for name in rated.column_names if name not in _POSTED]
    listed = ", ".join(f'"{name}"' for name in rated.column_names if name in _POSTED)
    nulls = "".join(f', CAST(NULL AS TEXT) AS "{name}"' for name in own)
    within = is_within("ChargePeriodStart", period)
    capacity = select(f"SELECT {listed}{nulls} FROM posted").where(_of_no_event(table), within)
    alike = "".join(f', CAST("{name}" AS TEXT) AS "{name}"' for name in own)
    both = exp.union(select(f"SELECT {listed}{alike} FROM rated"), capacity, distinct=False)
    return Derived(both, {"rated": rated, "posted": posted})


def _of_no_event(table: Table) -> exp.Condition:
    """Rows that no event makes: of units and hours (rating/capacity_templates.py), and those of
    cost allocation."""
    if table == "charges":
        return exp.column("x_ChargeBasis").is_(exp.null()).not_()
    kind = exp.func("COALESCE", exp.column("x_TokenType"), exp.Literal.string("hours"))
    events = exp.column("x_Events").eq(exp.Literal.number(0))
    return exp.and_(events, kind.eq(exp.Literal.string("hours")))


def _with_event_tags(rows: pa.Table) -> pa.Table:
    """`tags` of the requests under the name that plans use (they read the charge's as well)."""
    if "tags" not in rows.column_names:
        return rows
    return rows.rename_columns({"tags": EVENT_TAGS})


def _place(facts: Facts) -> Place:
    return Place(facts["subscription_id"], facts["resource_group"], facts["resource_id"])


def _unified(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts, promote_options="permissive").unify_dictionaries()
