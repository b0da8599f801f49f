"""Rows of the Azure Retail Prices API, in the three forms in which they are passed on.

JSON lines (one row of the API each), an answer page ({"Items": [...]}), and the snapshot of the
package azure-genai-prices ({"items": [...]}: one item for several regions of equal price, no
meter id, US dollars). serviceName was "Cognitive Services" until 2025 and is "Foundry Models"
since. Superseded rows stand beside current ones; which holds is decided when prices are resolved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from costplane.pricing.importers.draft import Draft, DraftSheet, RowError

SHEET_NAME = "azure-retail"
"""All three forms are versions of one public list."""

_PUBLISHER = "Microsoft"
_SNAPSHOT_SERVICE = "Foundry Models"
_SNAPSHOT_CURRENCY = "USD"  # the package asks the API without a currency, which means US dollars

_PROBED = 10  # lines that are looked at before a file counts as none of JSON lines

_DECODER = json.JSONDecoder(parse_float=Decimal)  # money never passes through a float


def looks_like_lines(text: str) -> bool:
    """Whether one of the first lines alone is a row of the API; the others may be damaged."""
    return any(_is_row(line) for line in text.split("\n", _PROBED)[:_PROBED])


def _is_row(line: str) -> bool:
    try:
        row = _DECODER.decode(line)
    except ValueError:
        return False
    return isinstance(row, dict) and "meterName" in row


def read_lines(text: str) -> DraftSheet:
    """JSON lines: one row each; empty lines are skipped."""
    lines = enumerate(text.splitlines(), start=1)
    return _sheet(_decoded(line, number) for number, line in lines if line.strip())


def read_document(text: str) -> DraftSheet | None:
    """An answer page or a snapshot; None for another text. Lines are numbers of items."""
    try:
        document = _DECODER.decode(text)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("Items"), list):
        return _sheet(_row(row, number) for number, row in enumerate(document["Items"], start=1))
    if isinstance(document.get("items"), list):
        return _sheet(
            draft
            for number, item in enumerate(document["items"], start=1)
            for draft in _item(item, number)
        )
    return None


def _sheet(drafts: Iterator[Draft | RowError]) -> DraftSheet:
    return DraftSheet(SHEET_NAME, "list", None, drafts)


def _decoded(line: str, number: int) -> Draft | RowError:
    try:
        row = _DECODER.decode(line)
    except ValueError:
        return RowError(number, "line", "the line is no JSON object")
    return _row(row, number)


def _row(row: object, number: int) -> Draft | RowError:
    if not isinstance(row, dict):
        return RowError(number, "line", "the row is no JSON object")
    return Draft(
        line=number,
        product=_text(row, "productName"),
        meter_name=_text(row, "meterName"),
        unit_of_measure=_text(row, "unitOfMeasure"),
        price=_text(row, "retailPrice") or None,
        currency=_text(row, "currencyCode"),
        valid_from=_text(row, "effectiveStartDate"),
        valid_to=_text(row, "effectiveEndDate"),
        meter_id=_text(row, "meterId").lower(),
        region=_text(row, "armRegionName"),
        tier_minimum=_text(row, "tierMinimumUnits") or "0",
        service_name=_text(row, "serviceName"),
        sku_id=_text(row, "skuId"),
        sku_name=_text(row, "skuName"),
        publisher=_PUBLISHER,
        term=_text(row, "reservationTerm") if _text(row, "type") == "Reservation" else "",
    )


def _item(item: object, number: int) -> Iterator[Draft | RowError]:
    """One draft for each region of a snapshot's item."""
    if not isinstance(item, dict):
        yield RowError(number, "line", "the item is no JSON object")
        return
    filled = {"serviceName": _SNAPSHOT_SERVICE, "currencyCode": _SNAPSHOT_CURRENCY} | item
    for region in item.get("regions") or [""]:
        yield _row(filled | {"armRegionName": region}, number)


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return "" if value is None else str(value)
