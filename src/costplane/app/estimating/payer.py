"""Who would pay for a workload: the facts and the agreement by which its calls are rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from costplane.app.estimating.workload import Workload
from costplane.catalog.scopes import ScopeNode
from costplane.core.period import Period
from costplane.core.scope import Scope, parse_scope
from costplane.core.tables import SERIES_FACTS
from costplane.pricing.providers import AZURE
from costplane.rating.holder import (
    Facts,
    Holder,
    HolderInterval,
    Holders,
    TagInterval,
    UnitsInterval,
)

_GROUP = "estimate"
"""Stands for the resource group of calls that have none yet; nobody's prices are for it."""

_ABOVE = (
    "ManagementGroup",
    "BillingAccount",
    "Department",
    "EnrollmentAccount",
    "BillingProfile",
    "InvoiceSection",
    "Customer",
    "ExternalBillingAccount",
)
"""Kinds of scopes above subscriptions."""

_PARTS = {"subscription_id": "subscription", "resource_group": "group"}


@dataclass(frozen=True, slots=True)
class Payers:
    """The holders of planned calls, by workload: those of the catalog, without tags.

    `stand_ins` has, where a scope above subscriptions pays, a subscription under it: what is
    agreed for the scope and above it holds for it too. `scopes` has these scopes, `currencies`
    the billing currencies that a plan names itself.
    """

    catalog: Holders
    scopes: Mapping[str, Scope]
    stand_ins: Mapping[str, str]
    currencies: Mapping[str, str]

    def holder(self, facts: Facts) -> Holder:
        """Whose the calls would be."""
        workload = facts["deployment"] or ""
        stand_in = self.stand_ins.get(workload)
        holder = self.catalog.holder({**facts, "subscription_id": stand_in} if stand_in else facts)
        scope = self.scopes.get(workload)
        if scope is not None:
            holder = _under(holder, scope, known=stand_in is not None)
        return replace(holder, currency=self.currencies.get(workload, holder.currency))

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        """The same over time: a plan stays with who pays now."""
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        """Nothing of a plan changes by tags."""
        return frozenset()

    def tags(self, _: Facts, period: Period) -> list[TagInterval]:
        """No tags."""
        return [TagInterval(period, {})]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        """Nobody has deployed a plan: calls to provisioned throughput are compared, not rated."""
        return [UnitsInterval(period, None)]


def _under(holder: Holder, scope: Scope, *, known: bool) -> Holder:
    """`holder` as the scope's own: sheets for levels below it do not count."""
    levels = holder.billing_scopes
    if scope.id in levels:
        return replace(holder, billing_scopes=levels[levels.index(scope.id) :])
    if known or scope.kind not in ("BillingAccount", "ExternalBillingAccount"):
        return holder
    account = scope.id.rpartition("/")[2]
    return replace(holder, billing_account_id=account, billing_scopes=(scope.id,))


def payers(workloads: Sequence[Workload], catalog: Holders, nodes: Sequence[ScopeNode]) -> Payers:
    """The payers of workloads; `nodes` are the catalog's scopes."""
    above = {w.name: scope for w in workloads if (scope := parse_scope(w.scope)).kind in _ABOVE}
    below = {name: _subscriptions_below(scope.id, nodes) for name, scope in above.items()}
    return Payers(
        catalog,
        above,
        {name: found[0] for name, found in below.items() if found},
        {w.name: w.currency for w in workloads if w.currency},
    )


def _subscriptions_below(scope_id: str, nodes: Sequence[ScopeNode]) -> list[str]:
    parents = {node.id: node.parents for node in nodes}
    found = (n.id for n in nodes if _is_subscription(n) and scope_id in _above(n.id, parents))
    return sorted(found_id.rpartition("/")[2] for found_id in found)


def _is_subscription(node: ScopeNode) -> bool:
    return node.kind in ("Subscription", "ExternalSubscription")


def _above(scope_id: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    chain = [scope_id]
    for place in chain:
        chain += [parent for parent in parents.get(place, ()) if parent not in chain]
    return chain


def facts_of(workload: Workload, *, batch: bool) -> Facts:
    """The facts of a workload's calls (core.tables.SERIES_FACTS), as events would tell them."""
    served, scope = workload.served, parse_scope(workload.scope)
    azure = served.provider == AZURE
    told: dict[str, str | None] = {
        **_place(scope, azure=azure),
        "deployment": workload.name,
        "model": served.model,
        "model_version": served.model_version,
        "provider": None if azure else served.provider,
        "deployment_type": served.deployment_type,
        "region": served.region,
        "variant": served.variant,
        "service_tier": "batch" if batch else served.service_tier,
        "billing_status": "Billed",
        "allocation_tags": "{}",
    }
    return {name: told.get(name) for name in SERIES_FACTS}


def _place(scope: Scope, *, azure: bool) -> dict[str, str | None]:
    parts = dict(scope.parts)
    place: dict[str, str | None] = {name: parts.get(part, "") for name, part in _PARTS.items()}
    if scope.kind == "ExternalSubscription":
        place["subscription_id"] = parts["name"]
    if azure:
        place["resource_group"] = place["resource_group"] or _GROUP
    else:
        place["resource_group"] = None
    return place | {"resource_id": scope.id if scope.kind == "Resource" else ""}
