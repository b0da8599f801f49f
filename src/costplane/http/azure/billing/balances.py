"""`balances`: the prepayment statement of a month of an Enterprise Agreement."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from costplane.app.access.visible import check_known
from costplane.billing.balances import Balance, Detail
from costplane.catalog.model import BillingAccount
from costplane.core.period import month_start
from costplane.errors import InvalidInput, NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.billing.ids import period_id
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    READ_BILLING,
    Call,
    Operation,
)
from costplane.http.azure.protocol.shapes import resource

TYPE = "Microsoft.Consumption/balances"


def balance(call: Call) -> Response:
    """GET: the statement of the billing period in the path, or of the current one."""
    workspace = call.services.workspace
    now, account = workspace.now(), _account(call)
    month = call.billing_period.start if call.billing_period else month_start(now)
    if month > now:
        raise NotFound(f"the billing period {month:%Y%m} has not begun", target="billingPeriodName")
    found = workspace.prepayment.balance(account.id, account.currency, month, now)
    id_ = f"{period_id(call.address, month)}/providers/{TYPE}/{month:%Y%m}"
    return json_answer(resource(id_, TYPE, _properties(found)))


def _account(call: Call) -> BillingAccount:
    """The account, if it is billed as one. Raises NotFound or InvalidInput."""
    catalog = call.services.workspace.catalog
    check_known(catalog, call.scope, call.visible)
    accounts = catalog.hierarchy().billing_accounts
    found = next(one for one in accounts if one.id == call.scope.part("account"))
    if found.agreement_type == "MicrosoftCustomerAgreement":
        raise InvalidInput(
            "A Microsoft Customer Agreement has no balance of its own; ask for "
            ".../billingProfiles/<name>/providers/Microsoft.Consumption/credits/balanceSummary",
            target="billingAccountId",
        )
    return found


def _properties(found: Balance) -> dict[str, object]:
    return {
        "currency": found.currency,
        "beginningBalance": found.beginning_balance,
        "endingBalance": found.ending_balance,
        "newPurchases": found.new_purchases,
        "adjustments": found.adjustments,
        "utilized": found.utilized,
        "serviceOverage": found.service_overage,
        "chargesBilledSeparately": found.charges_billed_separately,
        "totalOverage": found.total_overage,
        "totalUsage": found.total_usage,
        "azureMarketplaceServiceCharges": found.azure_marketplace_service_charges,
        "billingFrequency": "Month",
        "priceHidden": False,
        "overageRefund": 0,
        "newPurchasesDetails": _details(found.new_purchases_details),
        "adjustmentDetails": _details(found.adjustment_details),
    }


def _details(found: Sequence[Detail]) -> list[dict[str, object]]:
    return [{"name": detail.name, "value": detail.value} for detail in found]


_GET = ("GET", CONSUMPTION, "balances", READ_BILLING, balance, ACCOUNT)

OPERATIONS: tuple[Operation, ...] = (
    Operation("balances.get_by_billing_account", *_GET),
    Operation(
        "balances.get_for_billing_period_by_billing_account", *_GET, billing_period="required"
    ),
)
