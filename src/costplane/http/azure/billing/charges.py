"""`charges`: what a billing scope was charged, by billing period (contract.md section 12).

Without days, and without a billing period in the path, it is the current one. Rows are "modern"
for a Microsoft Customer Agreement, "legacy" for any other, as in Azure.
"""

from __future__ import annotations

import re

from starlette.responses import Response

from costplane.app.consumption.charge_summaries import ChargeSummary, Part
from costplane.catalog.model import BillingAccount
from costplane.core.scope import Scope, ScopeKind
from costplane.errors import InvalidInput
from costplane.http.answers import json_answer
from costplane.http.azure.billing.ids import (
    account_id,
    customer_id,
    period_id,
    profile_id,
    section_id,
)
from costplane.http.azure.protocol.conditions import asked_span
from costplane.http.azure.protocol.operation import CONSUMPTION, READ, Call, Operation
from costplane.http.azure.protocol.shapes import amount, resource, resource_id

TYPE = "Microsoft.Consumption/charges"
_SCOPES: frozenset[ScopeKind] = frozenset(
    (
        *("BillingAccount", "Department", "EnrollmentAccount", "BillingProfile", "InvoiceSection"),
        *("Customer", "ExternalBillingAccount", "Subscription", "ExternalSubscription"),
        "ResourceGroup",
    )
)
_PARTS: dict[str, Part] = {
    "billingprofileid": "profile",
    "invoicesectionid": "section",
    "customerid": "customer",
}
_GROUP_BY = re.compile(r"\s*groupby\s*\(\s*\((?P<names>[^()]*)\)\s*\)\s*", re.IGNORECASE)


def list_charges(call: Call) -> Response:
    """GET: the summaries of a scope."""
    workspace, by = call.services.workspace, _grouping(call.options.get("$apply"))
    found = workspace.consumption.charges.of(call.scope, asked_span(call), by, call.visible)
    account = _account(call)
    modern = account is not None and account.agreement_type == "MicrosoftCustomerAgreement"
    shape = _modern if modern else _legacy
    return json_answer({"value": [shape(call, account, summary) for summary in found]})


def _grouping(text: str | None) -> list[Part]:
    if not text:
        return []
    match = _GROUP_BY.fullmatch(text)
    names = [name.strip().lower() for name in match["names"].split(",")] if match else [""]
    parts = [_PARTS.get(name.removeprefix("properties/")) for name in names]
    if None in parts or len(set(parts)) < len(parts):
        raise InvalidInput(
            f"$apply is not understood: '{text[:80]}'; write groupby((properties/<name>)) with "
            "billingProfileId, invoiceSectionId or customerId",
            target="$apply",
        )
    return [part for part in parts if part]


def _account(call: Call) -> BillingAccount | None:
    """The billing account over the scope."""
    parts, hierarchy = dict(call.scope.parts), call.services.workspace.catalog.hierarchy()
    named = parts.get("account")
    if named is None:
        subscription = parts.get("subscription", parts.get("name"))
        own = [s for s in hierarchy.subscriptions if s.id == subscription]
        named = own[0].billing_account_id if own else parts.get("name")
    found = (one for one in hierarchy.billing_accounts if one.id == named)
    return next(found, None)


def _legacy(
    call: Call,
    account: BillingAccount | None,  # noqa: ARG001 - as for modern ones
    summary: ChargeSummary,
) -> dict[str, object]:
    name = _name(summary)
    properties = {
        **_days(call, summary),
        "azureCharges": summary.azure,
        "chargesBilledSeparately": summary.separate,
        "azureMarketplaceCharges": summary.marketplace,
        "currency": summary.currency,
    }
    return resource(resource_id(call, TYPE, name), TYPE, properties, kind="legacy")


def _modern(
    call: Call, account: BillingAccount | None, summary: ChargeSummary
) -> dict[str, object]:
    name, own = _name(summary), account.id if account else ""
    properties = {
        "isInvoiced": summary.invoiced,
        **_days(call, summary),
        "azureCharges": amount(summary.azure, summary.currency),
        "chargesBilledSeparately": amount(summary.separate, summary.currency),
        "marketplaceCharges": amount(summary.marketplace, summary.currency),
        "billingAccountId": account_id(own),
        **_parts(call, own, summary),
    }
    return resource(resource_id(call, TYPE, name), TYPE, properties, kind="modern")


def _days(call: Call, summary: ChargeSummary) -> dict[str, object]:
    return {
        "billingPeriodId": period_id(call.address, summary.month),
        "usageStart": f"{summary.usage_start:%Y-%m-%d}",
        "usageEnd": f"{summary.usage_end:%Y-%m-%d}",
    }


def _parts(call: Call, account: str, summary: ChargeSummary) -> dict[str, object]:
    """The parts of the agreement that the scope is, or that were asked for."""
    profile, section, customer, subscription = _named(call, call.scope, account)
    profile, section = summary.profile or profile, summary.section or section
    customer = summary.customer or customer
    return {
        "billingProfileId": profile_id(account, profile) if profile else None,
        "invoiceSectionId": section_id(account, profile, section) if section else None,
        "customerId": customer_id(account, customer) if customer else None,
        "subscriptionId": subscription,
    }


def _named(
    call: Call, scope: Scope, account: str
) -> tuple[str | None, str | None, str | None, str | None]:
    """Profile, section, customer and subscription that the scope itself names."""
    parts = dict(scope.parts)
    if scope.kind == "BillingProfile":
        return parts["name"], None, None, None
    if scope.kind == "InvoiceSection":
        sections = call.services.workspace.catalog.hierarchy().invoice_sections
        own = (s for s in sections if (s.billing_account_id, s.id) == (account, parts["name"]))
        return next(own).billing_profile_id, parts["name"], None, None
    if scope.kind == "Customer":
        return None, None, parts["name"], None
    return None, None, None, parts.get("subscription")


def _name(summary: ChargeSummary) -> str:
    """Tells the summaries of an answer apart."""
    parts = (summary.profile, summary.section, summary.customer)
    told = [f"{summary.month:%Y%m}", summary.currency, *(part for part in parts if part)]
    return "-".join(told).lower()


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        *("charges.list", "GET", CONSUMPTION, "charges", READ, list_charges),
        scopes=_SCOPES,
        billing_period="optional",
    ),
)
