"""`POST /v1/unit-costs`: costs divided by what they bought."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from costplane.access.roles import READER
from costplane.app.unit_costs.as_data import UnitCostData, as_data
from costplane.core.scope import parse_scope
from costplane.http.access import Access, looker
from costplane.http.answers import parse_object
from costplane.http.bodies import read_body
from costplane.http.own import ErrorAnswer, Permission, ScopeParameter
from costplane.http.services import Services

BODY_LIMIT = 4 << 20

QUESTION: dict[str, Any] = {
    "type": "object",
    "description": "A query's definition without sums: type (default AmortizedCost), timeframe "
    "(default MonthToDate) or timePeriod, dataset with granularity, grouping, filter and "
    "configuration; and what to divide by.",
    "properties": {
        "type": {"type": "string"},
        "timeframe": {"type": "string"},
        "timePeriod": {
            "type": "object",
            "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
        },
        "dataset": {"type": "object"},
        "per": {
            "type": "array",
            "maxItems": 20,
            "items": {"type": "string"},
            "description": "Call, MillionTokens, MillionInputTokens, MillionOutputTokens, User, "
            "Session, or count:NAME",
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
    router = APIRouter(prefix="/v1", responses={"4XX": {"model": ErrorAnswer}})

    @router.post(
        "/unit-costs",
        dependencies=[Depends(Permission(Access(READER, "query"), services))],
        responses={503: {"model": ErrorAnswer, "description": "Busy: see Retry-After"}},
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
