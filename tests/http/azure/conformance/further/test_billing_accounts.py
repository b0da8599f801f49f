"""Billing accounts and their levels by azure-mgmt-billing, against SQL on the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.core.rest import HttpRequest

from tests.http.azure.conformance.estate import EA, ENTERPRISE, MCA, PROFILE, RESEARCH, SECTION
from tests.http.azure.conformance.further.conftest import Catalog
from tests.http.azure.conformance.registry import case

ACCOUNTS = "/providers/Microsoft.Billing/billingAccounts"
CUSTOMER, DEPARTMENT, ENROLLED = "demo-cu1", "100002", "100003"


def named(items: Iterable[Any]) -> list[tuple[str, str]]:
    """Name and displayed name of each."""
    return sorted((item.name, item.properties.display_name) for item in items)


@case("billing.billing_accounts.list", "billing.billing_accounts.get")
def test_accounts(billing: Any, catalog: Catalog) -> None:
    found = {item.name: item for item in billing.billing_accounts.list(top=1)}
    told = catalog(
        "SELECT id, name, agreement_type FROM billing_account WHERE agreement_type <> 'External'"
    )
    assert {
        (name, item.properties.display_name, item.properties.agreement_type)
        for name, item in found.items()
    } == set(told)
    for name, item in found.items():
        assert billing.billing_accounts.get(name.upper()).as_dict() == item.as_dict()
        assert item.id == f"{ACCOUNTS}/{name}"
    assert found[EA].properties.enrollment_details.currency == "USD"
    with pytest.raises(ResourceNotFoundError):
        billing.billing_accounts.get("openai-demo")


@case("billing.billing_profiles.list_by_billing_account", "billing.billing_profiles.get")
def test_profiles(billing: Any, catalog: Catalog) -> None:
    found = list(billing.billing_profiles.list_by_billing_account(MCA))
    told = catalog(
        "SELECT id, name, currency FROM billing_profile WHERE billing_account_id = ?", MCA
    )
    assert [
        (item.name, item.properties.display_name, item.properties.currency) for item in found
    ] == told
    assert billing.billing_profiles.get(MCA, PROFILE).as_dict() == found[0].as_dict()
    assert list(billing.billing_profiles.list_by_billing_account(EA)) == []


@case("billing.invoice_sections.list_by_billing_profile", "billing.invoice_sections.get")
def test_invoice_sections(billing: Any, catalog: Catalog) -> None:
    sections = billing.invoice_sections
    found = list(sections.list_by_billing_profile(MCA, PROFILE))
    told = catalog("SELECT id, name FROM invoice_section WHERE billing_account_id = ?", MCA)
    assert named(found) == told
    assert sections.get(MCA, PROFILE, SECTION).as_dict() == found[0].as_dict()
    assert found[0].id.endswith(f"/billingProfiles/{PROFILE.lower()}/invoiceSections/demo-is1")


@case(
    "billing.customers.list_by_billing_account",
    "billing.customers.list_by_billing_profile",
    "billing.customers.get",
    "billing.customers.get_by_billing_account",
)
def test_customers(billing: Any, catalog: Catalog) -> None:
    customers = billing.customers
    found = list(customers.list_by_billing_account(MCA))
    told = catalog("SELECT id, name FROM customer WHERE billing_account_id = ?", MCA)
    assert named(found) == told
    assert named(customers.list_by_billing_profile(MCA, PROFILE)) == told
    assert found[0].properties.billing_profile_display_name == "Demo Europe"
    for one in (
        customers.get(MCA, PROFILE, CUSTOMER),
        customers.get_by_billing_account(MCA, CUSTOMER),
    ):
        assert one.as_dict() == found[0].as_dict()
    with pytest.raises(ResourceNotFoundError):
        customers.get(MCA, "another", CUSTOMER)


@case(
    "billing.departments.list_by_billing_account",
    "billing.departments.get",
    "billing.enrollment_accounts.list_by_billing_account",
    "billing.enrollment_accounts.list_by_department",
    "billing.enrollment_accounts.get",
    "billing.enrollment_accounts.get_by_department",
)
def test_departments_and_enrollment_accounts(billing: Any, catalog: Catalog) -> None:
    departments, enrolled = billing.departments, billing.enrollment_accounts
    found = list(departments.list_by_billing_account(EA))
    assert named(found) == catalog("SELECT id, name FROM department")
    assert departments.get(EA, DEPARTMENT).as_dict() == found[0].as_dict()
    (one,) = enrolled.list_by_billing_account(EA)
    told = catalog("SELECT id, name, department_id FROM enrollment_account")
    assert told == [(one.name, one.properties.display_name, one.properties.department_id)]
    assert one.properties.department_display_name == "Product"
    for same in (
        *enrolled.list_by_department(EA, DEPARTMENT),
        enrolled.get(EA, ENROLLED),
        enrolled.get_by_department(EA, DEPARTMENT, ENROLLED),
    ):
        assert same.as_dict() == one.as_dict()
    with pytest.raises(ResourceNotFoundError):
        list(enrolled.list_by_department(EA, "none"))


@case(
    "billing.billing_subscriptions.list_by_billing_account",
    "billing.billing_subscriptions.list_by_billing_profile",
    "billing.billing_subscriptions.list_by_invoice_section",
    "billing.billing_subscriptions.list_by_customer_at_billing_account",
    "billing.billing_subscriptions.list_by_enrollment_account",
    "billing.billing_subscriptions.get",
)
def test_subscriptions_of_each_level(billing: Any, catalog: Catalog) -> None:
    group = billing.billing_subscriptions
    told: dict[str, str] = dict(catalog("SELECT id, name FROM subscription"))
    for found, wanted in (
        (group.list_by_billing_account(EA), ENTERPRISE),
        (group.list_by_enrollment_account(EA, ENROLLED), ENTERPRISE),
        (group.list_by_billing_account(MCA), RESEARCH),
        (group.list_by_billing_profile(MCA, PROFILE), RESEARCH),
        (group.list_by_invoice_section(MCA, PROFILE, SECTION), RESEARCH),
        (group.list_by_customer_at_billing_account(MCA, CUSTOMER), RESEARCH),
    ):
        items = list(found)
        assert named(items) == [(wanted, told[wanted])]
    shown = group.get(MCA, RESEARCH).properties
    assert shown.as_dict() == items[0].properties.as_dict()
    assert (shown.billing_profile_display_name, shown.invoice_section_display_name) == (
        "Demo Europe",
        "Research",
    )
    with pytest.raises(ResourceNotFoundError):
        group.get(EA, RESEARCH)


def test_pages_are_counted_and_skipped(billing: Any) -> None:
    def asked(options: str) -> Any:
        path = f"{ACCOUNTS}?api-version=2024-04-01&{options}"
        return billing.send_request(HttpRequest("GET", path))

    whole = asked("count=true").json()
    assert whole["totalCount"] == len(whole["value"]) == 2
    first = asked("top=1&count=true").json()
    assert (first["value"], first["totalCount"]) == (whole["value"][:1], 2)
    following = billing.send_request(HttpRequest("GET", first["nextLink"])).json()
    assert (following["value"], following["nextLink"]) == (whole["value"][1:], None)
    assert asked("skip=1").json()["value"] == whole["value"][1:]
    for wrong in ("skip=-1", "filter=x", "orderBy=name", "search=demo", "top=0"):
        assert asked(wrong).status_code == 400
