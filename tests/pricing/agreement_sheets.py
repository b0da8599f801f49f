"""Price sheets of Azure agreements as the portal and the API write them, with invented prices."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

EA = {
    "EnrollmentNumber": "100001",
    "MeterID": "A057D58A-E9AF-576C-B3D0-4FCF424AE9CF",
    "MeterName": "GPT 5 Inpt Glbl 1M Tokens",
    "MeterType": "1M Tokens",
    "MeterCategory": "Foundry Models",
    "MeterSubCategory": "Azure OpenAI GPT5",
    "ServiceFamily": "AI + Machine Learning",
    "Product": "Azure OpenAI GPT5 - GPT 5 Inpt Glbl - SE Central",
    "SkuID": "DZH318Z08NRM/001",
    "ProductID": "DZH318Z08NRM",
    "MeterRegion": "SE Central",
    "UnitOfMeasure": "1M",
    "PartNumber": "AAH-12345",
    "EffectiveStartDate": "08/01/2026",
    "EffectiveEndDate": "08/31/2026",
    "UnitPrice": "1.1250",
    "BasePrice": "1.25",
    "MarketPrice": "1.25",
    "CurrencyCode": "EUR",
    "IncludedQuantity": "0",
    "OfferID": "MS-AZR-0017P",
    "Term": "",
    "PriceType": "Consumption",
}
"""A row of an Enterprise Agreement's sheet, version 2023-05-01."""

OUTPUT = EA | {
    "MeterID": "b0000000-0000-4000-8000-000000000002",
    "MeterName": "GPT 5 outpt Glbl 1M Tokens",
    "UnitPrice": "9",
}

STORAGE = EA | {
    "MeterID": "c0000000-0000-4000-8000-000000000003",
    "MeterName": "Hot LRS Data Stored",
    "MeterCategory": "Storage",
    "MeterSubCategory": "Tiered Block Blob",
    "Product": "Tiered Block Blob - Hot LRS - SE Central",
    "UnitOfMeasure": "100 GB/Month",
    "UnitPrice": "1.6",
}

MCA = {
    "billingAccountId": "d3a0c057-0000-4000-8000-0000000000ba:bb_2019-05-31",
    "billingAccountName": "Contoso",
    "billingProfileId": "DEMO-BP1",
    "billingProfileName": "Main",
    "productOrderName": "Azure plan",
    "serviceFamily": "AI + Machine Learning",
    "product": "Azure OpenAI GPT5 - GPT 5 Inpt Glbl - SE Central",
    "productId": "DZH318Z08NRM",
    "skuId": "001F",
    "unitOfMeasure": "1M",
    "meterId": "a057d58a-e9af-576c-b3d0-4fcf424ae9cf",
    "meterName": "GPT 5 Inpt Glbl 1M Tokens",
    "meterType": "1M",
    "meterCategory": "Foundry Models",
    "meterSubCategory": "Azure OpenAI GPT5",
    "meterRegion": "SE Central",
    "tierMinimumUnits": "0",
    "effectiveStartDate": "2026-08-01T00:00:00.0000000Z",
    "effectiveEndDate": "2026-08-31T23:59:59.9999999Z",
    "unitPrice": "1.2",
    "basePrice": "1.25",
    "marketPrice": "1.25",
    "currency": "USD",
    "billingCurrency": "EUR",
    "term": "",
    "priceType": "Consumption",
}
"""A row of a Microsoft Customer Agreement's sheet."""

SPACED = {
    "Enrollment Number": "100001",
    "Meter ID": EA["MeterID"],
    "Meter name": EA["MeterName"],
    "Meter category": EA["MeterCategory"],
    "Meter sub-category": EA["MeterSubCategory"],
    "Meter region": "SE Central",
    "Unit": "Tokens",
    "Unit of measure": "1M",
    "Part number": "AAH-12345",
    "Unit price": "1.1250",
    "Currency code": "EUR",
    "Included quantity": "0",
    "Offer Id": "MS-AZR-0017P",
    "Term": "None",
    "Price type": "Consumption",
    "Effective start date": "8/1/2026",
    "Effective end date": "8/31/2026",
}
"""The same price under the portal's headings."""


def csv_text(*rows: dict[str, str], before: str = "") -> str:
    """Rows as CSV, with the columns of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return before + out.getvalue()


def write_zip(path: Path, **members: str) -> Path:
    """A zip file with a CSV for each name."""
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(f"{name}.csv", "\ufeff" + text)
    return path
