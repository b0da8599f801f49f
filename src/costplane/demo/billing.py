"""How the demo's enterprise agreement is paid: prepayment, a credit, a commitment, and invoices of
the months that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from costplane.app.workspace import Workspace
from costplane.billing.commitment import Commitment, EligibilityRule, Milestone
from costplane.billing.lot import Lot
from costplane.demo.estate import BILLING_ACCOUNT_ID

_CURRENCY = "USD"
_CLAUDE_TERMS = (
    "https://learn.microsoft.com/azure/foundry/foundry-models/concepts/claude-models-billing"
)


def bill(workspace: Workspace, start: datetime) -> None:
    """Puts the means of payment from the month `start` on, once, and closes the months whose
    time has come."""
    now = workspace.now()
    if not workspace.prepayment.store.lots(BILLING_ACCOUNT_ID):
        workspace.prepayment.store.add(lots(start), "demo", now)
        workspace.commitments.store.put([commitment(start)], "demo", now)
    workspace.settle()
    workspace.close_due_invoices()


def lots(start: datetime) -> list[Lot]:
    """Two prepayments of a year each, the first of which is used up before its end, and a credit
    that expires in the middle of a month with some of it left."""
    renewal = _years_later(start, 1)
    return [
        _lot("credit-welcome", "Credit", "200", start, start + timedelta(days=46)),
        _lot(f"prepayment-{start:%Y}", "Prepayment", "3000", start, renewal),
        _lot(f"prepayment-{renewal:%Y}", "Prepayment", "1000", renewal, _years_later(start, 2)),
    ]


def _lot(lot_id: str, kind: str, amount: str, start: datetime, expiry: datetime) -> Lot:
    return Lot(
        billing_key=BILLING_ACCOUNT_ID,
        id=lot_id,
        kind="Credit" if kind == "Credit" else "Prepayment",
        source="PromotionalCredit" if kind == "Credit" else "PurchasedCredit",
        amount=Decimal(amount),
        currency=_CURRENCY,
        start=start,
        expiry=expiry,
    )


def commitment(start: datetime) -> Commitment:
    """An Azure consumption commitment (MACC) over three years, with a milestone each year."""
    amounts = ("5000", "20000", "40000")
    return Commitment(
        id="macc-demo",
        name="Azure consumption commitment of Demo Enterprise",
        program="MACC",
        billing_accounts=(BILLING_ACCOUNT_ID,),
        amount=Decimal(amounts[-1]),
        currency=_CURRENCY,
        start=start,
        end=_years_later(start, 3),
        milestones=tuple(
            Milestone(_years_later(start, year), Decimal(amount))
            for year, amount in enumerate(amounts, 1)
        ),
        eligibility=(
            EligibilityRule("yes", "the demo's agreement, invented", publisher_type="Azure"),
            EligibilityRule("yes", _CLAUDE_TERMS, publisher="Anthropic"),
        ),
    )


def _years_later(start: datetime, years: int) -> datetime:
    return start.replace(year=start.year + years)
