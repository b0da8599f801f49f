"""Azure's long-running operations: 202 with Location and Retry-After, 202 while it goes on, then
the result (operations.md, facts 7 to 10).

A result is found at the scope at which it was asked for, by whoever may read there. Its files are
opened by a link that holds a key of the report, as Azure's signed addresses do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from starlette.responses import Response

from costplane.core.report import Report
from costplane.errors import ReportFailed
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import Call

RETRY_AFTER = "1"
"""Seconds: a report of a month takes about as long."""

Shape = Callable[[Call, Report], object]
"""The body of a result."""


def accepted(
    call: Call,
    report: Report,
    provider: str,
    results: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """202 with the address of the result: `{scope}/providers/{provider}/{results}/{id}`."""
    location = address(call, f"/providers/{provider}/{results}/{report.id}")
    told = {"Location": location, "Retry-After": RETRY_AFTER, **(headers or {})}
    return Response(status_code=HTTPStatus.ACCEPTED, headers=told)


def address(call: Call, path: str) -> str:
    """An absolute address below the call's scope, with its api-version."""
    url = call.request.url
    below = f"/{call.address}{path}".replace("//", "/")
    version = call.options.get("api-version", "")
    return str(url.replace(path=below, query=f"api-version={version}"))


def poll(provider: str, results: str, shapes: Mapping[str, Shape], call: Call) -> Response:
    """GET: how far a report is, and in the end its result; `shapes` are by kind of report."""
    report = found(call, tuple(shapes))
    if not report.has_ended:
        return accepted(call, report, provider, results)
    if report.state == "Failed":
        raise ReportFailed(f"The report could not be made: {report.error}")
    if report.state == "NoDataFound":
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return json_answer(shapes[report.kind](call, report))


def found(call: Call, kinds: Sequence[str]) -> Report:
    """The report that the path names. Raises NotFound."""
    reports = call.services.workspace.reports
    return reports.find(call.names["operationId"], call.scope, call.principal.name, kinds)


def link(call: Call, report: Report, name: str) -> str:
    """The address of a file of a report, for whoever has it, until the report expires."""
    path = f"/v1/report-files/{report.id}/{name}"
    return str(call.request.url.replace(path=path, query=f"sig={report.key}"))


def only_link(call: Call, report: Report) -> str:
    """The address of a report's one file."""
    return link(call, report, report.files[0].name)
