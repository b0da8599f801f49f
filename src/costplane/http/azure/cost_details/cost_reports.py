"""generateCostDetailsReport and generateDetailedCostReport (contract.md section 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from starlette.responses import Response

from costplane.app.reports.cost_reports import COST_DETAILS, DETAILED_COST
from costplane.core.period import DAY, day_start, month_start, next_month
from costplane.core.report import Report
from costplane.errors import InvalidInput
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.long_running import (
    accepted,
    address,
    found,
    link,
    only_link,
    poll,
)
from costplane.http.azure.protocol.operation import COST, READ, Call, Operation, billing_month
from costplane.http.ranges import parse_day

RESULTS = "costDetailsOperationResults"
DETAILED_RESULTS = "operationResults"
STATUS = "operationStatus"

_METRICS = {"actualcost": "ActualCost", "amortizedcost": "AmortizedCost"}
_MEMBERS = ("metric", "timeperiod", "billingperiod", "invoiceid", "customerid")
_STATUS_NAMES = {"Running": "InProgress", "Queued": "Queued"}


def generate(kind: str, call: Call) -> Response:
    """POST: a report of cost details is made; the answer says where it will be. A detailed cost
    report has the same rows as one file, in the older operation's shape."""
    body, workspace = call.body(), call.services.workspace
    workspace.cost_details.scopes(call.scope, call.visible)  # an unknown scope is told at once
    report = workspace.reports.submit(
        kind, call.scope, call.visible, _request(call, body), call.principal.name
    )
    if kind == COST_DETAILS:
        return accepted(call, report, COST, RESULTS)
    status = address(call, f"/providers/{COST}/{STATUS}/{report.id}")
    headers = {"Azure-Consumption-AsyncOperation": status}
    return accepted(call, report, COST, DETAILED_RESULTS, headers)


def _request(call: Call, body: Mapping[str, object]) -> dict[str, str | None]:
    """What is asked: at most one of days, billing period and invoice; by default this month."""
    members = {name.lower(): value for name, value in body.items() if value is not None}
    unknown = [name for name in body if name.lower() not in _MEMBERS]
    if unknown:
        raise InvalidInput(
            f"there is no member '{unknown[0][:60]}'; there are metric, timePeriod, billingPeriod, "
            "invoiceId and customerId",
            target=unknown[0][:60],
        )
    chosen = [name for name in ("timeperiod", "billingperiod", "invoiceid") if name in members]
    if len(chosen) > 1:
        raise InvalidInput(
            "give one of timePeriod, billingPeriod and invoiceId, not several", target="timePeriod"
        )
    return {
        "metric": _metric(members.get("metric")),
        "customer": _text(members.get("customerid"), "customerId"),
        "asked": json.dumps({k: v for k, v in body.items() if v is not None}),
        **_range(call, members),
    }


def _range(call: Call, members: Mapping[str, object]) -> dict[str, str | None]:
    if "invoiceid" in members:
        return {"invoice": _text(members["invoiceid"], "invoiceId")}
    if "billingperiod" in members:
        month = billing_month(
            _text(members["billingperiod"], "billingPeriod") or "", "billingPeriod"
        )
        return {"month": month.start.isoformat()}
    if "timeperiod" in members:
        return _days(members["timeperiod"])
    start = month_start(call.services.workspace.now())
    return {"start": start.isoformat(), "end": next_month(start).isoformat()}


def _days(value: object) -> dict[str, str | None]:
    if not isinstance(value, Mapping):
        raise InvalidInput("timePeriod is an object with start and end", target="timePeriod")
    told = {str(name).lower(): text for name, text in value.items()}
    for name in ("start", "end"):
        if not isinstance(told.get(name), str):
            raise InvalidInput(
                f"timePeriod.{name} is missing; write a date such as 2026-10-01",
                target=f"timePeriod.{name}",
            )
    start = parse_day(str(told["start"]), "timePeriod.start")
    end = parse_day(str(told["end"]), "timePeriod.end")
    if end < start:
        raise InvalidInput(
            f"timePeriod ends on {end}, before its start {start}", target="timePeriod"
        )
    if end - start > timedelta(days=366 * 10):
        raise InvalidInput("timePeriod has more than ten years", target="timePeriod")
    return {"start": day_start(start).isoformat(), "end": (day_start(end) + DAY).isoformat()}


def _metric(value: object) -> str:
    text = _text(value, "metric")
    found = _METRICS.get((text or "ActualCost").lower())
    if found is None:
        raise InvalidInput(
            f"metric is '{(text or '')[:40]}'; use ActualCost or AmortizedCost", target="metric"
        )
    return found


def _text(value: object, target: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise InvalidInput(f"{target} is a text", target=target)


def cost_details_result(call: Call, report: Report) -> dict[str, object]:
    """CostDetailsOperationResults: the manifest with a link for each file."""
    asked = json.loads(report.request["asked"] or "{}")
    return {
        "id": f"{call.address}/providers/{COST}/{RESULTS}/{report.id}".lstrip("/"),
        "name": report.id,
        "type": f"{COST}/{RESULTS}",
        "status": "Completed",
        "manifest": {
            "manifestVersion": call.options.get("api-version"),
            "dataFormat": "Csv",
            "blobCount": len(report.files),
            "byteCount": sum(file.byte_count for file in report.files),
            "dataRowCount": sum(file.row_count for file in report.files),
            "compressData": False,
            "requestContext": {"requestScope": call.address, "requestBody": asked},
            "blobs": [
                {
                    "blobLink": link(call, report, file.name),
                    "byteCount": file.byte_count,
                    "dataRowCount": file.row_count,
                }
                for file in report.files
            ],
        },
        "validTill": report.expires_at,
    }


def detailed_cost_result(call: Call, report: Report) -> dict[str, object]:
    """GenerateDetailedCostReportOperationResult: one link."""
    return {
        "id": f"{call.address}/providers/{COST}/{DETAILED_RESULTS}/{report.id}".lstrip("/"),
        "name": report.id,
        "type": "Microsoft.Consumption/operationResult",
        "properties": _download(call, report),
    }


def _download(call: Call, report: Report) -> dict[str, object]:
    return {"downloadUrl": only_link(call, report), "validTill": report.expires_at}


def detailed_cost_status(call: Call) -> Response:
    """GET: how far a detailed cost report is; always 200, the status is in the body."""
    report = found(call, (DETAILED_COST,))
    done = report.state == "Completed"
    return json_answer(
        {
            "id": f"{call.address}/providers/{COST}/{STATUS}/{report.id}".lstrip("/"),
            "name": report.id,
            "type": "Microsoft.Consumption/operationStatus",
            "status": _STATUS_NAMES.get(report.state, report.state),
            "startTime": report.submitted_at,
            "properties": _download(call, report) if done else None,
            "error": {
                "code": "ReportFailed" if report.state == "Failed" else "0",
                "message": report.error,
            },
        }
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "generate_cost_details_report.begin_create_operation",
        "POST",
        COST,
        "generateCostDetailsReport",
        READ,
        partial(generate, COST_DETAILS),
    ),
    Operation(
        "generate_cost_details_report.begin_get_operation_results",
        "GET",
        COST,
        f"{RESULTS}/{{operationId}}",
        READ,
        partial(poll, COST, RESULTS, {COST_DETAILS: cost_details_result}),
    ),
    Operation(
        "generate_detailed_cost_report.begin_create_operation",
        "POST",
        COST,
        "generateDetailedCostReport",
        READ,
        partial(generate, DETAILED_COST),
    ),
    Operation(
        "generate_detailed_cost_report_operation_status.get",
        "GET",
        COST,
        f"{STATUS}/{{operationId}}",
        READ,
        detailed_cost_status,
    ),
)
