"""Billing accounts and what stands in them, in the shape of Azure's Billing API
(azure-mgmt-billing): billing profiles, invoice sections, customers, departments, enrollment
accounts and the subscriptions that are billed there.

What is answered is the catalog's agreements. Accounts at providers outside Azure are no part of
Azure's Billing API and are not listed; their costs have scopes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

from starlette.responses import Response

from costplane.catalog.agreement import AgreementPart, Customer, InvoiceSection
from costplane.catalog.billing_place import BillingPlace
from costplane.catalog.model import AgreementType, BillingAccount, Subscription
from costplane.catalog.scopes import Hierarchy
from costplane.core.scope import parse_scope
from costplane.errors import NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.billing.lists import billing_list
from costplane.http.azure.protocol.operation import READ_BILLING, TENANT, Call, Operation
from costplane.http.azure.protocol.shapes import resource

BILLING = "Microsoft.Billing"

_TYPES: dict[AgreementType, str] = {
    "EnterpriseAgreement": "Enterprise",
    "MicrosoftCustomerAgreement": "Business",
    "MicrosoftOnlineServicesProgram": "Individual",
}
"""Azure's accountType by agreement."""

P = TypeVar("P", bound=AgreementPart)
Q = TypeVar("Q", InvoiceSection, Customer)

Item = dict[str, object]
Items = Callable[[Call, Hierarchy], Iterable[Item]]


def _accounts(call: Call, known: Hierarchy) -> Iterator[Item]:
    """The accounts at which the caller reads billing."""
    for account in known.billing_accounts:
        scope = parse_scope(account.scope_id)
        if account.agreement_type in _TYPES and call.principal.holds("Billing Reader", scope):
            yield _account_item(account)


def _account_item(account: BillingAccount) -> Item:
    shown: dict[str, object] = {
        "displayName": account.name,
        "agreementType": account.agreement_type,
        "accountType": _TYPES[account.agreement_type],
        "accountStatus": "Active",
        "hasReadAccess": True,
    }
    if account.agreement_type == "EnterpriseAgreement":
        shown["enrollmentDetails"] = {"currency": account.currency}
    return resource(_id(account.id), f"{BILLING}/billingAccounts", shown)


def _profiles(call: Call, known: Hierarchy) -> Iterator[Item]:
    for profile in _of_account(call, known.billing_profiles):
        yield _part(
            profile, "billingProfiles", currency=profile.currency, status="Active", invoiceDay=1
        )


def _sections(call: Call, known: Hierarchy) -> Iterator[Item]:
    for section in _of_profile(call, known.invoice_sections):
        yield _part(section, "invoiceSections", state="Active")


def _customers(call: Call, known: Hierarchy) -> Iterator[Item]:
    names = {(p.billing_account_id, p.id): p.name for p in known.billing_profiles}
    for customer in _of_profile(call, known.customers):
        key = customer.billing_account_id, customer.billing_profile_id
        yield _part(
            customer,
            "customers",
            billingProfileId=_id(key[0], f"billingProfiles/{key[1]}"),
            billingProfileDisplayName=names.get(key),
            status="Active",
        )


def _departments(call: Call, known: Hierarchy) -> Iterator[Item]:
    for department in _of_account(call, known.departments):
        yield _part(department, "departments", id=department.id, status="Active")


def _enrollment_accounts(call: Call, known: Hierarchy) -> Iterator[Item]:
    names = {(d.billing_account_id, d.id): d.name for d in known.departments}
    wanted = call.names.get("departmentName", "").lower()
    for account in _of_account(call, known.enrollment_accounts):
        if wanted in ("", account.department_id):
            name = names.get((account.billing_account_id, account.department_id or ""))
            yield _part(
                account,
                "enrollmentAccounts",
                accountOwner=account.name,
                departmentId=account.department_id,
                departmentDisplayName=name,
                status="Active",
            )


def _subscriptions(call: Call, known: Hierarchy) -> Iterator[Item]:
    """Those that stand at the scope now; ids are unique in the account."""
    places = known.places()
    for subscription in known.subscriptions:
        place = places.of(subscription)
        if call.scope.id in place.scope_ids:
            yield _subscription_item(call.names["billingAccountName"].lower(), subscription, place)


def _subscription_item(account: str, subscription: Subscription, place: BillingPlace) -> Item:
    shown: dict[str, object] = {
        "subscriptionId": subscription.id,
        "displayName": subscription.name,
        "status": "Active",
    }
    levels: tuple[tuple[str, str, AgreementPart | None], ...] = (
        ("billingProfile", "billingProfiles", place.profile),
        ("invoiceSection", "invoiceSections", place.section),
        ("customer", "customers", place.customer),
        ("enrollmentAccount", "enrollmentAccounts", place.enrollment_account),
    )
    for word, kind, level in levels:
        if level is not None:
            shown[f"{word}Id"] = _part_id(level, kind)
            shown[f"{word}DisplayName"] = level.name
    path = _id(account, f"billingSubscriptions/{subscription.id}")
    return resource(path, f"{BILLING}/billingAccounts/billingSubscriptions", shown)


def _part(part: AgreementPart, kind: str, **more: object) -> Item:
    within = "/billingProfiles" if isinstance(part, InvoiceSection) else ""
    type_ = f"{BILLING}/billingAccounts{within}/{kind}"
    return resource(_part_id(part, kind), type_, {"displayName": part.name, **more})


def _part_id(part: AgreementPart, kind: str) -> str:
    """Its path; an invoice section stands in its profile."""
    inside = f"{kind}/{part.id}"
    if isinstance(part, InvoiceSection):
        inside = f"billingProfiles/{part.billing_profile_id}/{inside}"
    return _id(part.billing_account_id, inside)


def _id(account: str, inside: str = "") -> str:
    return f"/providers/{BILLING}/billingAccounts/{account}/{inside}".rstrip("/")


def _of_account(call: Call, parts: Iterable[P]) -> list[P]:
    account = call.names["billingAccountName"].lower()
    return [part for part in parts if part.billing_account_id == account]


def _of_profile(call: Call, parts: Iterable[Q]) -> list[Q]:
    """Those of the account, and of the profile if the path names one."""
    profile = call.names.get("billingProfileName", "").lower()
    found = _of_account(call, parts)
    return [part for part in found if profile in ("", part.billing_profile_id)]


def _every(items: Items, call: Call) -> Response:
    """GET: all of `items`."""
    return billing_list(call, list(items(call, _hierarchy(call))))


def _one(items: Items, name: str, call: Call) -> Response:
    """GET: the one of `items` that the path's `name` names."""
    wanted = call.names[name]
    for item in items(call, _hierarchy(call)):
        if str(item["name"]).lower() == wanted.lower():
            return json_answer(item)
    raise NotFound(f"there is no '{wanted[:80]}' at '{call.scope.id}'", target=name)


def _hierarchy(call: Call) -> Hierarchy:
    """The catalog's. Raises NotFound unless it has the call's scope."""
    catalog = call.services.workspace.catalog
    catalog.select(call.scope)
    return catalog.hierarchy()


_ACCOUNT = "billingAccounts/{billingAccountName}"
_PROFILE = f"{_ACCOUNT}/billingProfiles/{{billingProfileName}}"
_DEPARTMENT = f"{_ACCOUNT}/departments/{{departmentName}}"
_ENROLLED = f"{_ACCOUNT}/enrollmentAccounts/{{enrollmentAccountName}}"
_CUSTOMER = f"{_ACCOUNT}/customers/{{customerName}}"
_SECTION = f"{_PROFILE}/invoiceSections/{{invoiceSectionName}}"


def _lists() -> Iterator[tuple[str, str, str, Items]]:
    """Name, the place that is listed, what of it, and the items."""
    yield "billing_profiles.list_by_billing_account", _ACCOUNT, "billingProfiles", _profiles
    yield "invoice_sections.list_by_billing_profile", _PROFILE, "invoiceSections", _sections
    yield "customers.list_by_billing_account", _ACCOUNT, "customers", _customers
    yield "customers.list_by_billing_profile", _PROFILE, "customers", _customers
    yield "departments.list_by_billing_account", _ACCOUNT, "departments", _departments
    enrolled = "enrollmentAccounts"
    yield f"{_ENROLLMENT}.list_by_billing_account", _ACCOUNT, enrolled, _enrollment_accounts
    yield f"{_ENROLLMENT}.list_by_department", _DEPARTMENT, enrolled, _enrollment_accounts
    for level, place in (
        ("billing_account", _ACCOUNT),
        ("billing_profile", _PROFILE),
        ("invoice_section", _SECTION),
        ("customer_at_billing_account", _CUSTOMER),
        ("enrollment_account", _ENROLLED),
    ):
        name = f"billing_subscriptions.list_by_{level}"
        yield name, place, "billingSubscriptions", _subscriptions


_ENROLLMENT = "enrollment_accounts"
_GETS: tuple[tuple[str, str, str, str, Items], ...] = (
    # Name, path, scope, the part of the path that names it, and the items that it is one of.
    ("billing_accounts.get", _ACCOUNT, _ACCOUNT, "billingAccountName", _accounts),
    ("billing_profiles.get", _PROFILE, _PROFILE, "billingProfileName", _profiles),
    ("invoice_sections.get", _SECTION, _SECTION, "invoiceSectionName", _sections),
    ("customers.get_by_billing_account", _CUSTOMER, _CUSTOMER, "customerName", _customers),
    (
        "customers.get",
        f"{_PROFILE}/customers/{{customerName}}",
        _CUSTOMER,
        "customerName",
        _customers,
    ),
    ("departments.get", _DEPARTMENT, _DEPARTMENT, "departmentName", _departments),
    (
        f"{_ENROLLMENT}.get",
        _ENROLLED,
        _ENROLLED,
        "enrollmentAccountName",
        _enrollment_accounts,
    ),
    (
        f"{_ENROLLMENT}.get_by_department",
        f"{_DEPARTMENT}/enrollmentAccounts/{{enrollmentAccountName}}",
        _ENROLLED,
        "enrollmentAccountName",
        _enrollment_accounts,
    ),
    (
        "billing_subscriptions.get",
        f"{_ACCOUNT}/billingSubscriptions/{{billingSubscriptionName}}",
        _ACCOUNT,
        "billingSubscriptionName",
        _subscriptions,
    ),
)


def _within(place: str) -> str:
    return f"providers/{BILLING}/{place}"


def _rows() -> Iterator[Operation]:
    listing = partial(_every, _accounts)
    yield Operation(
        "billing_accounts.list", "GET", BILLING, "billingAccounts", READ_BILLING, listing, TENANT
    )
    for name, place, what, items in _lists():
        operate = partial(_every, items)
        path = f"{place}/{what}"
        yield Operation(name, "GET", BILLING, path, READ_BILLING, operate, within=_within(place))
    for name, path, place, part, items in _GETS:
        operate = partial(_one, items, part)
        yield Operation(name, "GET", BILLING, path, READ_BILLING, operate, within=_within(place))


OPERATIONS: tuple[Operation, ...] = tuple(_rows())
