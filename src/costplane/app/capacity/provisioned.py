"""How well provisioned throughput is used: its cost, its idle share, who used it, and what the
same calls would have cost by token (billing-rules 19).

Cost and shares are those of the ledger's rows; the comparison rates the same calls as if the
standard deployment of the same scope had served them, by the one rating function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlglot import exp

from costplane.analysis.lines import in_scopes
from costplane.analysis.plan import ScopeFilter
from costplane.app.capacity.due import TYPES
from costplane.app.intake.deployment_facts import STANDARD
from costplane.app.readable_ledger import Snapshots
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.core.period import Period
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.scope import Scope
from costplane.core.sql import select, within
from costplane.core.tags import parse
from costplane.rating.capacity_templates import CAPACITY
from costplane.rating.holder import Facts
from costplane.rating.rate_usage import Rater

_PLACES = Decimal(1).scaleb(-12)
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TeamShare:
    """What the calls of a team used: unit-hours, and their effective cost."""

    team: str | None
    unit_hours: Decimal
    effective_cost: Decimal


@dataclass(frozen=True, slots=True)
class ProvisionedUse:
    """A deployment in a period. Costs are in `currency`; `hours` are those in which it stood.
    `region` is that of its resource; reservations cover nothing where the catalog has none.

    `utilisation` is the share of its throughput that callers used, from 0 to 1; None where the
    weights of the model are not known, so that nothing is split. `idle_hours` are hours without
    any call, `idle_cost` the effective cost of what nobody used. `pay_as_you_go` is what the same
    calls would cost by token; None where `no_comparison` says why. Above the utilisation
    `break_even` the units are cheaper.
    """

    resource_id: str
    deployment: str
    model: str | None
    deployment_type: str | None
    region: str | None
    currency: str
    hours: int
    unit_hours: Decimal
    reserved_unit_hours: Decimal
    billed_cost: Decimal
    effective_cost: Decimal
    utilisation: Decimal | None
    idle_hours: int
    idle_cost: Decimal | None
    pay_as_you_go: Decimal | None
    no_comparison: str | None
    break_even: Decimal | None
    teams: tuple[TeamShare, ...]


@dataclass(frozen=True, slots=True)
class ProvisionedReport:
    """Reads the report from the ledger."""

    ledger: Snapshots
    engine: Engine
    catalog: CatalogReader
    usage: Callable[[], TierUsage]

    def of(self, scope: Scope, period: Period) -> list[ProvisionedUse]:
        """Every provisioned deployment with hours in `period`, by resource and name."""
        chosen = self.catalog.select(scope)
        narrowed = ScopeFilter(chosen.subscriptions, chosen.resource_group, chosen.resource_id)
        charges = self.ledger.snapshot().relation("charges")
        rows = self.engine.execute(_hours(period, narrowed), {"charges": charges}).to_pylist()
        compared = self._pay_as_you_go(period)
        found: dict[_Key, list[Mapping[str, Any]]] = {}
        for row in rows:
            found.setdefault((row["resource_id"], row["deployment"]), []).append(row)
        regions = {one.id: one.location for one in self.catalog.resources()}
        return [
            _use(key, regions.get(key[0]), found[key], compared.get(key, (None, None)))
            for key in sorted(found)
        ]

    def _pay_as_you_go(self, period: Period) -> dict[_Key, tuple[Decimal | None, str | None]]:
        """What the calls of each deployment would cost by token, or why that is not known."""
        usage = self.usage()
        calls = Derived(_calls(period), {"usage": usage.usage})
        series = {number: _as_standard(facts) for number, facts in usage.series.items()}
        rater = Rater(self.engine, usage.prices.newest(), usage.holders)
        rated = rater.rate(calls, series, rater.grain(), period.start.date())
        costs: dict[_Key, tuple[Decimal | None, str | None]] = {}
        for row in self._sums(rated.charges, "SUM(ContractedCost)"):
            costs[row["resource_id"], row["deployment"]] = (row["found"], None)
        for row in self._sums(
            rated.uncharged, "MIN(x_StatusReason)", "x_BillingStatus = 'Unpriced'"
        ):
            costs[row["resource_id"], row["deployment"]] = (None, row["found"])
        return costs

    def _sums(self, rows: Relation, shown: str, where: str = "TRUE") -> list[dict[str, Any]]:
        statement = select(
            f"SELECT x_AccountResourceId AS resource_id, x_Deployment AS deployment, "
            f"{shown} AS found FROM rows WHERE {where} GROUP BY ALL"
        )
        listed: list[dict[str, Any]] = self.engine.execute(statement, {"rows": rows}).to_pylist()
        return listed


def _hours(period: Period, scope: ScopeFilter) -> exp.Query:
    """Rows of units and hours, summed by deployment, hour, tags and share."""
    statement = select(
        "SELECT x_AccountResourceId AS resource_id, x_Deployment AS deployment, "
        "MAX(x_Model) AS model, MAX(x_DeploymentType) AS deployment_type, "
        "MAX(BillingCurrency) AS currency, DATE_TRUNC('hour', ChargePeriodStart) AS hour, "
        "Tags AS tags, x_Series IS NULL AS nobody, "
        "MAX(CONTAINS(ChargeDescription, 'not split')) AS whole, "
        "SUM(ConsumedQuantity) AS quantity, SUM(COALESCE(CommitmentDiscountQuantity, 0)) "
        "AS reserved, SUM(BilledCost) AS billed, SUM(EffectiveCost) AS effective FROM charges "
        f"WHERE x_ChargeBasis = '{CAPACITY}' AND LOWER(x_DeploymentType) IN ({TYPES}) "
        f"AND x_Deployment IS NOT NULL AND {within('ChargePeriodStart', period)} "
        "GROUP BY ALL HAVING SUM(ConsumedQuantity) <> 0"
    )
    return statement.where(*in_scopes((scope,), "charges"))


def _use(
    key: _Key,
    region: str | None,
    rows: Sequence[Mapping[str, Any]],
    compared: tuple[Decimal | None, str | None],
) -> ProvisionedUse:
    used = [row for row in rows if not row["nobody"]]
    called = {row["hour"] for row in used}
    hours = {row["hour"] for row in rows}
    split = not any(row["whole"] for row in rows)
    quantity, effective = _sum(rows, "quantity"), _sum(rows, "effective")
    share = (_sum(used, "quantity") / quantity).quantize(_PLACES) if split and quantity else None
    cost, why = compared
    if not used and cost is None and why is None:
        cost = Decimal(0)
    return ProvisionedUse(
        resource_id=key[0],
        deployment=key[1],
        model=rows[0]["model"],
        deployment_type=rows[0]["deployment_type"],
        region=region,
        currency=rows[0]["currency"],
        hours=len(hours),
        unit_hours=quantity,
        reserved_unit_hours=_sum(rows, "reserved"),
        billed_cost=_sum(rows, "billed"),
        effective_cost=effective,
        utilisation=share,
        idle_hours=len(hours - called) if split else 0,
        idle_cost=effective - _sum(used, "effective") if split else None,
        pay_as_you_go=cost,
        no_comparison=why,
        break_even=(share * effective / cost).quantize(_PLACES) if share and cost else None,
        teams=_teams(used),
    )


def _teams(used: Sequence[Mapping[str, Any]]) -> tuple[TeamShare, ...]:
    by_team: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in used:
        tags = {name.lower(): value for name, value in parse(row["tags"]).items()}
        by_team.setdefault(tags.get("team"), []).append(row)
    shares = [
        TeamShare(team, _sum(rows, "quantity"), _sum(rows, "effective"))
        for team, rows in by_team.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.effective_cost, share.team or "")))


def _as_standard(facts: Facts) -> Facts:
    """The facts of a series, had pay-as-you-go served it."""
    kind = STANDARD.get((facts["deployment_type"] or "").lower(), facts["deployment_type"])
    return {**facts, "deployment_type": kind}


def _calls(period: Period) -> exp.Query:
    return select(
        f"SELECT * FROM usage WHERE {within('time', period)} "
        f"AND LOWER(deployment_type) IN ({TYPES})"
    )


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> Decimal:
    total: Decimal = sum((row[name] or Decimal(0) for row in rows), Decimal(0))
    return total
