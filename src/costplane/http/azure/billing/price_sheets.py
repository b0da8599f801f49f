"""Price sheets: downloads in the background, and a subscription's prices as a list (contract.md
section 9)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from starlette.responses import Response

from costplane.app.reports.price_files import PRICE_SHEET, payer_of
from costplane.app.reports.price_sheet import SheetLine, price_sheet
from costplane.core.period import Period, month_start, next_month
from costplane.core.report import Report
from costplane.core.scope import ScopeKind
from costplane.errors import InvalidInput, NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.billing.ids import period_id
from costplane.http.azure.protocol.long_running import accepted, only_link, poll
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    COST,
    PROFILE,
    READ,
    READ_BILLING,
    Call,
    Operation,
)
from costplane.http.azure.protocol.pages import PRICES, paging
from costplane.http.azure.protocol.shapes import resource

RESULTS = "operationResults"
SUBSCRIPTION: frozenset[ScopeKind] = frozenset({"Subscription"})

_TYPE = "Microsoft.Consumption/pricesheets"
_PROFILE = "providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles/{profile}"
_DOWNLOAD = "pricesheets/default/download"
_EXPANDED = {"meterdetails", "properties/meterdetails", "properties/pricesheets/meterdetails"}


def download(provider: str, call: Call) -> Response:
    """POST: the price sheet of an account's billing period, or of a profile's present one."""
    period = call.billing_period
    return _submit(call, provider, period.start if period else _this_month(call))


def download_by_invoice(call: Call) -> Response:
    """POST: the price sheet of the period that an invoice bills."""
    workspace = call.services.workspace
    workspace.catalog.select(call.scope)
    number, parts = call.names["invoiceName"], dict(call.scope.parts)
    invoice = workspace.invoicing.invoice(number.upper(), workspace.now())
    if invoice.billing_key != f"{parts['account']}:{parts['name']}":
        raise NotFound(f"this billing profile has no invoice '{number[:60]}'", target="invoiceName")
    return _submit(call, COST, invoice.period_start)


def _submit(call: Call, provider: str, month: datetime) -> Response:
    workspace = call.services.workspace
    workspace.catalog.select(call.scope)  # an unknown scope is told at once
    request = {"month": month.isoformat()}
    report = workspace.reports.submit(
        PRICE_SHEET, call.scope, call.visible, request, call.principal.name
    )
    return accepted(call, report, provider, RESULTS, {"OData-EntityId": report.id})


def _this_month(call: Call) -> datetime:
    return month_start(call.services.workspace.now())


def price_sheet_result(call: Call, report: Report) -> dict[str, object]:
    """An account's OperationStatus, or a profile's DownloadURL."""
    url, until = only_link(call, report), report.expires_at
    link = {"downloadUrl": url, "validTill": until}
    if call.scope.kind == "BillingProfile":
        return {**link, "expiryTime": until}
    properties = {**link, "reportUrl": url, "validUntil": until}
    return {"status": "Completed", "properties": properties}


def listed(call: Call) -> Response:
    """GET: the prices of a subscription in a billing period, the present one unless told."""
    workspace = call.services.workspace
    asked = paging(call)
    start = call.billing_period.start if call.billing_period else month_start(asked.now)
    payer = payer_of(workspace.catalog, call.scope)
    # Every page is of the prices that the first one knew, however many are imported meanwhile.
    version = (asked.versions or {}).get(PRICES, workspace.prices.version())
    month = Period(start, next_month(start))
    lines = price_sheet(workspace.prices, payer.scopes, month, version)
    page = lines[asked.offset : asked.offset + asked.size]
    more = asked.offset + asked.size < len(lines)
    detailed, period = _expanded(call), period_id(call.address, start)
    properties: dict[str, object] = {
        "pricesheets": [_item(line, period, detailed=detailed) for line in page],
        "nextLink": asked.link(versions={PRICES: version}) if more else None,
    }
    return json_answer(resource(f"{period}/providers/{_TYPE}/default", _TYPE, properties))


def _expanded(call: Call) -> bool:
    told = call.options.get("$expand", "").strip().lower()
    if told and told not in _EXPANDED:
        raise InvalidInput(
            f"$expand takes properties/meterDetails, not '{told[:60]}'", target="$expand"
        )
    return bool(told)


def _item(line: SheetLine, period: str, *, detailed: bool) -> dict[str, object]:
    row = line.row
    return {
        "billingPeriodId": period,
        "meterId": row.meter_id,
        "unitOfMeasure": row.unit_of_measure,
        "includedQuantity": 0,
        "partNumber": row.sku_id or "",
        "unitPrice": row.price,
        "currencyCode": row.currency,
        "offerId": row.offer or "",
        "tierMinimumUnits": row.tier_minimum,
        "meterDetails": _meter(line) if detailed else None,
        "savingsPlan": None,
    }


def _meter(line: SheetLine) -> dict[str, object]:
    row = line.row
    return {
        "meterName": row.meter_name,
        "meterCategory": row.category,
        "meterSubCategory": row.sub_category,
        "unit": row.unit,
        "meterLocation": row.region or "",
        "totalIncludedQuantity": 0,
        "pretaxStandardRate": line.market.price if line.market else None,
        "serviceName": row.service_name,
        "serviceTier": row.sku_name or "",
    }


_GET = ("GET", CONSUMPTION, "pricesheets/default", READ, listed, SUBSCRIPTION)

OPERATIONS: tuple[Operation, ...] = (
    Operation("price_sheet.get", *_GET),
    Operation("price_sheet.get_by_billing_period", *_GET, billing_period="required"),
    Operation(
        "price_sheet.begin_download_by_billing_account_period",
        "POST",
        CONSUMPTION,
        "pricesheets/download",
        READ_BILLING,
        partial(download, CONSUMPTION),
        ACCOUNT,
        billing_period="required",
    ),
    Operation(
        "price_sheet.results",
        "GET",
        CONSUMPTION,
        f"{RESULTS}/{{operationId}}",
        READ_BILLING,
        partial(poll, CONSUMPTION, RESULTS, {PRICE_SHEET: price_sheet_result}),
        ACCOUNT,
    ),
    Operation(
        "price_sheet.begin_download_by_billing_account",
        "POST",
        COST,
        _DOWNLOAD,
        READ_BILLING,
        partial(download, COST),
        ACCOUNT,
        billing_period="required",
    ),
    Operation(
        "price_sheet.begin_download_by_billing_profile",
        "POST",
        COST,
        _DOWNLOAD,
        READ_BILLING,
        partial(download, COST),
        PROFILE,
    ),
    Operation(
        "price_sheet.begin_download_by_invoice",
        "POST",
        "Microsoft.Billing",
        f"{_PROFILE.partition('Billing/')[2]}/invoices/{{invoiceName}}/providers/{COST}/{_DOWNLOAD}",
        READ_BILLING,
        download_by_invoice,
        PROFILE,
        within=_PROFILE,
    ),
)
