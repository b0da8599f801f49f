"""What billing keeps; `store/` implements it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from costplane.billing.commitment import Commitment
from costplane.billing.draws import Draw
from costplane.billing.lot import Lot
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


class LotStore(Protocol):
    """Lots of prepayment and credit, and what they paid: postings that are only ever added."""

    def add(self, lots: Iterable[Lot], source_file: str, imported_at: datetime) -> int:
        """Keep lots, all or none; how many are new. Raises InvalidInput for one that is kept
        already with other facts."""
        ...

    def lots(self, billing_key: str | None = None) -> list[Lot]:
        """The lots of a billing key, or all, by key and in the order of drawing."""
        ...

    def drawn(self, billing_key: str) -> list[Draw]:
        """What was posted, summed by lot and day, without what sums to nothing."""
        ...

    def post(self, billing_key: str, differences: Iterable[Draw], posted_at: datetime) -> None:
        """Add postings."""
        ...


class CommitmentStore(Protocol):
    """Consumption commitments."""

    def put(
        self, commitments: Iterable[Commitment], source_file: str, imported_at: datetime
    ) -> None:
        """Add commitments, or replace those of the same id: what counts comes to be known."""
        ...

    def all(self) -> list[Commitment]:
        """Every commitment, by id."""
        ...
