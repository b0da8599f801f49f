"""Rows of the Azure Retail Prices API, in the forms in which they are passed on.

JSON lines (one row of the API each, or one answer page), an answer page ({"Items": [...]}) or a
list of them, CSV with the API's column names, and the snapshot of the package azure-genai-prices
({"items": [...]}: one item for several regions of equal price, no meter id, US dollars).
serviceName was "Cognitive Services" until 2025 and is "Foundry Models" since. Superseded rows
stand beside current ones; which holds is decided when prices are resolved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from costplane.pricing.importers.csv_rows import csv_lines, require_once, rows_below
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError

SHEET_NAME = "azure-retail"
"""All forms are versions of one public list."""

NEXT_PAGE = "NextPageLink"
"""The field of an answer page that leads to the next one."""

_DEV_TEST = "DevTestConsumption"
_DEV_TEST_REASON = "OtherOffer: the price of subscriptions for development and test"

_PUBLISHER = "Microsoft"
_SNAPSHOT_SERVICE = "Foundry Models"
_SNAPSHOT_CURRENCY = "USD"  # the package asks the API without a currency, which means US dollars

_PROBED = 10  # lines that are looked at before a file counts as none of JSON lines

_DECODER = json.JSONDecoder(parse_float=Decimal)  # money never passes through a float

_COLUMNS = (
    "productName",
    "meterName",
    "unitOfMeasure",
    "retailPrice",
    "currencyCode",
    "effectiveStartDate",
    "effectiveEndDate",
    "meterId",
    "armRegionName",
    "tierMinimumUnits",
    "serviceName",
    "skuId",
    "skuName",
    "reservationTerm",
    "type",
)
"""The API's fields that make a price row."""

_COLUMN_OF = {name.lower(): name for name in _COLUMNS}


def read_lines(text: str) -> DraftSheet | None:
    """JSON lines, a row or a page each; None if none of the first lines is one, for the others
    may be damaged. Empty lines are skipped."""
    probed = [_decoded(line) for line in text.split("\n", _PROBED)[:_PROBED]]
    lines = enumerate(text.splitlines(), start=1)
    if any(map(_is_row, probed)):
        return _sheet(_row(_decoded(line), number) for number, line in lines if line.strip())
    if any(map(_is_page, probed)):
        return read_pages(_decoded(line) for _, line in lines if line.strip())
    return None


def read_document(text: str) -> DraftSheet | None:
    """An answer page, a list of pages or rows, or a snapshot; None for another text. Lines are
    numbers of items."""
    document = _decoded(text)
    if isinstance(document, list) and document and all(map(_is_page, document)):
        return read_pages(document)
    if isinstance(document, list) and any(_is_row(row) for row in document[:_PROBED]):
        return _sheet(_row(row, number) for number, row in enumerate(document, start=1))
    if _is_page(document):
        return read_pages([document])
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        return _sheet(
            draft
            for number, item in enumerate(document["items"], start=1)
            for draft in _item(item, number)
        )
    return None


def read_csv(text: str) -> DraftSheet | None:
    """CSV with the API's columns, in any case; None for another text."""
    head = text.partition("\n")[0].lower()
    if not {"metername", "retailprice"}.issubset(cell.strip(' "\r') for cell in head.split(",")):
        return None
    lines = csv_lines(text)
    _, cells = next(lines)
    header = [_COLUMN_OF.get(name.lower(), name) for name in cells]
    require_once(_COLUMNS, header)
    return _sheet(
        row if isinstance(row, RowError) else _row(row[1], row[0])
        for row in rows_below(header, lines)
    )


def read_pages(pages: Iterable[object]) -> DraftSheet:
    """Answer pages in order, their rows counted on from page to page."""
    return _sheet(_page_rows(pages))


def _page_rows(pages: Iterable[object]) -> Iterator[Draft | RowError]:
    number, further = 0, None
    for page in pages:
        if not (isinstance(page, dict) and isinstance(page.get("Items"), list)):
            yield RowError(number + 1, "Items", "the answer page is damaged: it has no Items")
            continue
        if page.get("Count") not in (None, len(page["Items"])):
            told = f"the answer page says {page['Count']} rows and has {len(page['Items'])}"
            yield RowError(number + 1, "Items", told)
        further = page.get(NEXT_PAGE)
        for row in page["Items"]:
            number += 1
            yield _row(row, number)
    if further:
        yield RowError(number, NEXT_PAGE, "the answer has further pages, which this file lacks")


def _is_page(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("Items"), list)


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and "meterName" in value


def _decoded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _sheet(drafts: Iterator[Draft | RowError]) -> DraftSheet:
    return DraftSheet(SHEET_NAME, "list", None, drafts)


def _row(row: object, number: int) -> Draft | RowError:
    if not isinstance(row, dict):
        return RowError(number, "line", "the row is no JSON object")
    kind = _text(row, "type")
    product = _text(row, "productName")
    return Draft(
        line=number,
        product=f"{product} (Dev/Test)" if kind == _DEV_TEST else product,
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
        term=_text(row, "reservationTerm") if kind == "Reservation" else "",
        unplaced=_DEV_TEST_REASON if kind == _DEV_TEST else "",
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
