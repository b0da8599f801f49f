"""Every format of price sheets: how it writes rows, and what it calls their fields."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.pricing.agreement_sheets import EA, MCA, SPACED
from tests.pricing.test_importers_azure_retail import ROW

Row = dict[str, Any]

OWN: Row = {
    "model": "gpt-5",
    "deployment_type": "GlobalStandard",
    "quantity": "input_text",
    "unit": "1M Tokens",
    "price": "1.25",
    "currency": "USD",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "region": "swedencentral",
}


def csv_of(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def yaml_of(rows: list[Row]) -> str:
    told = [{name: value for name, value in row.items() if value != ""} for row in rows]
    return "name: own\nrows:\n" + "".join(f"  - {json.dumps(row)}\n" for row in told)


@dataclass(frozen=True, slots=True)
class Sheets:
    """How a format writes rows, the line of its second row, and its names of fields."""

    write: Callable[[list[Row]], str]
    row: Row
    second: int
    price: str
    currency: str
    unit: str
    start: str
    end: str
    region: str


RETAIL = ("retailPrice", "currencyCode", "unitOfMeasure", "effectiveStartDate", "effectiveEndDate")
RETAIL_ROW = ROW | {"effectiveEndDate": None}
OWN_NAMES = ("price", "currency", "unit", "valid_from", "valid_to", "region")
FORMATS = {
    "retail JSON lines": Sheets(
        lambda rows: "\n".join(map(json.dumps, rows)), RETAIL_ROW, 2, *RETAIL, "armRegionName"
    ),
    "retail answer": Sheets(
        lambda rows: json.dumps({"Items": rows}, indent=1), RETAIL_ROW, 2, *RETAIL, "armRegionName"
    ),
    "retail rows": Sheets(json.dumps, RETAIL_ROW, 2, *RETAIL, "armRegionName"),
    "retail CSV": Sheets(csv_of, RETAIL_ROW, 3, *RETAIL, "armRegionName"),
    "EA sheet": Sheets(
        csv_of,
        EA,
        3,
        *("UnitPrice", "CurrencyCode", "UnitOfMeasure", "EffectiveStartDate", "EffectiveEndDate"),
        "MeterRegion",
    ),
    "EA sheet of the portal": Sheets(
        csv_of,
        SPACED,
        3,
        *("Unit price", "Currency code", "Unit of measure"),
        *("Effective start date", "Effective end date", "Meter region"),
    ),
    "MCA sheet": Sheets(
        csv_of,
        MCA,
        3,
        *("unitPrice", "currency", "unitOfMeasure", "effectiveStartDate", "effectiveEndDate"),
        "meterRegion",
    ),
    "own YAML": Sheets(yaml_of, OWN, 4, *OWN_NAMES),
    "own CSV": Sheets(csv_of, OWN, 3, *OWN_NAMES),
}


def elsewhere(form: Sheets, **changes: object) -> Row:
    return form.row | {form.region: "westeurope"} | changes
