"""The charges behind a line of an invoice, each with the address that `explain` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from costplane.analysis.nodes import in_list, template
from costplane.app.billing.billed_sums import LINE_FACTS, within
from costplane.app.explaining.charge_addresses import COLUMNS, address_of
from costplane.billing.invoice import Invoice, InvoiceLine, InvoiceSection
from costplane.core.money import EXACT, total
from costplane.core.relation import Engine, Relation
from costplane.core.sql import select
from costplane.errors import NotFound

_HOUR = "DATE_TRUNC('hour', MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart)))"
_ORDER = "x_Series, x_TokenType, SkuPriceId, share, resource"


@dataclass(frozen=True, slots=True)
class ChargeBehind:
    """What a charge puts on a line: the sum of its rows in that billing period.

    `address` is null for what was not metered here, such as rows of an imported bill.
    """

    address: str | None
    hour: datetime
    resource_id: str
    description: str
    quantity: Decimal | None
    unit: str
    rows: int
    billed_cost: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceLineExplanation:
    """A line of an invoice and the charges behind it, the costliest first: those shown after
    `skipped` ones, of `charges` in all. `amount_of_others` and what is shown sum to the line's
    ledger amount."""

    number: str
    state: str
    currency: str
    publisher_type: str
    line: InvoiceLine
    charges: int
    skipped: int
    shown: tuple[ChargeBehind, ...]
    amount_of_others: Decimal


def explain_line(
    engine: Engine,
    tables: Mapping[str, Relation],
    invoice: Invoice,
    number: int,
    skip: int = 0,
    most: int = 100,
) -> InvoiceLineExplanation:
    """The charges behind the line of that number. Raises NotFound if the invoice has no such."""
    section, line = _line(invoice, number)
    rows = engine.execute(_statement(invoice, section, line, skip, most), tables).to_pylist()
    shown = tuple(_charge(row) for row in rows)
    return InvoiceLineExplanation(
        number=invoice.number,
        state=invoice.state,
        currency=invoice.currency,
        publisher_type=section.publisher_type,
        line=line,
        charges=rows[0]["total"] if rows else 0,
        skipped=skip,
        shown=shown,
        amount_of_others=EXACT.subtract(
            line.ledger_amount, total(charge.billed_cost for charge in shown)
        ),
    )


def _line(invoice: Invoice, number: int) -> tuple[InvoiceSection, InvoiceLine]:
    for section in invoice.sections:
        for line in section.lines:
            if line.line == number:
                return section, line
    raise NotFound(
        f"invoice {invoice.number} has no line {number}; it has {len(invoice.lines)}", target="line"
    )


def _statement(
    invoice: Invoice, section: InvoiceSection, line: InvoiceLine, skip: int, most: int
) -> exp.Query:
    facts = {name: getattr(line, name, section.publisher_type) for name in LINE_FACTS}
    statement = select(
        f"SELECT {_HOUR} AS hour, ResourceId, {COLUMNS}, MAX(ChargeDescription) AS description, "
        "SUM(PricingQuantity) AS quantity, COALESCE(MAX(PricingUnit), '') AS unit, "
        "COUNT(*) AS rows, SUM(BilledCost) AS cost, COUNT(*) OVER () AS total FROM charges "
        f"GROUP BY ALL ORDER BY cost DESC, hour, {_ORDER}, ResourceId"
    )
    statement = statement.where(
        within(invoice.period_start, facts, invoice.billing_key),
        in_list(template("BillingCurrency"), [invoice.currency]),
    )
    return statement.limit(most).offset(skip)


def _charge(row: Mapping[str, Any]) -> ChargeBehind:
    address = address_of(row)
    return ChargeBehind(
        address=str(address) if address else None,
        hour=row["hour"].replace(tzinfo=UTC),
        resource_id=row["ResourceId"] or "",
        description=row["description"] or "",
        quantity=row["quantity"],
        unit=row["unit"],
        rows=row["rows"],
        billed_cost=row["cost"],
    )
