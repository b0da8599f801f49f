"""The use cases behind Azure's Consumption API, wired."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.app.billing.commitments import Commitments
from costplane.app.billing.prepayment import Prepayment
from costplane.app.consumption.aggregated_cost import AggregatedCosts
from costplane.app.consumption.benefit_use import BenefitUses
from costplane.app.consumption.charge_summaries import ChargeSummaries
from costplane.app.consumption.charge_sums import ChargeSums
from costplane.app.consumption.credits import Credits
from costplane.app.consumption.reservation_advice import ReservationAdvice
from costplane.app.consumption.reservation_transactions import ReservationTransactions
from costplane.app.consumption.scope_benefits import ScopeBenefits
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.app.readable_ledger import Snapshots
from costplane.catalog.ports import CatalogReader
from costplane.core.relation import Engine


@dataclass(frozen=True, slots=True)
class Consumption:
    """What was charged, paid in advance and reserved."""

    charges: ChargeSummaries
    aggregated: AggregatedCosts
    credits: Credits
    benefits: BenefitUses
    all_benefits: ScopeBenefits
    transactions: ReservationTransactions
    advice: ReservationAdvice


def consumption(
    ledger: Snapshots,
    engine: Engine,
    catalog: CatalogReader,
    prepayment: Prepayment,
    commitments: Commitments,
    settings: Settings,
    books: PriceBooks,
) -> Consumption:
    """The use cases over one installation."""
    uses = BenefitUses(ledger, engine)
    sums, lots, periods = ChargeSums(ledger, engine, catalog), prepayment.store, prepayment.periods
    return Consumption(
        charges=ChargeSummaries(sums, lots, periods),
        aggregated=AggregatedCosts(sums, catalog, lots),
        credits=Credits(catalog, prepayment, commitments, periods),
        benefits=uses,
        all_benefits=ScopeBenefits(uses, catalog),
        transactions=ReservationTransactions(ledger, engine, catalog),
        advice=ReservationAdvice(ledger, engine, catalog, settings, books),
    )
