"""From the sums of charges to an invoice: lines, sections, rounding, what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from costplane.billing.draws import Draw
from costplane.billing.invoice import (
    Invoice,
    InvoiceLine,
    InvoiceSection,
    InvoiceState,
    Payment,
    UnpricedUsage,
)
from costplane.billing.invoice_number import invoice_number
from costplane.billing.lot import Lot, Product
from costplane.billing.minor_unit import in_minor_units
from costplane.core.money import EXACT, total
from costplane.core.period import next_month

_ORDER = ("Azure", "External", "Marketplace")


@dataclass(frozen=True, slots=True)
class BilledGroup:
    """Charges of a billing period that make one line of its invoice: their facts and sums."""

    publisher_type: str
    seller: str
    charge_category: str
    service: str
    product: str
    meter: str
    resource_group: str
    subscription_id: str
    subscription: str
    invoice_section: str
    corrects: str | None
    unit: str
    quantity: Decimal | None
    charges: int
    billed_cost: Decimal
    dataset: str = "Metered"

    @property
    def order(self) -> tuple[Any, ...]:
        """Where the line stands: metered before imported, usage before purchases and the rest,
        corrections last."""
        return (
            self.corrects or "",
            self.dataset != "Metered",
            self.charge_category != "Usage",
            self.charge_category,
            self.service,
            self.product,
            self.meter,
            self.subscription_id,
            self.resource_group,
            self.unit,
        )

    @property
    def eligible_as(self) -> Product:
        """As what lots may pay for it."""
        return Product(self.publisher_type, self.service, self.product)


@dataclass(frozen=True, slots=True)
class BilledPeriod:
    """What an invoice is about, and when it is made and due."""

    billing_key: str
    billing_account_id: str
    billing_account: str
    bill_to: str
    month: datetime
    currency: str
    state: InvoiceState
    invoice_date: date
    due_days: int
    closed_at: datetime | None = None


def make_invoice(
    period: BilledPeriod,
    groups: Iterable[BilledGroup],
    lots: Sequence[Lot],
    draws: Iterable[Draw],
    unpriced: Sequence[UnpricedUsage],
    ledger_versions: Mapping[str, int],
) -> Invoice:
    """The invoice of `period`. `draws` are those of the period's days by `lots` of its key."""
    told = [group for group in groups if group.billed_cost or group.quantity]
    sections = _sections(told, period.currency)
    subtotal = total(section.subtotal for section in sections)
    ledger_total = total(group.billed_cost for group in told)
    own = {lot.id: lot for lot in lots if lot.currency == period.currency}
    payments = _payments(own, draws, period.currency)
    payment_rounding = _payment_rounding(told, [own[p.lot_id] for p in payments], payments, period)
    paid = EXACT.add(total(payment.amount for payment in payments), payment_rounding)
    return Invoice(
        number=invoice_number(period.billing_key, period.month, period.currency),
        state=period.state,
        billing_key=period.billing_key,
        billing_account_id=period.billing_account_id,
        billing_account=period.billing_account,
        month=f"{period.month:%Y-%m}",
        period_start=period.month,
        period_end=next_month(period.month),
        currency=period.currency,
        bill_to=period.bill_to,
        invoice_date=period.invoice_date,
        due_date=period.invoice_date + timedelta(days=period.due_days),
        sections=sections,
        subtotal=subtotal,
        ledger_total=ledger_total,
        rounding=EXACT.subtract(subtotal, ledger_total),
        payments=payments,
        payment_rounding=payment_rounding,
        due=EXACT.subtract(subtotal, paid),
        unpriced=tuple(unpriced),
        ledger_versions=tuple(sorted(ledger_versions.items())),
        closed_at=period.closed_at,
    )


def _sections(groups: Sequence[BilledGroup], currency: str) -> tuple[InvoiceSection, ...]:
    found: dict[str, list[BilledGroup]] = {}
    for group in groups:
        found.setdefault(group.publisher_type, []).append(group)
    names = sorted(found, key=lambda n: (_ORDER.index(n) if n in _ORDER else len(_ORDER), n))
    sections, first = [], 1
    for name in names:
        ordered = sorted(found[name], key=lambda group: group.order)
        lines = tuple(_line(n, group, currency) for n, group in enumerate(ordered, first))
        sellers = ", ".join(sorted({group.seller for group in ordered}))
        sections.append(InvoiceSection(name, sellers, lines, total(line.amount for line in lines)))
        first += len(lines)
    return tuple(sections)


def _line(number: int, group: BilledGroup, currency: str) -> InvoiceLine:
    return InvoiceLine(
        line=number,
        charge_category=group.charge_category,
        service=group.service,
        product=group.product,
        meter=group.meter,
        resource_group=group.resource_group,
        subscription_id=group.subscription_id,
        subscription=group.subscription,
        invoice_section=group.invoice_section,
        corrects=group.corrects,
        quantity=group.quantity,
        unit=group.unit,
        charges=group.charges,
        ledger_amount=group.billed_cost,
        amount=in_minor_units(group.billed_cost, currency),
        dataset=group.dataset,
    )


def _payments(lots: Mapping[str, Lot], draws: Iterable[Draw], currency: str) -> tuple[Payment, ...]:
    """What each lot pays, in the lots' order."""
    drawn: dict[str, list[Decimal]] = {}
    for draw in draws:
        drawn.setdefault(draw.lot_id, []).append(draw.amount)
    sums = {lot_id: total(drawn[lot_id]) for lot_id in lots if lot_id in drawn}
    return tuple(
        Payment(lot_id, lots[lot_id].kind, amount, in_minor_units(amount, currency))
        for lot_id, amount in sums.items()
        if amount
    )


def _payment_rounding(
    groups: Sequence[BilledGroup],
    lots: Sequence[Lot],
    payments: Sequence[Payment],
    period: BilledPeriod,
) -> Decimal:
    """What lots pay in full leaves no cent: they take on the rounding of the lines they pay."""
    eligible = [g for g in groups if any(lot.pays_for(g.eligible_as) for lot in lots)]
    charged = total(group.billed_cost for group in eligible)
    if not eligible or charged != total(payment.ledger_amount for payment in payments):
        return Decimal(0)
    printed = total(in_minor_units(group.billed_cost, period.currency) for group in eligible)
    return EXACT.subtract(printed, total(payment.amount for payment in payments))
