"""`POST /v1/unit-costs`: costs divided by what they bought."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from costplane.access.roles import READER
from costplane.app.unit_costs.as_data import UnitCostData, as_data
from costplane.app.unit_costs.units import COUNT, MOST_UNITS, PRESET, UNITS
from costplane.core.scope import parse_scope
from costplane.http.access import Access, looker
from costplane.http.answers import parse_object
from costplane.http.bodies import read_body
from costplane.http.own import Permission, ScopeParameter
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services

Json = dict[str, Any]

BODY_LIMIT = 4 << 20

_TEXT: Json = {"type": "string"}
QUESTION: Json = {
    "type": "object",
    "description": "A query's definition without sums, and what to divide by. Names are matched "
    "without regard to case, and members that are not here are passed over.",
    "properties": {
        "type": {
            "enum": ["ActualCost", "AmortizedCost", "Usage"],
            "default": "AmortizedCost",
        },
        "timeframe": _TEXT | {"default": "MonthToDate", "description": "As in a query"},
        "timePeriod": {
            "type": "object",
            "description": "First and last day, both included",
            "required": ["from", "to"],
            "properties": {"from": _TEXT, "to": _TEXT},
        },
        "dataset": {
            "type": "object",
            "properties": {
                "granularity": {
                    "enum": ["None", "Hourly", "Daily", "Monthly"],
                    "default": "None",
                },
                "grouping": {"type": "array", "items": {"type": "object"}},
                "filter": {"type": "object"},
                "configuration": {
                    "type": "object",
                    "properties": {"timeZone": _TEXT | {"default": "UTC"}},
                },
            },
        },
        "per": {
            "type": "array",
            "maxItems": MOST_UNITS,
            "items": _TEXT,
            "default": [unit.name for unit in PRESET],
            "description": f"{', '.join(unit.name for unit in UNITS)}, or {COUNT}NAME",
        },
    },
    "example": {
        "timeframe": "MonthToDate",
        "dataset": {
            "granularity": "Daily",
            "grouping": [{"type": "Dimension", "name": "Model"}],
        },
        "per": ["Call", "MillionTokens"],
    },
}


def unit_cost_routes(services: Services) -> APIRouter:
    """The route of unit costs."""
    router = own_router("Unit costs")

    @router.post(
        "/unit-costs",
        dependencies=[Depends(Permission(Access(READER, "query"), services))],
        responses=refusals(400, 404, 408, 413),
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": QUESTION}}}
        },
    )
    async def unit_costs(request: Request, scope: ScopeParameter = "/") -> UnitCostData:
        """Costs divided by calls, tokens, users, sessions or business counts."""
        question = parse_object(await read_body(request, BODY_LIMIT))
        principal, place = request.state.principal, parse_scope(scope)
        granted, sees = principal.granted(READER), looker(principal, place)
        ask = services.workspace.unit_costs.ask
        return as_data(await services.heavy.run(ask, place, question, granted, sees))

    return router
