"""`POST /v1/events`: usage events, each counted once; what is answered as accepted is on disk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from costplane.app.intake.intake import IntakeReport
from costplane.app.intake.permitted import REFUSED
from costplane.http.access import Principal
from costplane.http.answers import json_answer
from costplane.http.bodies import read_body
from costplane.http.content import content_type
from costplane.http.event_schema import event_bodies
from costplane.http.intake import WRITING, take
from costplane.http.own import Permission
from costplane.http.own_router import ErrorAnswer, ErrorMember, own_router, refusals
from costplane.http.services import Services
from costplane.metering.batch import Rejection
from costplane.metering.bodies import BODY_LIMIT, MEDIA_TYPES, decompressed, events_of


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event that was not taken: its place in the body, from 0, what is wrong, and where."""

    index: int
    code: str
    message: str
    target: str | None


@dataclass(frozen=True, slots=True)
class EventsTaken:
    """What came of the events. `duplicates` were known already (`conflicts` of them with other
    content), `evidence` tells of calls that another source's event counts for, `quarantined` ones
    are held back for their time; `unpriced` are accepted ones without a price, or with a part."""

    accepted: int
    duplicates: int
    rejected: list[RejectedEvent]
    conflicts: int
    evidence: int
    quarantined: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class EventsRefused:
    """Nothing was taken: the first fault as the error, and all of them by event."""

    error: ErrorMember
    accepted: int
    duplicates: int
    rejected: list[RejectedEvent]


_NONE_TAKEN = {
    status: answer | {"model": EventsRefused | ErrorAnswer}
    for status, answer in refusals(400, 403).items()
}


def event_routes(services: Services) -> APIRouter:
    """The route of usage events."""
    router = own_router("Usage events")

    @router.post(
        "/events",
        dependencies=[Depends(Permission(WRITING, services))],
        response_model=EventsTaken,
        responses=refusals(408, 413, 415) | _NONE_TAKEN,
        openapi_extra={"requestBody": {"required": True, "content": event_bodies()}},
    )
    async def events(request: Request) -> Response:
        """Send usage events: one CloudEvent, a batch, or JSON lines; plain, gzip or zstd."""
        kind = content_type(request, MEDIA_TYPES)
        body = await read_body(request, BODY_LIMIT)
        encoding = request.headers.get("content-encoding", "")
        principal: Principal = request.state.principal
        return _answer(await services.intake.run(_take, services, principal, kind, encoding, body))

    return router


def _take(
    services: Services, principal: Principal, kind: str, encoding: str, body: bytes
) -> IntakeReport:
    return take(services, principal, events_of(decompressed(body, encoding), kind))


def _answer(report: IntakeReport) -> Response:
    rejected = [_rejected(one) for one in report.rejected]
    known = report.accepted + report.duplicates + report.evidence + report.quarantined
    if rejected and not known:
        return _refusal(rejected)
    taken = EventsTaken(
        report.accepted,
        report.duplicates,
        rejected,
        report.conflicts,
        report.evidence,
        report.quarantined,
        report.unpriced,
    )
    return json_answer(asdict(taken))


def _refusal(rejected: list[RejectedEvent]) -> Response:
    """The answer where nothing was taken; 403 where that is for want of a role alone."""
    first = next((one for one in rejected if one.code != REFUSED), rejected[0])
    status = HTTPStatus.FORBIDDEN if first.code == REFUSED else HTTPStatus.BAD_REQUEST
    told = f"None of {len(rejected):,} events was taken. Event {first.index}: {first.message}"
    error = {"code": first.code, "message": told}
    if first.target is not None:
        error["target"] = first.target
    faults = [asdict(one) for one in rejected]
    return json_answer({"error": error, "accepted": 0, "duplicates": 0, "rejected": faults}, status)


def _rejected(one: Rejection) -> RejectedEvent:
    return RejectedEvent(one.index, one.code, one.message, one.target)
