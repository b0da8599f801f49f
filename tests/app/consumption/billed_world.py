"""Two agreements, in two currencies: an enterprise's with prepayment and a closed month, and a
partner's with profiles, sections and customers; commitments; management groups over both.

Expectations are loops over the rows of the ledger, read whole; they share no code with the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from costplane.app.workspace import Workspace
from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import BillingAccount, ManagementGroup, Subscription
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER, Clock
from tests.app.estate import select

Row = dict[str, Any]
EA = "ea-1"
MCA = "mca:1_2019-05-31"
BILLING = "/providers/microsoft.billing/billingaccounts"
GROUPS = "/providers/microsoft.management/managementgroups"
RATES = """\
name: rates
source: made up
exchange_rates:
  - {from: USD, to: EUR, month: 2026-01, rate: 0.9}
"""
LOTS = """\
lots:
  - {id: prepaid, billing_account: EA-1, kind: Prepayment, amount: "2.5", currency: USD,
     start: 2026-10-05, expiry: 2026-10-20, po_number: PO-7}
  - {id: granted, billing_account: EA-1, kind: Credit, amount: "1.25", currency: USD,
     start: 2026-10-01, expiry: 2026-11-02}
  - {id: later, billing_account: EA-1, kind: Prepayment, amount: "30000", currency: USD,
     start: 2026-10-28}
  - {id: future, billing_account: EA-1, kind: Credit, amount: "1", currency: USD,
     start: 2026-12-01}
  - {id: europe, billing_account: "mca:1_2019-05-31", billing_profile: BP-1, kind: Credit,
     amount: "40", currency: EUR, start: 2026-10-01, expiry: 2026-11-02}
  - {id: europe-2, billing_account: "mca:1_2019-05-31", billing_profile: BP-1, kind: Prepayment,
     amount: "100000", currency: EUR, start: 2026-11-01}
  - {id: partner, billing_account: "mca:1_2019-05-31", billing_profile: BP-2, kind: Credit,
     amount: "3", currency: EUR, start: 2026-10-01}
"""
COMMITMENTS = """\
commitments:
  - id: macc
    billing_accounts: [EA-1]
    amount: 100000
    currency: USD
    start: 2026-10-01
    end: 2027-10-01
    eligibility: [{publisher_type: Azure, counts: "yes", source: terms}]
  - id: shared
    billing_accounts: ["mca:1_2019-05-31", EA-1]
    amount: 7
    currency: USD
    start: 2026-10-01
    end: 2026-11-01
    eligibility: [{publisher_type: Azure, counts: "yes", source: terms}]
"""
CALLS = {
    "s-1": billed.calls(41, 50, OCTOBER, 31) + billed.calls(42, 20, NOVEMBER, 2),
    "s-2": billed.calls(43, 40, OCTOBER, 31) + billed.calls(44, 15, NOVEMBER, 2),
    "s-3": billed.calls(45, 30, OCTOBER, 31),
}
LATE = billed.calls(46, 15, OCTOBER, 31)
"""Calls of October that come after it was closed for the enterprise."""


@dataclass(frozen=True)
class World:
    workspace: Workspace
    rows: list[Row]
    clock: Clock

    def sums(
        self, key: Callable[[Row], Any], where: Callable[[Row], bool], name: str = "BilledCost"
    ) -> dict[Any, Decimal]:
        """The rows that fit `where`, summed by `key`."""
        found: dict[Any, Decimal] = {}
        for row in filter(where, self.rows):
            found[key(row)] = found.get(key(row), Decimal(0)) + row[name]
        return found


def opened(folder: Path) -> World:
    clock = Clock()
    workspace = billed.opened(folder, clock)
    _hierarchy(workspace)
    for name, text in (("rates", RATES), ("lots", LOTS), ("commitments", COMMITMENTS)):
        (folder / f"{name}.yaml").write_text(text)
    workspace.agreements.take(folder / "rates.yaml", clock.now)
    workspace.import_lots(folder / "lots.yaml")
    workspace.commitments.take(folder / "commitments.yaml", clock.now)
    for subscription, calls in CALLS.items():
        estate.take(workspace, [_moved(call, subscription) for call in calls])
    workspace.close_invoices(EA, OCTOBER)
    estate.take(workspace, [_moved(call, "s-1") for call in LATE])
    return World(workspace, _rows(workspace), clock)


def _hierarchy(workspace: Workspace) -> None:
    catalog = workspace.catalog
    catalog.put_department(Department(EA, "d-1", "Research"))
    catalog.put_enrollment_account(EnrollmentAccount(EA, "e-1", "Owner", "d-1"))
    catalog.put_billing_account(BillingAccount(MCA, "Partner", "MicrosoftCustomerAgreement", "EUR"))
    for profile in ("bp-1", "bp-2"):
        catalog.put_billing_profile(BillingProfile(MCA, profile, profile.upper(), "EUR"))
    catalog.put_invoice_section(InvoiceSection(MCA, "is-1", "Search", "bp-1"))
    catalog.put_customer(Customer(MCA, "c-1", "Woodgrove", "bp-2"))
    catalog.put_customer(Customer(MCA, "c-2", "Idle", "bp-1"))
    catalog.put_management_group(ManagementGroup("root", "Root"))
    catalog.put_management_group(ManagementGroup("below", "Below", "root"))
    catalog.put_management_group(ManagementGroup("none", "None", "root"))
    catalog.put_subscription(
        Subscription("s-1", "One", "Azure", EA, "root", enrollment_account_id="e-1"),
        Subscription("s-2", "Two", "Azure", MCA, "below", invoice_section_id="is-1"),
        Subscription("s-3", "Three", "Azure", MCA, "below", customer_id="c-1"),
    )


def _moved(call: Row, subscription: str) -> Row:
    data = call["data"]
    resource = data["resource_id"].lower().replace("/s-1/", f"/{subscription}/")
    model = data["model"] or "alpha"
    told = data | {"resource_id": resource, "model": model, "deployment_type": "GlobalStandard"}
    return call | {"id": f"{subscription}-{call['id']}", "data": told}


def _rows(workspace: Workspace) -> list[Row]:
    table = workspace.engine.execute(
        select("SELECT * FROM charges"), workspace.ledger.snapshot().files
    )
    rows: list[Row] = table.to_pylist()
    times = ("ChargePeriodStart", "BillingPeriodStart")
    return [row | {name: row[name].astimezone(UTC) for name in times} for row in rows]


def nonzero(sums: dict[Any, Decimal]) -> dict[Any, Decimal]:
    return {key: amount for key, amount in sums.items() if amount}


def publisher(row: Row) -> str:
    return {"Marketplace": "marketplace"}.get(row["x_PublisherType"], "azure")


def month_of(instant: datetime) -> datetime:
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
