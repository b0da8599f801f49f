"""An estate of three agreements: an enterprise's, a customer's in euro, and a provider outside
Azure. Its calls are those of the billed estate; the ledger is read in plain Python."""

from __future__ import annotations

from pathlib import Path

from costplane.app.workspace import Workspace
from costplane.catalog.agreement import (
    BillingProfile,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import BillingAccount, ManagementGroup, Resource, Subscription
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import OCTOBER, Clock

EA = "/providers/Microsoft.Billing/billingAccounts/ea-1"
MCA_ID = "mca:1_2019-05-31"
MCA = f"/providers/Microsoft.Billing/billingAccounts/{MCA_ID}"
FOLDER = "/providers/Microsoft.Management/managementGroups/all"
LAB = "/providers/Microsoft.CostManagement/externalBillingAccounts/lab"
SCOPES = {
    EA: {"s-1"},
    f"{EA}/departments/d-1": {"s-1"},
    f"{EA}/enrollmentAccounts/e-1": {"s-1"},
    MCA: {"s-2"},
    f"{MCA}/billingProfiles/bp-1": {"s-2"},
    f"{MCA}/billingProfiles/bp-1/invoiceSections/is-1": {"s-2"},
    f"{MCA}/invoiceSections/is-1": {"s-2"},
    "/subscriptions/s-1": {"s-1"},
    "/subscriptions/S-2": {"s-2"},
    FOLDER: {"s-1", "s-2", "p1"},
    LAB: {"p1"},
    "/": {"s-1", "s-2", "p1"},
}
"""Scopes, and the sub-accounts whose charges they hold."""
_OPENAI = """\
name: openai
currency: USD
unit: 1M Tokens
valid_from: 2026-01-01
provider: openai
publisher_type: External
publisher: OpenAI
rows:
  - {model: omega, quantity: input_text, price: 1.25}
"""
_RATES = """\
name: rates
exchange_rates:
  - {from: USD, to: EUR, month: 2026-10, rate: 0.92, source: x}
  - {from: USD, to: EUR, month: 2026-11, rate: 0.93, source: x}
"""


def opened(folder: Path, clock: Clock) -> Workspace:
    """A workspace with all three, and calls in October and November."""
    workspace = billed.opened(folder, clock)
    for name, text in (("openai", _OPENAI), ("rates", _RATES)):
        (folder / f"{name}.yaml").write_text(text)
    workspace.import_prices(folder / "openai.yaml")
    _fill(workspace)
    workspace.agreements.take(folder / "rates.yaml", workspace.now())
    estate.take(workspace, _calls())
    return workspace


def _fill(workspace: Workspace) -> None:
    catalog = workspace.catalog
    catalog.put_billing_account(
        BillingAccount(MCA_ID, "Fabrikam", "MicrosoftCustomerAgreement", "EUR"),
        BillingAccount("lab", "Lab", "External", "USD"),
    )
    catalog.put_department(Department("ea-1", "d-1", "Research"))
    catalog.put_enrollment_account(EnrollmentAccount("ea-1", "e-1", "Labs", "d-1"))
    catalog.put_billing_profile(BillingProfile(MCA_ID, "bp-1", "Europe", "EUR"))
    catalog.put_invoice_section(InvoiceSection(MCA_ID, "is-1", "Search", "bp-1"))
    catalog.put_management_group(ManagementGroup("all", "All"))
    catalog.put_subscription(
        Subscription("s-1", "One", "Azure", "ea-1", "all", enrollment_account_id="e-1"),
        Subscription("s-2", "Two", "Azure", MCA_ID, "all", invoice_section_id="is-1"),
        Subscription("p1", "Project", "External", "lab", "all"),
    )
    for resource in estate.RESOURCES:
        catalog.put_resource(Resource(resource.replace("/s-1/", "/s-2/"), "ai", "westeurope"))


def _calls() -> list[estate.Event]:
    made = billed.calls(21, 120, OCTOBER.replace(day=22), 12)
    for number, call in enumerate(made):
        data = call["data"]
        if number % 3 == 1:
            data["resource_id"] = data["resource_id"].replace("/S-1/", "/S-2/")
        elif number % 3 == 2:
            del data["resource_id"]
            data |= {
                "account": {"provider": "openai", "organisation": "lab", "project": "p1"},
                "model": "omega",
                "provider": "openai",
                "deployment": None,
                "deployment_type": None,
            }
    return made
