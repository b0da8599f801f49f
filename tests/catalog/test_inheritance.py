"""Whose tags count: a setting of the nearest scope, else the installation's."""

from __future__ import annotations

import pytest

from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.inheritance import TagInheritance
from costplane.catalog.model import BillingAccount, Subscription
from costplane.catalog.scopes import Hierarchy

SUBSCRIPTION = "/subscriptions/s1"
GROUP = f"{SUBSCRIPTION}/resourcegroups/rg"
RESOURCE = f"{GROUP}/providers/microsoft.x/y/z"
ACCOUNT = "/providers/microsoft.billing/billingaccounts/a1"
PROFILE = f"{ACCOUNT}/billingprofiles/p1"
HIERARCHY = Hierarchy(
    billing_accounts=(BillingAccount("a1", "A", "MicrosoftCustomerAgreement", "USD"),),
    billing_profiles=(BillingProfile("a1", "p1", "P", "USD"),),
    invoice_sections=(InvoiceSection("a1", "i1", "I", "p1"),),
    subscriptions=(
        Subscription("s1", "One", billing_account_id="a1", invoice_section_id="i1"),
        Subscription("s12", "Other"),
    ),
)
NEAREST_FIRST = (RESOURCE, GROUP, SUBSCRIPTION)
CONTAINERS_FIRST = (GROUP, SUBSCRIPTION, RESOURCE)


@pytest.mark.parametrize(
    ("preferring", "everywhere", "sources"),
    [
        ({}, True, NEAREST_FIRST),
        ({}, False, (RESOURCE,)),
        ({SUBSCRIPTION: False}, False, NEAREST_FIRST),
        ({SUBSCRIPTION: True}, False, CONTAINERS_FIRST),
        ({PROFILE: True}, True, CONTAINERS_FIRST),
        ({ACCOUNT: True}, True, CONTAINERS_FIRST),
        ({ACCOUNT: True, PROFILE: False}, True, NEAREST_FIRST),
        ({PROFILE: True, SUBSCRIPTION: False}, True, NEAREST_FIRST),
        ({"/subscriptions/s12": True, f"{ACCOUNT}2": True}, False, (RESOURCE,)),
    ],
)
def test_the_nearest_setting_counts(
    preferring: dict[str, bool], everywhere: bool, sources: tuple[str, ...]
) -> None:
    assert TagInheritance(everywhere, preferring, HIERARCHY).sources(RESOURCE) == sources


def test_a_subscription_that_nobody_placed() -> None:
    other = RESOURCE.replace("s1", "s3")
    inheritance = TagInheritance(everywhere=False, preferring={ACCOUNT: True}, hierarchy=HIERARCHY)
    assert inheritance.sources(other) == (other,)


def test_outside_azure_there_is_one_scope() -> None:
    project = "/providers/microsoft.costmanagement/externalsubscriptions/p1"
    inheritance = TagInheritance(everywhere=True, preferring={project: True}, hierarchy=HIERARCHY)
    assert inheritance.sources(project) == (project,)
