"""Azure cost details of every agreement, compared with plain reading of the same text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.bills.bill import BillFile
from costplane.engine.duckdb import DuckDBEngine

BILLS = Path(__file__).parents[1] / "data/bills"
AGREEMENTS = {
    "azure-ea-actual": "EA",
    "azure-ea-amortized": "EA amortized",
    "azure-ea-braceless-tags": "EA",
    "azure-mca-camel": "MCA",
    "azure-payg": "pay-as-you-go",
    "azure-payg-german": "pay-as-you-go",
    "azure-payg-mixed-names": "pay-as-you-go",
}
COSTS = ("cost", "costinbillingcurrency", "pretaxcost")
DAYS = ("date", "usagedatetime")
COMMITMENTS = {"Reservation", "SavingsPlan"}


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def plain(path: Path) -> list[dict[str, str]]:
    """The rows by column in lower case; of localised names what is in brackets."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{k.split("(")[-1].rstrip(")").lower(): v for k, v in row.items()} for row in rows]


def one_of(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next(row[name] for name in names if name in row)


def naive(row: dict[str, str]) -> tuple[Decimal, Decimal, str]:
    """Billed, effective and day, as Microsoft's conversion to FOCUS says."""
    cost, day = Decimal(one_of(row, COSTS)), one_of(row, DAYS)
    commitment = row.get("pricingmodel") in COMMITMENTS
    bought = row.get("chargetype") in ("Purchase", "Refund")
    billed = Decimal(0) if commitment and not bought else cost
    effective = Decimal(0) if commitment and bought else cost
    form = "%m/%d/%Y" if "/" in day else "%Y-%m-%d"
    return billed, effective, f"{datetime.strptime(day, form):%F}"  # noqa: DTZ007 - a day


def read(engine: DuckDBEngine, name: str) -> list[dict[str, Any]]:
    bill = BillFile(BILLS / f"{name}.csv")
    return [row for rows in bill.rows(engine) for row in rows.to_pylist()]


@pytest.mark.parametrize("name", AGREEMENTS)
def test_agreement_costs_and_days(engine: DuckDBEngine, name: str) -> None:
    path = BILLS / f"{name}.csv"
    assert BillFile(path).header.label == f"Azure cost details {AGREEMENTS[name]}"
    found = [
        (row["BilledCost"], row["EffectiveCost"], f"{row['ChargePeriodStart']:%F}")
        for row in read(engine, name)
    ]
    places = Decimal("1e-12")
    told = [naive(row) for row in plain(path)]
    assert found == [(b.quantize(places), e.quantize(places), day) for b, e, day in told]


def test_what_a_row_says_of_itself(engine: DuckDBEngine) -> None:
    row = next(r for r in read(engine, "azure-ea-actual") if r["ChargeCategory"] == "Purchase")
    assert (row["BilledCost"], row["EffectiveCost"]) == (Decimal("3.25"), 0)
    assert row["BillingAccountId"] == "8611537"
    assert row["x_BillingProfileId"] is None, "an Enterprise Agreement repeats the account there"
    assert row["CommitmentDiscountType"] == "Reservation"
    assert f"{row['BillingPeriodStart']:%F} {row['BillingPeriodEnd']:%F}" == "2023-09-01 2023-10-01"
    kept = json.loads(row["x_SourceColumns"])
    assert (kept["CostCenter"], kept["Term"]) == ("acm9000", "36")


def test_tags_without_braces(engine: DuckDBEngine) -> None:
    tags = [json.loads(row["Tags"] or "{}") for row in read(engine, "azure-ea-amortized")]
    assert {"CostCenter": "SubACM"} in tags
    assert {"SapMonId": "133913327cb44f", "env": "trey", "org": "trey"} in tags
