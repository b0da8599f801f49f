"""`GET /v1/explain`: why an event or a charge costs what it costs (billing-rules 28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from costplane.access.roles import READER
from costplane.app.access.visible import MaySee
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound
from costplane.http.access import Access, Principal
from costplane.http.own import Permission
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services
from costplane.rating.charge_address import parse_charge_address
from costplane.rating.explanation import ChargeExplanation, EventExplanation

MOST_SKIPPED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked for: an event or a charge. Amounts are decimals as text."""

    event: EventExplanation | None = None
    charge: ChargeExplanation | None = None


EventParameter = Annotated[str | None, Query(description="An event: its source, #, its id")]
ChargeParameter = Annotated[
    str | None,
    Query(
        description="A charge: charge:<hour>/<series>/<quantity>/<SkuPriceId>, or "
        "charge:<hour>/<own, unused or purchase>/hours/<SkuPriceId>/<resource id>"
    ),
]
SkipParameter = Annotated[
    int, Query(ge=0, le=MOST_SKIPPED, description="Events behind the charge to pass over")
]


def explain_routes(services: Services) -> APIRouter:
    """The route of explanations."""
    router = own_router("Explanations")
    visible = [Depends(Permission(Access(READER, "visible"), services))]

    @router.get("/explain", dependencies=visible, responses=refusals(400, 404))
    async def explain(
        request: Request,
        event: EventParameter = None,
        charge: ChargeParameter = None,
        skip: SkipParameter = 0,
    ) -> Explanation:
        """Why an event or a charge costs what it costs: quantities, price rows, rounding."""
        principal: Principal = request.state.principal
        return await services.heavy.run(_visible, services, principal, event, charge, skip)

    return router


def _visible(
    services: Services, principal: Principal, event: str | None, charge: str | None, skip: int
) -> Explanation:
    """The explanation, if the caller may read costs of its resource. Who may not is told the
    same as if there were none."""

    def may_see(resource_id: str) -> bool:
        return principal.holds(READER, parse_scope(resource_id))

    try:
        return _explained(services, may_see, event, charge, skip)
    except NotFound:
        raise _nothing(event, charge) from None


def _explained(
    services: Services, may_see: MaySee, event: str | None, charge: str | None, skip: int
) -> Explanation:
    workspace = services.workspace
    if event is not None and charge is None:
        return Explanation(event=workspace.explain_named_event(event, may_see))
    if charge is not None and event is None:
        address = parse_charge_address(charge)
        return Explanation(charge=workspace.explain_charge(address, skip, may_see))
    raise InvalidInput("name one of event and charge", target="event")


def _nothing(event: str | None, charge: str | None) -> NotFound:
    kind, name = ("event", event) if event is not None else ("charge", charge)
    return NotFound(f"there is no {kind} '{name}' that you may see", target=kind)
