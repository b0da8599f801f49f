"""Lots of prepayment and credit from a YAML or CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from costplane.billing.billing_key import billing_key
from costplane.billing.lot import Lot, LotKind, LotSource
from costplane.billing.text_rows import Row, read_rows

FIELDS = (
    "id",
    "billing_account",
    "billing_profile",
    "kind",
    "source",
    "amount",
    "currency",
    "start",
    "expiry",
    "publisher_types",
    "products",
    "po_number",
)
"""What a lot may tell. Needed are id, billing_account, kind, amount, currency and start."""

_SOURCES: dict[str, LotSource] = {"Prepayment": "PurchasedCredit", "Credit": "PromotionalCredit"}


def read_lots(path: Path) -> list[Lot]:
    """The lots of a file. Raises InvalidInput, naming line and field, if one cannot be taken."""
    found: dict[tuple[str, str], str] = {}
    lots = []
    for row in read_rows(path, "lots"):
        lot = _lot(row)
        before = found.setdefault((lot.billing_key, lot.id), row.place)
        if before != row.place:
            raise row.fault("id", f"is {lot.id!r} as in {before}; each lot has an id of its own")
        lots.append(lot)
    return lots


def _lot(row: Row) -> Lot:
    row.only(FIELDS)
    kind = row.text("kind")
    with row.placing():
        return Lot(
            billing_key=billing_key(row.text("billing_account"), row.text("billing_profile", "")),
            id=row.text("id"),
            kind=cast(LotKind, kind),
            source=cast(LotSource, row.text("source", _SOURCES.get(kind, ""))),
            amount=row.amount("amount"),
            currency=row.text("currency").upper(),
            start=row.day("start"),
            expiry=row.day_or_none("expiry"),
            publisher_types=row.texts("publisher_types", ("Azure",)),
            products=row.texts("products"),
            po_number=row.text("po_number", "") or None,
        )
