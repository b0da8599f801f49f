"""What a management group cost with all that is below it, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from costplane.app.access.visible import EVERYTHING
from costplane.app.consumption.charge_summaries import Kind, KindOf, by_kind, kind_of
from costplane.app.consumption.charge_sums import ChargeSum, ChargeSums, Span
from costplane.billing.ports import LotStore
from costplane.catalog.model import ManagementGroup
from costplane.catalog.ports import CatalogReader
from costplane.core.money import EXACT
from costplane.core.scope import Scope

USD = "USD"


@dataclass(frozen=True, slots=True)
class AggregatedCost:
    """A management group with its subscriptions and those of the groups in it.

    All of a tree is in one currency: that of its charges if they have one, else USD. Charges
    without an amount in it are in no sum, and their subscriptions are among the `excluded`.
    """

    group: str
    currency: str
    azure: Decimal
    separate: Decimal
    marketplace: Decimal
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    children: tuple[AggregatedCost, ...]


@dataclass(frozen=True, slots=True)
class AggregatedCosts:
    """Sums charges as Azure's `aggregatedCost` does."""

    sums: ChargeSums
    catalog: CatalogReader
    lots: LotStore

    def of(self, scope: Scope, span: Span, visible: Sequence[Scope] = EVERYTHING) -> AggregatedCost:
        """The cost of the management group `scope`. Raises NotFound if it is not known."""
        rows = self.sums.of(scope, span, visible)
        currencies = {row.currency for row in rows}
        tree = _Tree(
            self.catalog.hierarchy().management_groups,
            self._subscriptions(),
            _by_subscription(rows),
            currencies.pop() if len(currencies) == 1 else USD,
            kind_of(self.lots),
        )
        return tree.of(scope.part("name"))

    def _subscriptions(self) -> dict[str, list[str]]:
        """Subscriptions by the management group that they stand in directly."""
        found: dict[str, list[str]] = {}
        for subscription in self.catalog.hierarchy().subscriptions:
            if subscription.management_group_id:
                found.setdefault(subscription.management_group_id, []).append(subscription.id)
        return found


@dataclass(frozen=True, slots=True)
class _Tree:
    groups: Sequence[ManagementGroup]
    subscriptions: Mapping[str, Sequence[str]]
    rows: Mapping[str, Sequence[ChargeSum]]
    currency: str
    kind: KindOf

    def of(self, group: str) -> AggregatedCost:
        children = tuple(self.of(one.id) for one in self.groups if one.parent == group)
        own = sorted(self.subscriptions.get(group, ()))
        left_out = {s for s in own if any(not self._known(row) for row in self.rows.get(s, ()))}
        amounts = self._amounts(own)
        for child in children:
            for kind, amount in _kinds(child).items():
                amounts[kind] = EXACT.add(amounts[kind], amount)
        return AggregatedCost(
            group=group,
            currency=self.currency,
            **amounts,
            included=_all((s for s in own if s not in left_out), (c.included for c in children)),
            excluded=_all(left_out, (c.excluded for c in children)),
            children=children,
        )

    def _amounts(self, subscriptions: Iterable[str]) -> dict[Kind, Decimal]:
        rows = (row for name in subscriptions for row in self.rows.get(name, ()))
        return by_kind((self.kind(row), self._amount(row)) for row in rows if self._known(row))

    def _known(self, row: ChargeSum) -> bool:
        return row.currency == self.currency or not row.without_usd

    def _amount(self, row: ChargeSum) -> Decimal:
        return row.billed_cost if row.currency == self.currency else row.billed_cost_in_usd


def _kinds(cost: AggregatedCost) -> dict[Kind, Decimal]:
    return {"azure": cost.azure, "separate": cost.separate, "marketplace": cost.marketplace}


def _by_subscription(rows: Iterable[ChargeSum]) -> dict[str, list[ChargeSum]]:
    found: dict[str, list[ChargeSum]] = {}
    for row in rows:
        found.setdefault((row.subscription or "").lower(), []).append(row)
    return found


def _all(own: Iterable[str], below: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({*own, *(name for part in below for name in part)}))
