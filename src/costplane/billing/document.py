"""An invoice as text that can be kept for good, and read again."""

from __future__ import annotations

import msgspec

from costplane.billing.invoice import Invoice
from costplane.billing.stored_invoice import StoredInvoice, digest


def stored(invoice: Invoice) -> StoredInvoice:
    """A closed invoice as it is kept. Decimals are text in it: no reader makes floats of them."""
    assert invoice.closed_at is not None
    document = msgspec.json.encode(invoice, order="deterministic").decode()
    return StoredInvoice(
        number=invoice.number,
        billing_key=invoice.billing_key,
        month=invoice.period_start,
        currency=invoice.currency,
        closed_at=invoice.closed_at,
        document=document,
        sha256=digest(document),
    )


def invoice_of(kept: StoredInvoice) -> Invoice:
    """The invoice of a kept document."""
    return msgspec.json.decode(kept.document.encode(), type=Invoice)
