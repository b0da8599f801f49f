"""`credits`, `lots` and `events`: what was paid or promised in advance, and what became of it.

A billing profile has credits; a billing account has those of its profiles, its own prepayment and
its consumption commitments (contract.md section 12).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from starlette.responses import Response

from costplane.app.access.visible import check_known
from costplane.app.consumption.credit_statements import CreditEvent, LotStatement
from costplane.core.scope import ScopeKind
from costplane.http.answers import json_answer
from costplane.http.azure.billing.ids import account_id, profile_id
from costplane.http.azure.protocol.conditions import Conditions, conditions
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    PROFILE,
    READ_BILLING,
    Call,
    Operation,
)
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import amount, etag_of, resource, resource_id

SUMMARY = "Microsoft.Consumption/credits/balanceSummary"
LOTS = "Microsoft.Consumption/lots"
EVENTS = "Microsoft.Consumption/events"
CUSTOMER: frozenset[ScopeKind] = frozenset({"Customer"})

_DESCRIPTIONS = {
    "NewCredit": "New credit added",
    "SettledCharges": "Settled charges of a UTC day",
    "PendingCharges": "Pending charges of a UTC day",
    "CreditExpired": "Credit expired",
}


def credit_summary(call: Call) -> Response:
    """GET: the credits of a billing profile."""
    workspace, currency = call.services.workspace, _currency(call)
    account, profile = call.scope.part("account"), call.scope.part("name")
    found = workspace.consumption.credits.summary(account, profile, currency, workspace.now())
    properties: dict[str, object] = {
        "creditCurrency": currency,
        "billingCurrency": currency,
        "balanceSummary": {
            "estimatedBalance": amount(found.estimated, currency),
            "currentBalance": amount(found.current, currency),
            "estimatedBalanceInBillingCurrency": _at_par(found.estimated, currency),
        },
        "pendingCreditAdjustments": amount(found.adjustments, currency),
        "expiredCredit": amount(found.expired, currency),
        "pendingEligibleCharges": amount(found.charges, currency),
        "reseller": None,
        "isEstimatedBalance": found.is_estimated,
    }
    id_ = f"/{call.address}/providers/{SUMMARY}"
    return json_answer(resource(id_, SUMMARY, properties, etag=etag_of(properties)))


def lots(call: Call) -> Response:
    """GET: the lots of an account, profile or customer."""
    asked = conditions(call, equal=("status", "source", "currency"))
    chosen = (lot for lot in _lots_of(call) if _fits(asked, lot))
    return paged(call, [_lot(call, lot) for lot in chosen])


def _lots_of(call: Call) -> list[LotStatement]:
    workspace = call.services.workspace
    check_known(workspace.catalog, call.scope, call.visible)
    found, parts, now = workspace.consumption.credits, dict(call.scope.parts), workspace.now()
    if call.scope.kind == "BillingProfile":
        return found.lots_of_profile(parts["account"], parts["name"], now)
    if call.scope.kind == "Customer":
        return found.lots_of_customer(parts["account"], parts["name"], now)
    return found.lots_of_account(parts["account"], now)


def _fits(asked: Conditions, lot: LotStatement) -> bool:
    told = {"status": lot.status, "source": lot.source, "currency": lot.currency}
    return all(told[name].lower() == value.lower() for name, value in asked.equal.items())


def _lot(call: Call, lot: LotStatement) -> dict[str, object]:
    properties: dict[str, object] = {
        "creditCurrency": lot.currency,
        "billingCurrency": lot.currency,
        "originalAmount": _amount(lot.original, lot.currency),
        "originalAmountInBillingCurrency": _at_par(lot.original, lot.currency),
        "closedBalance": _amount(lot.closed_balance, lot.currency),
        "closedBalanceInBillingCurrency": _at_par(lot.closed_balance, lot.currency),
        "usedAmount": amount(lot.used, lot.currency),
        "source": lot.source,
        "startDate": lot.start,
        "expirationDate": lot.expiry,
        "purchasedDate": lot.start,
        "poNumber": lot.po_number,
        "status": lot.status,
        "reseller": None,
        "isEstimatedBalance": lot.is_estimated,
        "OrganizationType": lot.organisation,
    }
    return resource(
        _lot_id(call, lot.account, lot.profile, lot.id),
        LOTS,
        _known(properties),
        name=lot.id,
        etag=etag_of(properties),
    )


def events(call: Call) -> Response:
    """GET: what happened to the lots of an account or profile, by day."""
    asked = conditions(call, days=("transactiondate",), equal=("lotid", "lotsource", "eventtype"))
    workspace = call.services.workspace
    check_known(workspace.catalog, call.scope, call.visible)
    found, parts, now = workspace.consumption.credits, dict(call.scope.parts), workspace.now()
    if call.scope.kind == "BillingProfile":
        happened = found.events_of_profile(parts["account"], parts["name"], now, asked.period)
    else:
        happened = found.events_of_account(parts["account"], now, asked.period)
    chosen = (event for event in happened if _concerns(asked, event))
    shape = _shaper(call)
    return paged(call, [shape(event) for event in chosen])


def _concerns(asked: Conditions, event: CreditEvent) -> bool:
    told = {"lotid": event.lot_id, "lotsource": event.source, "eventtype": event.event_type}
    # A lot may be named by its whole id, as events have it.
    return all(
        told[name].lower() == value.rpartition("/")[2].lower()
        for name, value in asked.equal.items()
    )


def _shaper(call: Call) -> Callable[[CreditEvent], dict[str, object]]:
    hierarchy = call.services.workspace.catalog.hierarchy()
    accounts = {account.id: account.name for account in hierarchy.billing_accounts}
    profiles = {(p.billing_account_id, p.id): p.name for p in hierarchy.billing_profiles}

    def shape(event: CreditEvent) -> dict[str, object]:
        profile = profiles.get((event.account, event.profile or ""))
        properties = _properties(event) | {
            "billingAccountId": event.account,
            "billingAccountDisplayName": accounts.get(event.account),
            "billingProfileId": event.profile and profile_id(event.account, event.profile),
            "billingProfileDisplayName": profile,
            "lotId": _lot_id(call, event.account, event.profile, event.lot_id),
        }
        name = f"{event.day:%Y%m%d}-{event.event_type}-{event.profile or ''}{event.lot_id}".lower()
        return resource(resource_id(call, EVENTS, name), EVENTS, _known(properties))

    return shape


def _properties(event: CreditEvent) -> dict[str, object]:
    moved = {
        "newCredit": event.amount if event.event_type == "NewCredit" else Decimal(0),
        "adjustments": Decimal(0),
        "creditExpired": -event.amount if event.event_type == "CreditExpired" else Decimal(0),
        "charges": -event.amount if event.event_type.endswith("Charges") else Decimal(0),
        "closedBalance": event.closed_balance,
    }
    at_par = {f"{name}InBillingCurrency": _at_par(v, event.currency) for name, v in moved.items()}
    return {
        "transactionDate": event.day,
        "description": _DESCRIPTIONS[event.event_type],
        "eventType": event.event_type,
        "creditCurrency": event.currency,
        "billingCurrency": event.currency,
        **{name: _amount(value, event.currency) for name, value in moved.items()},
        **at_par,
        "invoiceNumber": event.invoice,
        "lotSource": event.source,
        "reseller": None,
        "isEstimatedBalance": event.event_type == "PendingCharges",
    }


def _lot_id(call: Call, account: str, profile: str | None, lot: str) -> str:
    within = profile_id(account, profile) if profile else account_id(account)
    own = f"/{call.address}" if call.scope.kind == "Customer" else within
    return f"{own}/providers/{LOTS}/{lot}"


def _currency(call: Call) -> str:
    """The billing profile's. Raises NotFound for one that is not known."""
    catalog = call.services.workspace.catalog
    check_known(catalog, call.scope, call.visible)
    profiles = catalog.hierarchy().billing_profiles
    return next(p.currency for p in profiles if p.scope_id == call.scope.id)


def _amount(value: Decimal | None, currency: str) -> dict[str, object] | None:
    return None if value is None else amount(value, currency)


def _at_par(value: Decimal | None, currency: str) -> dict[str, object] | None:
    """An amount that needs no exchange: a lot pays charges of its own currency alone."""
    return None if value is None else amount(value, currency) | {"exchangeRate": 1}


def _known(properties: dict[str, object]) -> dict[str, object]:
    """Without what is not told: a contributor to a commitment is not told the whole of it."""
    return {name: value for name, value in properties.items() if value is not None}


_LOTS = ("GET", CONSUMPTION, "lots", READ_BILLING, lots)
_EVENTS = ("GET", CONSUMPTION, "events", READ_BILLING, events)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "credits.get",
        *("GET", CONSUMPTION, "credits/balanceSummary", READ_BILLING, credit_summary, PROFILE),
    ),
    Operation("lots.list_by_billing_profile", *_LOTS, PROFILE),
    Operation("lots.list_by_billing_account", *_LOTS, ACCOUNT),
    Operation("lots.list_by_customer", *_LOTS, CUSTOMER),
    Operation("events.list_by_billing_profile", *_EVENTS, PROFILE),
    Operation("events.list_by_billing_account", *_EVENTS, ACCOUNT),
)
