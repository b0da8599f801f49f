"""`/v1/counts`: what a business counted, such as chats, to divide costs by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request

from costplane.access.roles import READER
from costplane.app.unit_costs.count_rows import UNIT_PATTERN, counts_of_csv, counts_of_json
from costplane.core.business_count import BusinessCount
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput
from costplane.http.access import Access, Principal, require
from costplane.http.bodies import read_body
from costplane.http.content import content_type
from costplane.http.own import Permission, ScopeParameter
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services

BODY_LIMIT = 16 << 20
INGEST = Access("Ingest Writer", "body")
REMOVING = Access("Ingest Writer", "query")


@dataclass(frozen=True, slots=True)
class CountItem:
    """How many of `unit` there were on a day at a scope, or of the part that `dimensions` tell."""

    unit: str
    day: date
    scope: str
    dimensions: dict[str, str]
    count: Decimal


@dataclass(frozen=True, slots=True)
class CountList:
    """Business counts by unit, day and scope."""

    counts: list[CountItem]


@dataclass(frozen=True, slots=True)
class CountsTaken:
    """How many counts were kept."""

    taken: int


@dataclass(frozen=True, slots=True)
class CountsRemoved:
    """How many counts were removed."""

    removed: int


COUNT: dict[str, Any] = {
    "type": "object",
    "required": ["unit", "day", "count"],
    "properties": {
        "unit": {"type": "string", "pattern": UNIT_PATTERN, "description": "Such as chats"},
        "day": {"type": "string", "format": "date"},
        "count": {
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}],
            "description": "At least 0; six decimal places at most",
        },
        "scope": {"type": "string", "default": "/"},
        "dimensions": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What of the scope was counted: dimensions, and tags as tag:KEY",
        },
    },
    "additionalProperties": {
        "type": "string",
        "description": "A dimension, or tag:KEY, as well; any other name is refused",
    },
}
COUNTS: dict[str, Any] = {
    "type": "object",
    "required": ["counts"],
    "properties": {"counts": {"type": "array", "minItems": 1, "items": COUNT}},
    "example": {
        "counts": [
            {
                "unit": "chats",
                "day": "2026-11-02",
                "count": 1200,
                "scope": "/",
                "dimensions": {"tag:team": "search"},
            }
        ]
    },
}

_BODIES = {
    "application/json": {"schema": COUNTS},
    "text/csv": {"schema": {"type": "string"}},
}

UnitName = Annotated[
    str | None, Query(pattern=UNIT_PATTERN, description="Unit, such as chats; else all")
]
NeededUnit = Annotated[str, Query(pattern=UNIT_PATTERN, description="Unit, such as chats")]
FirstDay = Annotated[date | None, Query(alias="from", description="First day; else the earliest")]
LastDay = Annotated[date | None, Query(alias="to", description="Last day, included; else the last")]


def count_routes(services: Services) -> APIRouter:
    """The routes of business counts."""
    router = own_router("Unit costs")
    workspace = services.workspace
    reading = [Depends(Permission(Access(READER, "query"), services))]

    @router.get("/counts", dependencies=reading, responses=refusals(400))
    def counts(
        request: Request,
        scope: ScopeParameter = "/",
        unit: UnitName = None,
        first: FirstDay = None,
        last: LastDay = None,
    ) -> CountList:
        """Business counts of a scope and of all that is in it."""
        granted = request.state.principal.granted(READER)
        days = (first or date.min, last or date.max)
        found = workspace.counts.list(parse_scope(scope), *days, unit, granted)
        return CountList([_item(count) for count in found])

    @router.post(
        "/counts",
        dependencies=[Depends(Permission(INGEST, services))],
        responses=refusals(400, 408, 413, 415),
        openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    )
    async def put_counts(request: Request) -> CountsTaken:
        """Keep business counts, all or none. Those of the same unit, day, scope and dimensions
        are replaced."""
        kind = content_type(request, ("application/json", "text/csv"))
        body = await read_body(request, BODY_LIMIT)
        principal: Principal = request.state.principal
        return await anyio.to_thread.run_sync(_put, services, principal, kind, body)

    @router.delete(
        "/counts",
        dependencies=[Depends(Permission(REMOVING, services))],
        responses=refusals(400),
    )
    def remove_counts(
        request: Request,
        unit: NeededUnit,
        scope: ScopeParameter = "/",
        first: FirstDay = None,
        last: LastDay = None,
    ) -> CountsRemoved:
        """Forget the counts of a unit at a scope itself."""
        days = (first or date.min, last or date.max)
        who = request.state.principal.name
        return CountsRemoved(workspace.counts.remove(unit, parse_scope(scope), *days, who))

    return router


def _put(services: Services, principal: Principal, kind: str, body: bytes) -> CountsTaken:
    counts = _parsed(kind, body)
    for scope in sorted({count.scope for count in counts}):
        require(principal, INGEST, parse_scope(scope))
    services.workspace.counts.put(counts, principal.name)
    return CountsTaken(len(counts))


def _parsed(kind: str, body: bytes) -> Sequence[BusinessCount]:
    if kind == "application/json":
        return counts_of_json(body)
    try:
        return counts_of_csv(body.decode())
    except UnicodeDecodeError as fault:
        raise InvalidInput(f"The body is not UTF-8: {fault}", target="body") from None


def _item(count: BusinessCount) -> CountItem:
    return CountItem(count.unit, count.day, count.scope, dict(count.dimensions), count.count)
