"""`reservationTransactions`: what was paid for reservations, by billing account or profile.

As Azure's it answers for the whole billing months of the days that are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from starlette.responses import Response

from costplane.app.access.visible import check_known
from costplane.app.consumption.reservation_transactions import ReservationTransaction
from costplane.catalog.reservations import PROVISIONED_SKUS
from costplane.core.period import DAY, Period, month_start, next_month
from costplane.errors import InvalidInput
from costplane.http.azure.billing.ids import invoice_id, profile_id, section_id
from costplane.http.azure.protocol.conditions import conditions
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    PROFILE,
    READ_BILLING,
    Call,
    Operation,
)
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import resource, resource_id

TYPE = "Microsoft.Consumption/reservationTransactions"


def transactions(call: Call) -> Response:
    """GET: the payments of a billing account or profile."""
    _check_markup(call)
    workspace = call.services.workspace
    check_known(workspace.catalog, call.scope, call.visible)
    asked = conditions(call, days=("eventdate",)).period
    months = asked and Period(month_start(asked.start), next_month(asked.end - DAY))
    found = workspace.consumption.transactions.of(call.scope, months)
    if call.scope.kind == "BillingProfile":
        return paged(call, [_modern(call, one) for one in found])
    lots = workspace.prepayment.store.lots(call.scope.part("account"))
    prepaid = {lot.currency for lot in lots}
    return paged(call, [_legacy(call, one, prepaid=one.currency in prepaid) for one in found])


def _legacy(call: Call, one: ReservationTransaction, *, prepaid: bool) -> dict[str, object]:
    account = call.scope.part("account")
    # Prepayment pays days, not charges: what it paid of one of them nobody can tell.
    paid = {"monetaryCommitment": None, "overage": None}
    by_invoice = {"monetaryCommitment": Decimal(0), "overage": one.amount}
    properties = _common(one) | {
        "purchasingEnrollment": account,
        "currentEnrollment": account,
        "accountName": one.enrollment_account,
        "accountOwnerEmail": None,
        "departmentName": one.department,
        "costCenter": "",
        "billingMonth": int(f"{one.month:%Y%m%d}"),
        **(paid if prepaid else by_invoice),
    }
    return _envelope(call, one, properties) | {"tags": []}


def _modern(call: Call, one: ReservationTransaction) -> dict[str, object]:
    account, profile = call.scope.part("account"), call.scope.part("name")
    properties = _common(one) | {
        "billingProfileId": profile_id(account, profile),
        "billingProfileName": one.profile_name,
        "invoice": one.invoice,
        "invoiceId": invoice_id(account, profile, one.invoice),
        "invoiceSectionId": one.section and section_id(account, profile, one.section),
        "invoiceSectionName": one.section_name,
    }
    return _envelope(call, one, properties)


def _common(one: ReservationTransaction) -> dict[str, object]:
    known = one.reservation
    return {
        "eventDate": one.day,
        "reservationOrderId": one.benefit.rpartition("/reservations/")[0].rpartition("/")[2],
        "reservationOrderName": one.name,
        "description": one.description,
        "eventType": "Refund" if one.amount < 0 else "Purchase",
        "quantity": known and Decimal(known.units),
        "amount": one.amount,
        "currency": one.currency,
        "armSkuName": known and PROVISIONED_SKUS[known.deployment_scope],
        "term": known and known.term,
        "region": known.region if known else one.region,
        "purchasingSubscriptionGuid": one.subscription,
        "purchasingSubscriptionName": one.subscription_name,
        "billingFrequency": "OneTime" if one.frequency == "One-Time" else one.frequency,
    }


def _envelope(
    call: Call, one: ReservationTransaction, properties: Mapping[str, object]
) -> dict[str, object]:
    name = f"{one.benefit.rpartition('/')[2]}_{one.day:%Y%m%d%H%M%S}_{one.month:%Y%m}"
    return resource(resource_id(call, TYPE, name), TYPE, properties)


def _check_markup(call: Call) -> None:
    """Parameters for partners: taken, and without effect, since no caller is one here."""
    flag, rate = call.options.get("usemarkupifpartner"), call.options.get("previewmarkuppercentage")
    if flag is not None and flag.lower() not in ("true", "false"):
        raise InvalidInput(
            f"useMarkupIfPartner is '{flag[:20]}'; write true or false", target="useMarkupIfPartner"
        )
    try:
        known = rate is None or Decimal(rate).is_finite()
    except ArithmeticError:
        known = False
    if not known:
        raise InvalidInput(
            f"previewMarkupPercentage is '{(rate or '')[:20]}'; write a number",
            target="previewMarkupPercentage",
        )


_GET = ("GET", CONSUMPTION, "reservationTransactions", READ_BILLING, transactions)

OPERATIONS: tuple[Operation, ...] = (
    Operation("reservation_transactions.list", *_GET, ACCOUNT),
    Operation("reservation_transactions.list_by_billing_profile", *_GET, PROFILE),
)
