"""An invoice as a value: lines, sections, what prepayment and credits pay, what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from costplane.core.money import EXACT

InvoiceState = Literal["open", "estimated", "closed"]
"""The period runs; it is over and may still change; it is closed for good (billing-rules 23)."""

UnchargedStatus = Literal["Unpriced", "UsageMissing"]
"""Usage without a price, and events that told no usage (billing-rules 22)."""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A meter's charges in a resource group. Names are those of the charges, "" where none.

    `amount` is `ledger_amount` (twelve places) rounded half-even to the currency's minor unit:
    the only rounding after a charge's lines (billing-rules 13). `corrects` is the month (yyyy-mm)
    of the closed period that a correction changes. `charges` counts the rows behind. `dataset` is
    Metered, or Billed for what an imported bill tells of other services.
    """

    line: int
    charge_category: str
    service: str
    product: str
    meter: str
    resource_group: str
    subscription_id: str
    subscription: str
    invoice_section: str
    corrects: str | None
    quantity: Decimal | None
    unit: str
    charges: int
    ledger_amount: Decimal
    amount: Decimal
    dataset: str = "Metered"


@dataclass(frozen=True, slots=True)
class InvoiceSection:
    """The lines of one publisher type: what the Marketplace sells stands apart from Azure, as in
    Azure's own summaries (azureCharges beside marketplaceCharges)."""

    publisher_type: str
    seller: str
    lines: tuple[InvoiceLine, ...]
    subtotal: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """What a lot pays of an invoice: `ledger_amount` exact, `amount` in minor units."""

    lot_id: str
    kind: str
    ledger_amount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class UnpricedUsage:
    """Usage of the period that is in no line, since it has no price or told no usage.

    An event that lacks prices for several reasons counts once for each.
    """

    status: UnchargedStatus
    reason: str
    events: int
    quantities: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Invoice:
    """The invoice of a billing period.

    `period_end` is exclusive. `subtotal` sums the lines; less `ledger_total` it is `rounding`.
    `due` is the subtotal less `payments` and less `payment_rounding`, which is what the rounding
    of lines would leave of charges that lots pay in full. `ledger_versions` are the versions of
    the tables that it was made from.
    """

    number: str
    state: InvoiceState
    billing_key: str
    billing_account_id: str
    billing_account: str
    month: str
    period_start: datetime
    period_end: datetime
    currency: str
    bill_to: str
    invoice_date: date
    due_date: date
    sections: tuple[InvoiceSection, ...]
    subtotal: Decimal
    ledger_total: Decimal
    rounding: Decimal
    payments: tuple[Payment, ...]
    payment_rounding: Decimal
    due: Decimal
    unpriced: tuple[UnpricedUsage, ...]
    ledger_versions: tuple[tuple[str, int], ...]
    closed_at: datetime | None = None

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The lines of all sections."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def events(self) -> dict[UnchargedStatus, int]:
        """How many events of the period have usage that is in no line."""
        return events_of(self.unpriced)

    @property
    def paid(self) -> Decimal:
        """What lots pay, with its rounding."""
        return EXACT.subtract(self.subtotal, self.due)


def events_of(usages: Iterable[UnpricedUsage]) -> dict[UnchargedStatus, int]:
    """The events by why they are in no line; those without a price apart from those that told
    no usage."""
    found: dict[UnchargedStatus, int] = {}
    for usage in usages:
        found[usage.status] = found.get(usage.status, 0) + usage.events
    return found
