"""The forms in which Azure's retail rows are passed on: pages, lists, CSV, zip."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import read_price_sheet
from tests.pricing.test_importers_azure_retail import ROW, read_lines

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLDER = ROW | {"serviceName": "Cognitive Services", "armRegionName": "westeurope"}
LINK = "https://prices.azure.com:443/api/retail/prices?$skip=1000"


def write(folder: Path, text: str, name: str = "prices") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def page(*rows: object, further: str | None = None) -> dict[str, object]:
    return {"BillingCurrency": "USD", "Items": rows, "NextPageLink": further, "Count": len(rows)}


def test_an_answer_page_is_read_like_lines(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"BillingCurrency": "USD", "Items": [ROW], "Count": 1}, indent=1))
    row = read_price_sheet(page, imported_at=NOW).sheet.rows[0]
    assert (row.region, row.price) == ("swedencentral", Decimal("1.25"))
    assert row.meter_id == "a057d58a-e9af-576c-b3d0-4fcf424ae9cf"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(page(ROW, OLDER)),
        json.dumps(page(ROW, OLDER), indent=2),
        json.dumps([page(ROW, further=LINK), page(OLDER)]),
        json.dumps([page(ROW, further=LINK), page(OLDER)], indent=1),
        json.dumps(page(ROW, further=LINK)) + "\n\n" + json.dumps(page(OLDER)) + "\n",
        json.dumps([ROW, OLDER]),
        json.dumps(ROW) + "\r\n" + json.dumps(OLDER),
    ],
)
def test_answers_in_one_page_or_more(tmp_path: Path, text: str) -> None:
    reading = read_price_sheet(write(tmp_path, text), imported_at=NOW)
    assert [(row.source_line, row.service_name) for row in reading.sheet.rows] == [
        (1, "Foundry Models"),
        (2, "Cognitive Services"),
    ]


@pytest.mark.parametrize(
    ("pages", "fields"),
    [
        ([page(ROW, further=LINK), page(OLDER, further=LINK)], ["NextPageLink"]),
        ([page(ROW, further=LINK), {"error": "busy"}], ["NextPageLink", "Items"]),
        ([page(ROW, further=LINK), None, page(OLDER)], ["Items"]),
        ([page(ROW), page(OLDER) | {"Count": 7}], ["Items"]),
    ],
)
def test_pages_that_are_missing_or_damaged(
    tmp_path: Path, pages: list[object], fields: list[str]
) -> None:
    text = "\n".join(json.dumps(page) for page in pages)
    with pytest.raises(InvalidPriceSheet) as caught:
        read_price_sheet(write(tmp_path, text), imported_at=NOW)
    first, *errors = caught.value.message.splitlines()
    assert first.endswith("nothing of it is taken:")
    assert [error.split()[2] for error in errors] == [f"{field}:" for field in fields]


def csv_of(rows: list[dict[str, object]], rename: Callable[[str], str] = str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writerow({name: rename(name) for name in rows[0]})
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("rename", [str, str.upper, str.capitalize])
def test_csv_of_the_same_columns(tmp_path: Path, rename: Callable[[str], str]) -> None:
    rows = [ROW | {"unitPrice": 1.25, "tierMinimumUnits": 0}, OLDER]
    rows[1] |= {"unitPrice": 1.25}
    by_lines = read_lines(tmp_path, *rows).sheet
    by_csv = read_price_sheet(write(tmp_path, csv_of(rows, rename)), imported_at=NOW).sheet
    assert by_csv.name == by_lines.name
    assert [replace(row, source_line=0) for row in by_csv.rows] == [
        replace(row, source_line=0) for row in by_lines.rows
    ]
    assert [row.source_line for row in by_csv.rows] == [2, 3]


def test_a_zip_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.zip"
    bad = page(OLDER | {"armRegionName": "eastus"}, OLDER | {"currencyCode": ""})
    for last in (page(OLDER), bad):
        with ZipFile(path, "w") as packed:
            packed.writestr("1.json", json.dumps(page(ROW, further=LINK)))
            packed.writestr("2.json", json.dumps(last))
        if last is not bad:
            assert len(read_price_sheet(path, imported_at=NOW).sheet.rows) == 2
    with pytest.raises(InvalidPriceSheet, match=r"\n  2\.json line 2, currency: currency"):
        read_price_sheet(path, imported_at=NOW)


def test_a_price_for_development_and_test_prices_no_call(tmp_path: Path) -> None:
    cheaper = ROW | {"type": "DevTestConsumption", "retailPrice": 0.5}
    sheet = read_lines(tmp_path, ROW, cheaper).sheet
    reasons = [(m.key is not None, (m.unplaced_reason or "")[:10]) for m in sheet.mappings]
    assert reasons == [(True, ""), (False, "OtherOffer")]
