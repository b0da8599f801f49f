"""Which scopes hold a scope."""

from __future__ import annotations

import pytest

from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.containment import Containment
from costplane.catalog.model import BillingAccount, ManagementGroup, Subscription
from costplane.catalog.scopes import Hierarchy
from costplane.core.scope import parse_scope

FOLDER = "/providers/microsoft.management/managementgroups"
ACCOUNT = "/providers/microsoft.billing/billingaccounts/100"
EXTERNAL = "/providers/microsoft.costmanagement/external"
ESTATE = Hierarchy(
    billing_accounts=(
        BillingAccount("100", "Contoso", "MicrosoftCustomerAgreement", "USD"),
        BillingAccount("lab", "Lab", "External", "USD"),
    ),
    management_groups=(ManagementGroup("top", "Top"), ManagementGroup("dev", "Dev", "top")),
    subscriptions=(
        Subscription(
            "s1",
            "One",
            billing_account_id="100",
            management_group_id="dev",
            invoice_section_id="is1",
        ),
        Subscription("p1", "Lab one", "External", "lab", "top"),
    ),
    billing_profiles=(BillingProfile("100", "bp1", "Profile", "USD"),),
    invoice_sections=(InvoiceSection("100", "is1", "Section", "bp1"),),
)
SECTION = f"{ACCOUNT}/billingprofiles/bp1/invoicesections/is1"
OVER_S1 = {
    "/",
    "/subscriptions/s1",
    f"{FOLDER}/dev",
    f"{FOLDER}/top",
    SECTION,
    f"{ACCOUNT}/billingprofiles/bp1",
    ACCOUNT,
}
GROUP = "/subscriptions/s1/resourcegroups/rg-a"
RESOURCE = f"{GROUP}/providers/microsoft.cognitiveservices/accounts/ai"


@pytest.mark.parametrize(
    ("scope", "around"),
    [
        ("/", {"/"}),
        ("/subscriptions/S1", OVER_S1),
        (GROUP, OVER_S1 | {GROUP}),
        (RESOURCE, OVER_S1 | {GROUP, RESOURCE}),
        (f"{FOLDER}/dev", {"/", f"{FOLDER}/dev", f"{FOLDER}/top"}),
        (SECTION, {"/", SECTION, f"{ACCOUNT}/billingprofiles/bp1", ACCOUNT}),
        (
            f"{ACCOUNT}/invoicesections/is1",
            {
                "/",
                f"{ACCOUNT}/invoicesections/is1",
                SECTION,
                f"{ACCOUNT}/billingprofiles/bp1",
                ACCOUNT,
            },
        ),
        (
            f"{EXTERNAL}subscriptions/p1",
            {"/", f"{EXTERNAL}subscriptions/p1", f"{EXTERNAL}billingaccounts/lab", f"{FOLDER}/top"},
        ),
        ("/subscriptions/unknown", {"/", "/subscriptions/unknown"}),
        (f"{FOLDER}/unknown", {"/", f"{FOLDER}/unknown"}),
    ],
)
def test_what_holds_it(scope: str, around: set[str]) -> None:
    assert Containment(ESTATE).around(parse_scope(scope)) == around


def test_ids_are_compared_whole() -> None:
    around = Containment(ESTATE).around(parse_scope(f"{GROUP}b"))
    assert GROUP not in around


def test_folders_that_hold_each_other_end() -> None:
    ring = (ManagementGroup("a", "A", parent="b"), ManagementGroup("b", "B", parent="a"))
    found = Containment(Hierarchy(management_groups=ring)).around(parse_scope(f"{FOLDER}/a"))
    assert found == {"/", f"{FOLDER}/a", f"{FOLDER}/b"}
