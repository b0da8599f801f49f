"""Small bills in FOCUS, written by the tests, and what a naive reader makes of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from costplane.app.workspace import Workspace
from tests.app.estate import select


@dataclass(frozen=True)
class Row:
    """A row of a bill."""

    account: str
    sub_account: str
    day: date
    cost: str
    month: date | None = None
    service: str = "Virtual Machines"
    subcategory: str = "Virtual Machines"
    resource: str = ""

    @property
    def period(self) -> date:
        """The first day of its billing period."""
        return (self.month or self.day).replace(day=1)


def write(path: Path, rows: Iterable[Row]) -> Path:
    """The rows as a file of FOCUS 1.1."""
    told = [
        {
            "BilledCost": row.cost,
            "BillingAccountId": row.account,
            "BillingCurrency": "USD",
            "BillingPeriodStart": row.period,
            "BillingPeriodEnd": (row.period + timedelta(days=32)).replace(day=1),
            "ChargeCategory": "Usage",
            "ChargePeriodStart": row.day,
            "ChargePeriodEnd": row.day + timedelta(days=1),
            "InvoiceIssuerName": "Microsoft",
            "ResourceId": row.resource,
            "ServiceName": row.service,
            "ServiceSubcategory": row.subcategory,
            "SkuMeter": row.service,
            "SubAccountId": row.sub_account,
        }
        for row in rows
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, told[0])
        writer.writeheader()
        writer.writerows(told)
    return path


def standing(workspace: Workspace) -> dict[tuple[str, str, date, date], Decimal]:
    """What stands in the ledger: the cost of each account, sub-account, billing period and day."""
    statement = select(
        "SELECT BillingAccountId AS account, SubAccountId AS sub_account, "
        "CAST(BillingPeriodStart AS DATE) AS period, CAST(ChargePeriodStart AS DATE) AS day, "
        "SUM(BilledCost) AS cost FROM billed GROUP BY ALL"
    )
    files = {"billed": workspace.ledger.snapshot().relation("billed")}
    return {
        (row["account"], row["sub_account"], row["period"], row["day"]): row["cost"]
        for row in workspace.engine.execute(statement, files).to_pylist()
    }


def summed(rows: Iterable[Row]) -> dict[tuple[str, str, date, date], Decimal]:
    """The same of rows, without the product."""
    found: dict[tuple[str, str, date, date], Decimal] = {}
    for row in rows:
        key = (row.account, row.sub_account, row.period, row.day)
        found[key] = found.get(key, Decimal(0)) + Decimal(row.cost)
    return found
