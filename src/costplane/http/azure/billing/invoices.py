"""Invoices in the shape of Azure's Billing API (azure-mgmt-billing): list, get, download.

They are those of billing accounts, and of billing profiles where an agreement bills by profile.
Where a path names a subscription or the invoice alone (account `default`), an invoice is found if
the caller reads billing where it is billed: it tells what others pay there, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from starlette.responses import Response

from costplane.app.reports.invoice_documents import INVOICE_DOCUMENT
from costplane.billing.billing_key import billing_key
from costplane.billing.invoice import Invoice
from costplane.core.report import Report
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.billing.lists import billing_list
from costplane.http.azure.protocol.long_running import accepted, only_link, poll
from costplane.http.azure.protocol.operation import READ_BILLING, TENANT, Call, Operation
from costplane.http.azure.protocol.shapes import amount, resource
from costplane.http.ranges import parse_day

BILLING = "Microsoft.Billing"

_RESULTS = "invoiceOperationResults"
_MOMENT = timedelta(microseconds=1)
_DAYS = ("periodStartDate", "periodEndDate")


def every(call: Call) -> Response:
    """GET: the invoices of the account or profile, the newest first."""
    workspace, days = call.services.workspace, _asked_days(call)
    found = [i for i in workspace.invoicing.invoices(workspace.now()) if _is_here(call, i)]
    found = [invoice for invoice in found if _touches(invoice, *days)]
    found.sort(key=lambda invoice: (invoice.period_start, invoice.number), reverse=True)
    return billing_list(call, [_shown(call, invoice) for invoice in found])


def get(call: Call) -> Response:
    """GET: one invoice."""
    return json_answer(_shown(call, _found(call)))


def download(call: Call) -> Response:
    """POST: ask for the document of an invoice."""
    request = {"number": _found(call).number}
    report = call.services.workspace.reports.submit(
        INVOICE_DOCUMENT, call.scope, call.visible, request, call.principal.name
    )
    return accepted(call, report, BILLING, _RESULTS)


def _document(call: Call, report: Report) -> dict[str, object]:
    return {"url": only_link(call, report), "expiryTime": report.expires_at}


def _found(call: Call) -> Invoice:
    """The invoice that the path names. Raises NotFound, also for one of another account."""
    workspace, number = call.services.workspace, call.names["invoiceName"]
    for invoice in workspace.invoicing.invoices(workspace.now()):
        if invoice.number.lower() == number.lower() and _is_here(call, invoice):
            return invoice
    raise NotFound(f"there is no invoice '{number[:80]}' at '{call.scope.id}'", target="number")


def _is_here(call: Call, invoice: Invoice) -> bool:
    """Whether the invoice is one of the call's account, or of its profile; of any that the caller
    may read, with lines of the subscription that the path may name."""
    if call.scope.kind == "All":
        subscription = call.names.get("subscriptionId", "").lower()
        return _may_read(call, invoice) and (
            not subscription
            or any(line.subscription_id.lower() == subscription for line in invoice.lines)
        )
    account = call.scope.part("account")
    if call.scope.kind == "BillingProfile":
        return invoice.billing_key == billing_key(account, call.scope.part("name"))
    return invoice.billing_account_id.lower() == account


def _may_read(call: Call, invoice: Invoice) -> bool:
    """Whether the caller reads billing at the account or profile that the invoice is of."""
    account, profile = invoice.billing_account_id.lower(), _profile(invoice)
    known = call.services.workspace.catalog.hierarchy().billing_accounts
    for one in known:
        if one.id == account:
            below = f"/billingprofiles/{profile}" if profile else ""
            return call.principal.holds("Billing Reader", parse_scope(one.scope_id + below))
    return call.principal.holds("Billing Reader", parse_scope("/"))


def _profile(invoice: Invoice) -> str:
    return invoice.billing_key.removeprefix(invoice.billing_account_id.lower()).strip(":")


def _asked_days(call: Call) -> tuple[date, date]:
    """The first and the last day that are asked for. Raises InvalidInput."""
    first, last = (call.options.get(name.lower()) for name in _DAYS)
    start = parse_day(first, _DAYS[0]) if first else date.min
    end = parse_day(last, _DAYS[1]) if last else date.max
    if end < start:
        raise InvalidInput(
            f"the range ends on {end}, before its first day {start}", target=_DAYS[1]
        )
    return start, end


def _touches(invoice: Invoice, first: date, last: date) -> bool:
    """Whether its period has one of the days from `first` to `last`, both included."""
    return first <= (invoice.period_end - _MOMENT).date() and invoice.period_start.date() <= last


def _shown(call: Call, invoice: Invoice) -> dict[str, object]:
    account = f"/providers/{BILLING}/billingAccounts/{invoice.billing_account_id}"
    profiles = call.services.workspace.catalog.hierarchy().billing_profiles
    mine = invoice.billing_account_id.lower()
    names = {one.id: one.name for one in profiles if one.billing_account_id == mine}
    return resource(
        f"{account}/invoices/{invoice.number}",
        f"{BILLING}/billingAccounts/invoices",
        _properties(account, invoice, names),
    )


def _properties(account: str, invoice: Invoice, names: Mapping[str, str]) -> dict[str, object]:
    """Amounts are in the invoice's currency; what a lot pays stands by the lot's kind. `names` are
    those of the account's billing profiles by id."""
    profile = _profile(invoice)
    shown: dict[str, object] = {
        "invoiceDate": f"{invoice.invoice_date}T00:00:00Z",
        "dueDate": f"{invoice.due_date}T00:00:00Z",
        "invoicePeriodStartDate": invoice.period_start,
        "invoicePeriodEndDate": invoice.period_end - timedelta(seconds=1),
        "invoiceType": "AzureServices",
        "documentType": "Invoice",
        "isMonthlyInvoice": True,
        "status": _status(invoice),
        "subTotal": amount(invoice.subtotal, invoice.currency),
        "billedAmount": amount(invoice.subtotal, invoice.currency),
        "azurePrepaymentApplied": amount(_paid(invoice, "Prepayment"), invoice.currency),
        "freeAzureCreditApplied": amount(_paid(invoice, "Credit"), invoice.currency),
        "totalAmount": amount(invoice.due, invoice.currency),
        "amountDue": amount(invoice.due, invoice.currency),
        "documents": [{"name": invoice.number, "kind": "Invoice"}],
        "state": invoice.state,
    }
    if profile:
        shown["billingProfileId"] = f"{account}/billingProfiles/{profile}"
        shown["billingProfileDisplayName"] = names.get(profile, invoice.bill_to)
    return shown


def _status(invoice: Invoice) -> str:
    """Due or Paid once it is closed; before that, Azure has no word for it."""
    if invoice.state != "closed":
        return "Other"
    return "Due" if invoice.due > 0 else "Paid"


def _paid(invoice: Invoice, kind: str) -> Decimal:
    return sum((p.amount for p in invoice.payments if p.kind == kind), Decimal(0))


_ACCOUNT = "billingAccounts/{billingAccountName}"
_PROFILE = f"{_ACCOUNT}/billingProfiles/{{billingProfileName}}"
_ANY = "billingAccounts/default"
_SUBSCRIPTION = f"{_ANY}/billingSubscriptions/{{subscriptionId}}"

OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            f"invoices.{name}",
            method,
            BILLING,
            f"{path}/{rest}",
            READ_BILLING,
            operate,
            within=f"providers/{BILLING}/{path}",
        )
        for name, method, path, rest, operate in (
            ("list_by_billing_account", "GET", _ACCOUNT, "invoices", every),
            ("list_by_billing_profile", "GET", _PROFILE, "invoices", every),
            ("get_by_billing_account", "GET", _ACCOUNT, "invoices/{invoiceName}", get),
            (
                "begin_download_by_billing_account",
                "POST",
                _ACCOUNT,
                "invoices/{invoiceName}/download",
                download,
            ),
        )
    ),
    *(
        Operation(f"invoices.{name}", method, BILLING, path, READ_BILLING, operate, TENANT)
        for name, method, path, operate in (
            ("get", "GET", f"{_ANY}/invoices/{{invoiceName}}", get),
            ("list_by_billing_subscription", "GET", f"{_SUBSCRIPTION}/invoices", every),
            (
                "get_by_billing_subscription",
                "GET",
                f"{_SUBSCRIPTION}/invoices/{{invoiceName}}",
                get,
            ),
            (
                "begin_download_by_billing_subscription",
                "POST",
                f"{_SUBSCRIPTION}/invoices/{{invoiceName}}/download",
                download,
            ),
        )
    ),
    Operation(
        "invoices.download_result",
        "GET",
        BILLING,
        f"{_RESULTS}/{{operationId}}",
        READ_BILLING,
        partial(poll, BILLING, _RESULTS, {INVOICE_DOCUMENT: _document}),
    ),
)
