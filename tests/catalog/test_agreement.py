"""The levels of agreements as scopes: what each holds, and what stands over it."""

import pytest

from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import BillingAccount, ManagementGroup, Subscription
from costplane.catalog.scopes import Hierarchy, ScopeSelection
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound

ACCOUNTS = "/providers/Microsoft.Billing/billingAccounts"
MCA = "d3a0:bb_2019-05-31"

ESTATE = Hierarchy(
    billing_accounts=(
        BillingAccount("100001", "Contoso", "EnterpriseAgreement", "USD"),
        BillingAccount(MCA, "Fabrikam", "MicrosoftCustomerAgreement", "EUR"),
        BillingAccount("payg", "Card", "MicrosoftOnlineServicesProgram", "USD"),
    ),
    management_groups=(ManagementGroup("demo", "Demo"),),
    subscriptions=(
        Subscription("s1", "One", billing_account_id="100001", enrollment_account_id="E1"),
        Subscription("s2", "Two", "Azure", "100001", "demo", enrollment_account_id="E2"),
        Subscription("s3", "Three", billing_account_id=MCA, invoice_section_id="IS1"),
        Subscription("s4", "Four", "Azure", MCA, "demo", customer_id="CU1"),
        Subscription("s5", "Five", billing_account_id="payg"),
        # The same ids in an account that does not have them mean nothing.
        Subscription("s6", "Six", billing_account_id="payg", invoice_section_id="IS1"),
    ),
    departments=(Department("100001", "D1", "Research"),),
    enrollment_accounts=(
        EnrollmentAccount("100001", "E1", "Ann", "D1"),
        EnrollmentAccount("100001", "E2", "Bob"),
    ),
    billing_profiles=(BillingProfile(MCA, "BP1", "Europe", "EUR"),),
    invoice_sections=(InvoiceSection(MCA, "IS1", "Search", "BP1"),),
    customers=(Customer(MCA, "CU1", "Woodgrove", "BP1"),),
)


@pytest.mark.parametrize(
    ("below", "subscriptions"),
    [
        ("100001", {"s1", "s2"}),
        ("100001/departments/d1", {"s1"}),
        ("100001/enrollmentAccounts/E1", {"s1"}),
        ("100001/enrollmentAccounts/E2", {"s2"}),
        (MCA, {"s3", "s4"}),
        (f"{MCA}/billingProfiles/BP1", {"s3", "s4"}),
        (f"{MCA}/billingProfiles/bp1/invoiceSections/IS1", {"s3"}),
        (f"{MCA}/invoiceSections/is1", {"s3"}),
        (f"{MCA}/customers/CU1", {"s4"}),
        ("payg", {"s5", "s6"}),
    ],
)
def test_a_level_holds_its_subscriptions(below: str, subscriptions: set[str]) -> None:
    selection = ESTATE.select(parse_scope(f"{ACCOUNTS}/{below}"))
    assert selection == ScopeSelection(frozenset(subscriptions))


@pytest.mark.parametrize(
    "below",
    ["100001/departments/d2", "100001/customers/CU1", "payg/invoiceSections/IS1", f"{MCA}/x"],
)
def test_levels_of_other_accounts_are_not_found(below: str) -> None:
    with pytest.raises((NotFound, InvalidInput)):
        ESTATE.select(parse_scope(f"{ACCOUNTS}/{below}"))


def test_nodes_lead_up_to_the_account() -> None:
    nodes = {node.id: node for node in ESTATE.nodes()}
    account = f"/providers/microsoft.billing/billingaccounts/{MCA}"
    section = nodes[f"{account}/billingprofiles/bp1/invoicesections/is1"]
    assert (section.kind, section.name) == ("InvoiceSection", "Search")
    assert section.parents == (f"{account}/billingprofiles/bp1",)
    assert nodes["/subscriptions/s3"].parents == (section.id,)
    assert nodes[f"{account}/billingprofiles/bp1"].parents == (account,)
    enrolled = "/providers/microsoft.billing/billingaccounts/100001/enrollmentaccounts/e1"
    assert nodes["/subscriptions/s1"].parents == (enrolled,)
    assert nodes[enrolled].parents == (
        "/providers/microsoft.billing/billingaccounts/100001/departments/d1",
    )
    assert nodes["/subscriptions/s4"].parents == (
        f"{account}/customers/cu1",
        "/providers/microsoft.management/managementgroups/demo",
    )
    assert all(parent in nodes for node in nodes.values() for parent in node.parents)


def test_ids_are_segments_and_names_are_not_blank() -> None:
    with pytest.raises(InvalidInput, match="path of its scope"):
        Department("100001", "a/b", "Research")
    with pytest.raises(InvalidInput, match=r"BillingProfile\.currency"):
        BillingProfile(MCA, "BP1", "Europe", " ")
