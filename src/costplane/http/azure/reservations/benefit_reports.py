"""generateReservationDetailsReport and generateBenefitUtilizationSummariesReport."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from starlette.responses import Response

from costplane.app.access.visible import check_known
from costplane.app.consumption.bought_reservations import bought_reservations
from costplane.app.reports.benefit_reports import BENEFIT_UTILIZATION, RESERVATION_DETAILS
from costplane.core.period import DAY, day_start
from costplane.core.report import Report
from costplane.core.scope import BENEFITS, ScopeKind
from costplane.errors import InvalidInput
from costplane.http.azure.protocol.long_running import accepted, only_link, poll
from costplane.http.azure.protocol.operation import ACCOUNT, COST, PROFILE, READ, Call, Operation
from costplane.http.ranges import parse_day

DETAILS_RESULTS = "reservationDetailsOperationResults"
USES_RESULTS = "benefitUtilizationSummariesOperationResults"

_GRAINS = {"hourly": "hour", "daily": "day", "monthly": "month"}
_KINDS = {
    "reservation": "Reservation",
    "savingsplan": "SavingsPlan",
    "includedquantity": "IncludedQuantity",
}


def reservation_details(call: Call) -> Response:
    """POST: what used reservations from startDate to endDate, by day and deployment."""
    for name in ("startDate", "endDate"):
        if not call.options.get(name.lower()):
            raise InvalidInput(f"{name} is missing; write a date such as 2026-10-01", target=name)
    days = _days(call.options["startdate"], call.options["enddate"])
    return _submit(call, RESERVATION_DETAILS, days, DETAILS_RESULTS)


def benefit_utilization(call: Call) -> Response:
    """POST: how well the benefits of a scope were used, by hour, day or month."""
    body = call.body()
    members = {name.lower(): value for name, value in body.items() if value is not None}
    told = {name: _text(members, name) for name in ("startDate", "endDate", "grain")}
    for name, text in told.items():
        if not text:
            raise InvalidInput(f"{name} is missing", target=name)
    request = {
        **_days(told["startDate"] or "", told["endDate"] or ""),
        "grain": _one_of(told["grain"] or "", _GRAINS, "grain"),
        "kind": _one_of(kind, _KINDS, "kind") if (kind := _text(members, "kind")) else None,
        "order": _last(_text(members, "benefitOrderId")),
        "benefit": _last(_text(members, "benefitId")),
        "asked": json.dumps({name: text for name, text in body.items() if text is not None}),
    }
    return _submit(call, BENEFIT_UTILIZATION, request, USES_RESULTS)


def _submit(call: Call, kind: str, request: Mapping[str, str | None], results: str) -> Response:
    catalog = call.services.workspace.catalog
    if call.scope.kind not in BENEFITS:
        check_known(catalog, call.scope, call.visible)
    elif call.scope.kind in ("Reservation", "ReservationOrder"):
        bought_reservations(catalog, call.scope)  # an unknown one is told at once
    report = call.services.workspace.reports.submit(
        kind, call.scope, call.visible, request, call.principal.name
    )
    return accepted(call, report, COST, results)


def _days(first: str, last: str) -> dict[str, str | None]:
    start, end = parse_day(first, "startDate"), parse_day(last, "endDate")
    if end < start:
        raise InvalidInput(f"endDate is {end}, before startDate {start}", target="endDate")
    until: datetime = day_start(end) + DAY
    return {"start": day_start(start).isoformat(), "end": until.isoformat()}


def _text(members: Mapping[str, object], name: str) -> str | None:
    value = members.get(name.lower())
    if value is None or isinstance(value, str):
        return value
    raise InvalidInput(f"{name} is a text", target=name)


def _one_of(text: str, allowed: Mapping[str, str], target: str) -> str:
    found = allowed.get(text.strip().lower())
    if found is None:
        raise InvalidInput(
            f"{target} is '{text[:40]}'; use one of {', '.join(allowed)}", target=target
        )
    return found


def _last(text: str | None) -> str | None:
    return text.rpartition("/")[2].lower() if text else None


def details_result(call: Call, report: Report) -> dict[str, object]:
    """OperationStatus with the report's link."""
    return {"status": "Completed", "properties": _properties(call, report)}


def uses_result(call: Call, report: Report) -> dict[str, object]:
    """BenefitUtilizationSummariesOperationStatus with what was asked."""
    asked = json.loads(report.request["asked"] or "{}")
    properties = _properties(call, report)
    properties["secondaryReportUrl"] = properties["reportUrl"]
    return {"input": asked, "status": "Completed", "properties": properties}


def _properties(call: Call, report: Report) -> dict[str, object]:
    return {"reportUrl": only_link(call, report), "validUntil": report.expires_at}


def _details_of(name: str, scopes: frozenset[ScopeKind]) -> Operation:
    return Operation(
        f"generate_reservation_details_report.{name}",
        "POST",
        COST,
        "generateReservationDetailsReport",
        READ,
        reservation_details,
        scopes,
    )


def _uses_of(name: str, kind: ScopeKind) -> Operation:
    return Operation(
        f"generate_benefit_utilization_summaries_report.begin_generate_by_{name}",
        "POST",
        COST,
        "generateBenefitUtilizationSummariesReport",
        READ,
        benefit_utilization,
        frozenset({kind}),
    )


OPERATIONS: tuple[Operation, ...] = (
    _details_of("begin_by_billing_account_id", ACCOUNT),
    _details_of("begin_by_billing_profile_id", PROFILE),
    Operation(
        "generate_reservation_details_report.results",
        "GET",
        COST,
        f"{DETAILS_RESULTS}/{{operationId}}",
        READ,
        partial(poll, COST, DETAILS_RESULTS, {RESERVATION_DETAILS: details_result}),
        ACCOUNT | PROFILE,
    ),
    _uses_of("billing_account", "BillingAccount"),
    _uses_of("billing_profile", "BillingProfile"),
    _uses_of("reservation_order_id", "ReservationOrder"),
    _uses_of("reservation_id", "Reservation"),
    _uses_of("savings_plan_order_id", "SavingsPlanOrder"),
    _uses_of("savings_plan_id", "SavingsPlan"),
    Operation(
        "generate_benefit_utilization_summaries_report.results",
        "GET",
        COST,
        f"{USES_RESULTS}/{{operationId}}",
        READ,
        partial(poll, COST, USES_RESULTS, {BENEFIT_UTILIZATION: uses_result}),
        ACCOUNT | PROFILE | BENEFITS,
    ),
)
