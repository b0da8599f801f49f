"""The use of all benefits that a scope has: reservations of the catalog, and what only charges
tell of, such as savings plans of imported bills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from costplane.analysis.nodes import column, literal
from costplane.app.access.visible import EVERYTHING
from costplane.app.consumption.benefit_use import BenefitUse, BenefitUses, Grain
from costplane.app.consumption.bought_reservations import bought_reservations
from costplane.app.consumption.charge_sums import charged_to
from costplane.catalog.ports import CatalogReader
from costplane.core.period import Period
from costplane.core.scope import BENEFITS, Scope

_PLANS = ("SavingsPlanOrder", "SavingsPlan")


@dataclass(frozen=True, slots=True)
class ScopeBenefits:
    """Reads it from the ledger."""

    uses: BenefitUses
    catalog: CatalogReader

    def of(
        self,
        scope: Scope,
        grain: Grain,
        within: Period | None,
        visible: Sequence[Scope] = EVERYTHING,
    ) -> list[BenefitUse]:
        """The use of the benefits of a billing account or profile, of an order, or of one, by
        benefit and time. A reservation is its payer's, wherever it was used.

        Raises NotFound for a scope or a reservation that is not known; a savings plan of which no
        charge tells has no use.
        """
        if scope.kind in _PLANS:
            return self.uses.by(grain, within, where=[_in_order(scope)])
        bought = {one.resource_id for one in bought_reservations(self.catalog, scope)}
        own = self.uses.by(grain, within, bought)
        if scope.kind in BENEFITS:
            return own
        return sorted([*own, *self._others(scope, grain, within, visible)], key=_place)

    def _others(
        self, scope: Scope, grain: Grain, within: Period | None, visible: Sequence[Scope]
    ) -> Iterator[BenefitUse]:
        """What the scope was charged for benefits that the catalog does not have."""
        known = {one.resource_id for one in self.catalog.reservations()}
        where = charged_to(self.catalog, scope, visible)
        return (use for use in self.uses.by(grain, within, where=where) if use.benefit not in known)


def _in_order(scope: Scope) -> exp.Expr:
    own = exp.Lower(this=column("CommitmentDiscountId"))
    if scope.kind == "SavingsPlan":
        return exp.EQ(this=own, expression=literal(scope.id))
    return exp.StartsWith(this=own, expression=literal(f"{scope.id}/savingsplans/"))


def _place(use: BenefitUse) -> tuple[object, ...]:
    return use.benefit, use.start
