"""Scope ids: no regard to case, exact segments, hostile text refused (contract.md section 0)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.catalog.model import ResourceGroup, Subscription
from costplane.catalog.scopes import Hierarchy
from costplane.core.scope import parse_scope
from costplane.errors import InvalidScope

BILLING = "/providers/Microsoft.Billing/billingAccounts/100001"
EXTERNAL = "/providers/Microsoft.CostManagement"
FORMS = {
    "/": "All",
    "/subscriptions/S1": "Subscription",
    "/subscriptions/S1/resourceGroups/RG-a": "ResourceGroup",
    "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.X/accounts/A": "Resource",
    "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.X/accounts/A/b/C": "Resource",
    "/providers/Microsoft.Management/managementGroups/demo": "ManagementGroup",
    BILLING: "BillingAccount",
    BILLING + "/departments/100002": "Department",
    BILLING + "/enrollmentAccounts/100003": "EnrollmentAccount",
    BILLING + "/billingProfiles/BP": "BillingProfile",
    BILLING + "/billingProfiles/BP/invoiceSections/IS": "InvoiceSection",
    BILLING + "/invoiceSections/IS": "InvoiceSection",
    BILLING + "/customers/CU": "Customer",
    EXTERNAL + "/externalBillingAccounts/openai-demo": "ExternalBillingAccount",
    EXTERNAL + "/externalSubscriptions/proj-demo": "ExternalSubscription",
}


@pytest.mark.parametrize(("text", "kind"), FORMS.items())
def test_every_form_is_known_in_any_case(text: str, kind: str) -> None:
    scope = parse_scope(text)
    assert scope.kind == kind
    assert scope.id == text.lower()
    assert parse_scope(text.upper()) == scope
    assert parse_scope(f" {text.strip('/')}/ ") == scope


def test_segments_are_named() -> None:
    group = parse_scope("/Subscriptions/S1/ResourceGroups/RG-A")
    assert (group.part("subscription"), group.part("group")) == ("s1", "rg-a")
    section = parse_scope(BILLING + "/billingProfiles/BP/invoiceSections/IS")
    assert dict(section.parts) == {"account": "100001", "profile": "bp", "name": "is"}
    with pytest.raises(KeyError):
        parse_scope("/").part("subscription")


@pytest.mark.parametrize(
    "text",
    [
        "subscriptions",
        "/subscriptions//resourceGroups/x",
        "/subscriptions/s/resourceGroups",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.X",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/accounts",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/accounts/a/b",
        "/providers/Microsoft.Billing/billingAccounts/1/plans/2",
        "/subscriptions/" + "x" * 2_000,
        "' OR 1=1 --",
        "../../etc/passwd",
    ],
)
def test_anything_else_is_refused_with_the_fix(text: str) -> None:
    with pytest.raises(InvalidScope, match="write for example") as refused:
        parse_scope(text)
    assert refused.value.target == "scope"
    assert len(refused.value.message) < 500


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    try:
        scope = parse_scope(text)
    except InvalidScope:
        return
    assert parse_scope(scope.id) == scope


@given(st.text(min_size=1, max_size=30).filter(lambda t: "/" not in t and t.strip()))
def test_hostile_names_stay_one_segment(name: str) -> None:
    scope = parse_scope(f"/subscriptions/{name}/resourceGroups/g")
    assert (scope.kind, scope.part("subscription")) == ("ResourceGroup", name.lower())


def test_containment_is_exact() -> None:
    known = Hierarchy(subscriptions=(Subscription("s", "S"), Subscription("s2", "S2")))
    chosen = known.select(parse_scope("/subscriptions/S"))
    assert chosen.subscriptions == frozenset("s")
    assert (
        known.select(parse_scope("/subscriptions/s/resourceGroups/rg-a")).resource_group == "rg-a"
    )
    assert ResourceGroup("s", "RG-A").id != ResourceGroup("s", "rg-ab").id
