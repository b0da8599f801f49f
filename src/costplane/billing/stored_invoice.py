"""A closed invoice as it is kept: whole, and with a digest that tells a changed one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from costplane.errors import DamagedData


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """The invoice of a billing period. `month` is the first instant of the UTC month, `document`
    the invoice as canonical JSON text, `sha256` the digest of its UTF-8 bytes."""

    number: str
    billing_key: str
    month: datetime
    currency: str
    closed_at: datetime
    document: str
    sha256: str

    def checked(self) -> StoredInvoice:
        """Itself. Raises DamagedData if the document is not the one that was closed."""
        if digest(self.document) != self.sha256:
            raise DamagedData(
                f"invoice {self.number} was changed after it was closed: its document does not "
                "have its digest; restore the control plane from a backup",
                target=self.number,
            )
        return self


def digest(document: str) -> str:
    """SHA-256 of a document, as hexadecimal text."""
    return hashlib.sha256(document.encode()).hexdigest()
