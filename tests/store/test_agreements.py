"""Levels of agreements in the control plane: put, read, refused."""

from dataclasses import replace

import pytest

from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import BillingAccount, Subscription
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput
from costplane.store.control_plane import ControlPlane

EA = BillingAccount("100001", "Contoso", "EnterpriseAgreement", "USD")
MCA = BillingAccount("d3:b_2019", "Fabrikam", "MicrosoftCustomerAgreement", "EUR")
PROFILE = BillingProfile(MCA.id, "BP1", "Europe", "EUR")
SECTION = InvoiceSection(MCA.id, "IS1", "Search", "BP1")


def put_everything(control: ControlPlane) -> None:
    control.catalog.put_billing_account(EA, MCA)
    control.catalog.put_department(Department(EA.id, "D1", "Research"))
    control.catalog.put_enrollment_account(EnrollmentAccount(EA.id, "E1", "Ann", "D1"))
    control.catalog.put_billing_profile(PROFILE)
    control.catalog.put_invoice_section(SECTION)
    control.catalog.put_customer(Customer(MCA.id, "CU1", "Woodgrove", "BP1"))
    control.catalog.put_subscription(
        Subscription("s1", "One", billing_account_id=EA.id, enrollment_account_id="E1"),
        Subscription("s2", "Two", billing_account_id=MCA.id, invoice_section_id="IS1"),
    )


def test_what_was_put_is_read(control: ControlPlane) -> None:
    put_everything(control)
    put_everything(control)
    found = control.catalog.hierarchy()
    assert found.billing_profiles == (PROFILE,)
    assert found.invoice_sections == (SECTION,)
    assert [part.name for part in found.agreement_parts] == [
        "Research",
        "Ann",
        "Europe",
        "Search",
        "Woodgrove",
    ]
    scope = parse_scope(f"/providers/Microsoft.Billing/billingAccounts/{MCA.id}/customers/CU1")
    assert control.catalog.select(scope).subscriptions == frozenset()
    department = "/providers/Microsoft.Billing/billingAccounts/100001/departments/D1"
    assert control.catalog.select(parse_scope(department)).subscriptions == frozenset({"s1"})


def test_a_level_can_be_replaced(control: ControlPlane) -> None:
    put_everything(control)
    control.catalog.put_billing_profile(replace(PROFILE, name="World"))
    assert [p.name for p in control.catalog.hierarchy().billing_profiles] == ["World"]


def test_levels_need_their_kind_of_agreement(control: ControlPlane) -> None:
    put_everything(control)
    with pytest.raises(InvalidInput, match="'100001' is EnterpriseAgreement"):
        control.catalog.put_billing_profile(BillingProfile(EA.id, "BP1", "Europe", "EUR"))
    with pytest.raises(InvalidInput, match="put the billing account first"):
        control.catalog.put_department(Department("2", "D1", "Research"))


def test_parents_must_be_there(control: ControlPlane) -> None:
    put_everything(control)
    with pytest.raises(InvalidInput, match="billing_profile_id 'bp2' is not in"):
        control.catalog.put_invoice_section(InvoiceSection(MCA.id, "IS2", "Search", "BP2"))
    with pytest.raises(InvalidInput, match=r"invoice_section_id 'is1' is not in .* '100001'"):
        control.catalog.put_subscription(
            Subscription("s3", "Three", billing_account_id=EA.id, invoice_section_id="IS1")
        )
