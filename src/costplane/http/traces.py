"""`POST /v1/traces`: OTLP/HTTP. Calls to models are metered, all other spans passed over."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from costplane.app.intake.intake import IntakeReport
from costplane.app.intake.permitted import REFUSED
from costplane.http import otlp
from costplane.http.access import Principal
from costplane.http.bodies import read_body
from costplane.http.content import content_type
from costplane.http.intake import WRITING, take
from costplane.http.own import Permission
from costplane.http.own_router import KNOWN_CALLERS, Responses, own_router, refusals
from costplane.http.services import Services
from costplane.metering.bodies import BODY_LIMIT, decompressed
from costplane.metering.otlp.receive import MEDIA_TYPES, Traced, read_traces

_TOLD = 5
"""Rejected spans that a message names; the rest are counted."""

_LIST = {"type": "array", "items": {"type": "object"}}
_SPANS: dict[str, Any] = {
    "type": "object",
    "description": "ExportTraceServiceRequest of the OpenTelemetry Protocol",
    "properties": {"resourceSpans": {"anyOf": [_LIST, {"type": "null"}]}},
}
_ANSWER: dict[str, Any] = {
    "type": "object",
    "description": "ExportTraceServiceResponse",
    "properties": {
        "partialSuccess": {
            "type": "object",
            "properties": {
                "rejectedSpans": {"type": "string"},
                "errorMessage": {"type": "string"},
            },
        }
    },
}
_STATUS: dict[str, Any] = {
    "type": "object",
    "description": "google.rpc.Status",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}


def trace_routes(services: Services) -> APIRouter:
    """The route of OpenTelemetry traces."""
    router = own_router("Usage events", "")

    @router.post(
        otlp.TRACES,
        dependencies=[Depends(Permission(WRITING, services))],
        response_class=Response,
        responses=_answers(),
        openapi_extra={"requestBody": {"required": True, "content": _bodies(_SPANS)}},
    )
    async def traces(request: Request) -> Response:
        """Send OpenTelemetry traces (OTLP/HTTP); plain, gzip or zstd. Spans of calls to models
        become usage events; prompts and answers are never kept."""
        kind = content_type(request, MEDIA_TYPES)
        body = await read_body(request, BODY_LIMIT)
        encoding = request.headers.get("content-encoding", "")
        principal: Principal = request.state.principal
        traced, report = await services.intake.run(_take, services, principal, kind, encoding, body)
        return _answer(request, traced, report)

    return router


def _take(
    services: Services, principal: Principal, kind: str, encoding: str, body: bytes
) -> tuple[Traced, IntakeReport]:
    hosts = services.workspace.hosts()
    traced = read_traces(decompressed(body, encoding), kind, hosts.resource_at)
    return traced, take(services, principal, traced.batch)


def _answer(request: Request, traced: Traced, report: IntakeReport) -> Response:
    """200 and what was rejected; 403 where nothing was taken for want of a role alone."""
    rejected = report.rejected
    told = "; ".join(f"span {traced.spans[one.index]}: {one.message}" for one in rejected[:_TOLD])
    if rejected and len(rejected) == len(traced.spans) and _all_forbidden(report):
        return otlp.refusal(request, HTTPStatus.FORBIDDEN, f"No call was taken: {told}")
    if rejected:
        told = f"{len(rejected):,} of {len(traced.spans):,} calls were rejected: {told}"
    elif report.quarantined:
        told = f"{report.quarantined:,} calls are held back for their time"
    return otlp.taken(request, len(rejected), told)


def _all_forbidden(report: IntakeReport) -> bool:
    return all(one.code == REFUSED for one in report.rejected)


def _answers() -> Responses:
    """What was taken; the refusals are those of other routes, in the protocol's own form."""
    found = refusals(*KNOWN_CALLERS, 400, 408, 413, 415)
    for answer in found.values():
        del answer["model"]
        answer["content"] = _bodies(_STATUS)
    return {200: {"description": "Taken", "content": _bodies(_ANSWER)}, **found}


def _bodies(schema: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind in MEDIA_TYPES}
