"""Charges with what cost allocation made of them, as cost analysis shows them."""

from __future__ import annotations

from costplane.core.relation import Files
from costplane.ledger.delta import Snapshot


def with_allocated(snapshot: Snapshot) -> Files:
    """The charges with the rows of allocations. Invoices read the charges alone."""
    charges, moved = snapshot.relation("charges"), snapshot.files.get("allocated")
    if moved is None or not moved.paths:
        return charges
    uneven = charges.uneven or moved.uneven
    return Files((*charges.paths, *moved.paths), charges.schema, uneven=uneven)
