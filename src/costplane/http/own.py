"""The own API, `/v1`: what Azure has no call for, and what the page needs for its menus.

Amounts are decimal strings here, so that no reader takes them for floats.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from costplane.access.roles import READER
from costplane.app.status import Status
from costplane.app.workspace import Workspace
from costplane.core.period import Period
from costplane.core.scope import Scope, parse_scope
from costplane.http.access import Access, Principal, looker, require
from costplane.http.own_router import own_router, refusals
from costplane.http.ranges import days
from costplane.http.services import Services, identified


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """A folder of cost; `parent` is the id of the one that holds it."""

    id: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Scopes:
    """What the caller may see, widest first."""

    scopes: list[ScopeItem]


@dataclass(frozen=True, slots=True)
class DimensionItem:
    """A dimension to group and filter by."""

    name: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What costs of a scope can be grouped and filtered by; `tags` are keys."""

    dimensions: list[DimensionItem]
    tags: list[str]


@dataclass(frozen=True, slots=True)
class ValueItem:
    """A value and its cost in the range; null: only usage without a price has it."""

    value: str
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a dimension or tag, the costliest first."""

    values: list[ValueItem]


@dataclass(frozen=True, slots=True)
class LoadingItem:
    """History being loaded: `loaded` of `total` parts, and which one now."""

    active: bool
    loaded: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """What runs, and how far its data reaches."""

    version: str
    now: datetime
    currency: str
    demo: bool
    loading: LoadingItem | None
    newest: datetime | None
    oldest: datetime | None


ScopeParameter = Annotated[str, Query(description="Scope id; / is all that you may see")]
FirstDay = Annotated[date | None, Query(alias="from", description="First UTC day; else the 1st")]
LastDay = Annotated[date | None, Query(alias="to", description="Last UTC day, included")]


@dataclass(frozen=True, slots=True)
class Permission:
    """Holds callers back who lack what `access` demands (a dependency of every own route)."""

    access: Access
    services: Services

    def __call__(self, request: Request) -> None:
        """Raise Unauthenticated or Forbidden for a caller who may not."""
        if self.access.scope == "none":
            return
        principal = identified(request, self.services)
        request.state.principal = principal
        if self.access.scope == "query":
            require(principal, self.access, parse_scope(request.query_params.get("scope", "/")))


def own_routes(services: Services) -> APIRouter:
    """The routes of `/v1`."""
    router = own_router("Scopes and dimensions")
    workspace = services.workspace
    visible = [Depends(Permission(Access(READER, "visible"), services))]
    at_scope = [Depends(Permission(Access(READER, "query"), services))]

    @router.get("/scopes", dependencies=visible)
    def scopes(request: Request) -> Scopes:
        """Every scope that the caller may see, widest first."""
        return Scopes(_visible_scopes(workspace, request.state.principal))

    @router.get("/dimensions", dependencies=at_scope, responses=refusals(400, 404))
    def dimensions(request: Request, scope: ScopeParameter = "/") -> Dimensions:
        """What costs of the scope can be grouped and filtered by."""
        granted = request.state.principal.granted(READER)
        menu = workspace.dimensions(parse_scope(scope), granted)
        items = [DimensionItem(item.name, item.label, item.meaning) for item in menu.dimensions]
        return Dimensions(items, list(menu.tags))

    @router.get(
        "/dimensions/{name:path}/values", dependencies=at_scope, responses=refusals(400, 404)
    )
    async def dimension_values(
        request: Request,
        name: str,
        scope: ScopeParameter = "/",
        first: FirstDay = None,
        last: LastDay = None,
    ) -> Values:
        """The values of a dimension, or of a tag named `tag:KEY`, with their cost."""
        period = days(first, last, workspace.now())
        principal = request.state.principal
        return await services.heavy.run(
            _values, workspace, parse_scope(scope), name, period, principal
        )

    @router.get("/status", dependencies=visible)
    def status(request: Request) -> StatusAnswer:
        """What runs, and how far the data reaches that the caller may see."""
        return _status(workspace.status(request.state.principal.granted(READER)))

    return router


def _visible_scopes(workspace: Workspace, principal: Principal) -> list[ScopeItem]:
    """The scopes at which costs may be read. One that is not visible is nobody's parent: even
    its name would tell where it stands."""
    seen = [n for n in workspace.scopes() if principal.holds(READER, parse_scope(n.id))]
    ids = {node.id for node in seen}
    return [
        ScopeItem(node.id, node.name, node.kind, next((p for p in node.parents if p in ids), None))
        for node in seen
    ]


def _values(
    workspace: Workspace, scope: Scope, name: str, period: Period, principal: Principal
) -> Values:
    found = workspace.dimension_values(
        scope, name, period, principal.granted(READER), looker(principal, scope)
    )
    return Values([ValueItem(value.value, value.cost) for value in found])


def _status(status: Status) -> StatusAnswer:
    return StatusAnswer(
        status.version,
        status.now,
        status.currency,
        status.demo,
        LoadingItem(**asdict(status.loading)) if status.loading else None,
        status.newest,
        status.oldest,
    )
