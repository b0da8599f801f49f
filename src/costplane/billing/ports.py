"""What billing keeps; `store/` implements it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from costplane.billing.stored_invoice import StoredInvoice


class InvoiceStore(Protocol):
    """Closed invoices. They are added, and never changed or removed."""

    def add(self, invoices: Iterable[StoredInvoice]) -> None:
        """Keep the invoices of a closed period, all or none; one that is there already stays."""
        ...

    def all(self) -> list[StoredInvoice]:
        """Every invoice, by billing key, month and currency. Raises DamagedData for a changed
        one."""
        ...
