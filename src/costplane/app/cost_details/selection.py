"""Which charges a list or file of cost details holds, and which of their costs it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlglot import exp

from costplane.analysis.lines import in_scopes
from costplane.analysis.nodes import instant, literal, template
from costplane.analysis.plan import Scopes
from costplane.billing.invoice_number import INVOICE_NUMBER
from costplane.core.period import Period

Metric = Literal["ActualCost", "AmortizedCost", "Usage"]
"""Usage is ActualCost without purchases and whatever else is not used (billing-rules 15)."""

COST: dict[Metric, str] = {
    "ActualCost": "BilledCost",
    "AmortizedCost": "EffectiveCost",
    "Usage": "BilledCost",
}
COST_IN_USD: dict[Metric, str] = {
    "ActualCost": "x_BilledCostInUsd",
    "AmortizedCost": "x_EffectiveCostInUsd",
    "Usage": "x_BilledCostInUsd",
}

_SHOWN: dict[Metric, str] = {
    "ActualCost": "NOT (COALESCE(CommitmentDiscountStatus, '') = 'Unused' AND BilledCost = 0)",
    "AmortizedCost": "NOT (ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL "
    "AND EffectiveCost = 0)",
    "Usage": "ChargeCategory = 'Usage' "
    "AND NOT (COALESCE(CommitmentDiscountStatus, '') = 'Unused' AND BilledCost = 0)",
}
"""As Azure's files have them: unused hours of a commitment stand in the amortized one alone, its
payments in the actual one alone. What is left out has no cost of that metric."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Charges of `scopes`, each once. None is no restriction: `days` are those of use or purchase,
    half-open, `month` is the billing period's first instant, `invoice` a number of an invoice,
    `customer` a partner's customer; `publisher_type` is the ledger's. What cost allocation moved
    is on no invoice, and no purchase of a publisher: these two leave it out."""

    scopes: Scopes
    metric: Metric = "ActualCost"
    days: Period | None = None
    month: datetime | None = None
    invoice: str | None = None
    customer: str | None = None
    publisher_type: str | None = None

    def conditions(self) -> list[exp.Expr]:
        """The predicates over `charges`."""
        found = [*in_scopes(self.scopes, "charges"), template(_SHOWN[self.metric])]
        if self.days is not None:
            found += during(self.days)
        if self.month is not None:
            found.append(template("BillingPeriodStart = :month", month=instant(self.month)))
        if self.invoice is not None:
            number = f"UPPER(COALESCE(InvoiceId, {INVOICE_NUMBER})) = :number"
            found.append(template(number, number=literal(self.invoice.upper())))
        if self.invoice is not None or self.publisher_type is not None:
            found.append(template("AllocatedMethodId IS NULL"))
        if self.customer is not None:
            customer = literal(self.customer.lower())
            found.append(template("LOWER(x_CustomerId) = :customer", customer=customer))
        if self.publisher_type is not None:
            told = literal(self.publisher_type)
            found.append(template("x_PublisherType = :publisher", publisher=told))
        return found


def during(period: Period) -> list[exp.Expr]:
    """The predicates of charges whose time begins in `period`."""
    return [
        template("ChargePeriodStart >= :at", at=instant(period.start)),
        template("ChargePeriodStart < :at", at=instant(period.end)),
    ]
