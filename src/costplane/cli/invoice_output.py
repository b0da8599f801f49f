"""Invoices as tables for people and rows for CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING

from costplane.cli.output import plain, print_pairs, print_table
from costplane.cli.unpriced_text import sentence

if TYPE_CHECKING:
    from costplane.app.explaining.invoice_lines import InvoiceLineExplanation
    from costplane.billing.invoice import Invoice

Cells = tuple[object, ...]

SUMMARY = (
    *("number", "month", "state", "billing account", "currency"),
    *("subtotal", "paid by lots", "due", "due date", "unpriced events", "usage missing events"),
)
SUMMARY_NUMBERS = (*("subtotal", "paid by lots", "due", "unpriced events", "usage missing events"),)
LINES = (
    *("line", "section", "category", "service", "meter", "resource group", "subscription"),
    *("invoice section", "corrects", "quantity", "unit", "amount", "ledger amount", "currency"),
    "dataset",
)
_SHOWN = (
    *("line", "service", "meter", "resource group", "subscription"),
    *("corrects", "quantity", "unit", "amount"),
)
CHARGES = ("cost", "hour", "quantity", "unit", "description", "rows", "address")
CHARGES_NUMBERS = ("cost", "quantity", "rows")


def summary(invoice: Invoice) -> Cells:
    """An invoice as one row."""
    return (
        invoice.number,
        invoice.month,
        invoice.state,
        invoice.billing_key,
        invoice.currency,
        f"{invoice.subtotal:f}",
        f"{invoice.paid:f}",
        f"{invoice.due:f}",
        invoice.due_date,
        invoice.events.get("Unpriced", 0),
        invoice.events.get("UsageMissing", 0),
    )


def lines(invoice: Invoice) -> Iterator[Cells]:
    """The lines of all sections."""
    for section in invoice.sections:
        for line in section.lines:
            yield (
                line.line,
                section.publisher_type,
                line.charge_category,
                line.service,
                line.meter,
                line.resource_group,
                line.subscription_id,
                line.invoice_section,
                line.corrects,
                line.quantity,
                line.unit,
                f"{line.amount:f}",
                line.ledger_amount,
                invoice.currency,
                line.dataset,
            )


def charges(found: InvoiceLineExplanation) -> Iterator[Cells]:
    """The charges behind a line."""
    for charge in found.shown:
        yield (
            charge.billed_cost,
            f"{charge.hour:%F %H:%M}",
            charge.quantity,
            charge.unit,
            charge.description,
            charge.rows,
            charge.address,
        )


def print_line(found: InvoiceLineExplanation) -> None:
    """What a line is about, above its charges."""
    line = found.line
    print_pairs(
        [
            ("invoice", f"{found.number}, {found.state}"),
            ("line", f"{line.line} of section {found.publisher_type}"),
            ("what", ", ".join(part for part in (line.charge_category, line.service) if part)),
            ("meter", line.meter),
            ("resource group", line.resource_group),
            *([("corrects", line.corrects)] if line.corrects else []),
            ("quantity", f"{plain(line.quantity)} {line.unit}".strip()),
            ("ledger amount", f"{plain(line.ledger_amount)} {found.currency}"),
            ("amount", f"{line.amount:f} {found.currency}, rounded half to even"),
            ("charges", found.charges),
            *([("of charges not shown", found.amount_of_others)] if found.amount_of_others else []),
        ]
    )
    print()


def print_invoice(invoice: Invoice, *, error: bool = False) -> None:
    """The whole invoice, on standard error if it only precedes a question."""
    with redirect_stdout(sys.stderr) if error else nullcontext():
        print_pairs(_head(invoice))
        for section in invoice.sections:
            print(f"\n{section.publisher_type}, sold by {section.seller}")
            imported = any(line.dataset == "Billed" for line in section.lines)
            rows = [
                (
                    line.line,
                    line.service,
                    line.meter,
                    line.resource_group,
                    line.subscription or line.subscription_id,
                    line.corrects,
                    line.quantity,
                    line.unit,
                    f"{line.amount:f}",
                    *([line.dataset] if imported else []),
                )
                for line in section.lines
            ]
            shown = (*_SHOWN, "dataset") if imported else _SHOWN
            print_table(shown, rows, ("line", "quantity", "amount"))
        print()
        print_pairs(_foot(invoice))
        for usage in invoice.unpriced:
            told = sentence(usage.status, usage.reason, usage.events, usage.quantities)
            print(f"not in it: {told}")


def _head(invoice: Invoice) -> list[tuple[str, object]]:
    return [
        ("invoice", invoice.number),
        ("state", invoice.state),
        ("period", f"{invoice.period_start:%F} up to, not including, {invoice.period_end:%F}"),
        ("billing account", invoice.billing_key),
        ("bill to", invoice.bill_to),
        ("invoice date", invoice.invoice_date),
        ("due date", invoice.due_date),
    ]


def _foot(invoice: Invoice) -> list[tuple[str, object]]:
    def money(amount: object) -> str:
        return f"{amount:f} {invoice.currency}"

    subtotals = [(f"subtotal {s.publisher_type}", money(s.subtotal)) for s in invoice.sections]
    paid = [(f"paid by {p.kind} {p.lot_id}", money(p.amount)) for p in invoice.payments]
    rounding = (
        [("paid by rounding", money(invoice.payment_rounding))] if invoice.payment_rounding else []
    )
    return [
        *subtotals,
        ("subtotal", money(invoice.subtotal)),
        *paid,
        *rounding,
        ("due", money(invoice.due)),
        ("ledger total", f"{plain(invoice.ledger_total)} {invoice.currency}"),
        ("rounding of lines", f"{plain(invoice.rounding)} {invoice.currency}"),
    ]
