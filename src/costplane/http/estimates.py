"""`/v1/estimates`: what planned workloads will cost, compared, and kept by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Query, Request

from costplane.access.roles import READER, Role
from costplane.app.estimating.alternatives import compare
from costplane.app.estimating.asked import AskedEstimate, parse_asked
from costplane.app.estimating.result import Estimate
from costplane.app.estimating.saving import estimate_of
from costplane.core.saved_estimate import SavedEstimate
from costplane.core.scope import parse_scope
from costplane.errors import Conflict, NotFound
from costplane.http.access import Access, Principal, require
from costplane.http.bodies import read_body
from costplane.http.estimate_schema import PLAN
from costplane.http.estimate_shapes import EstimateData, EstimateList, SavedName, data_of, summary
from costplane.http.own import Permission
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services

BODY_LIMIT = 1 << 20
KEEPER: Role = "Cost Management Contributor"

_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": PLAN}}}}

Name = Annotated[str, Path(description="Name of the estimate", max_length=200)]
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Version; the newest")]


@dataclass(frozen=True, slots=True)
class Removed:
    """How many versions were removed."""

    removed: int


def estimate_routes(services: Services) -> APIRouter:
    """The routes of estimates."""
    router = own_router("Estimates")
    planned = refusals(400, 408, 413)
    desk = EstimateDesk(services)
    reading = [Depends(Permission(Access(READER, "body"), services))]
    keeping = [Depends(Permission(Access(KEEPER, "body"), services))]

    @router.post("/estimates", dependencies=reading, responses=planned, openapi_extra=_BODY)
    async def estimate(request: Request) -> EstimateData:
        """What a plan will cost, by meter and month. Nothing is kept."""
        body = await read_body(request, BODY_LIMIT)
        return await services.heavy.run(desk.estimate, body, request.state.principal)

    @router.get("/estimates", dependencies=reading)
    async def estimates(request: Request) -> EstimateList:
        """All versions of the saved estimates whose costs you may see."""
        return await anyio.to_thread.run_sync(desk.listed, request.state.principal)

    @router.get("/estimates/{name}", dependencies=reading, responses=refusals(400, 404))
    async def saved_estimate(request: Request, name: Name, version: Version = None) -> EstimateData:
        """A saved estimate."""
        return await anyio.to_thread.run_sync(desk.show, name, version, request.state.principal)

    @router.put("/estimates/{name}", dependencies=keeping, responses=planned, openapi_extra=_BODY)
    async def save_estimate(request: Request, name: Name) -> EstimateData:
        """Estimate a plan and keep the answer as the next version of a name."""
        body = await read_body(request, BODY_LIMIT)
        return await services.heavy.run(desk.save, name, body, request.state.principal)

    @router.delete("/estimates/{name}", dependencies=keeping, responses=refusals(400, 404))
    async def remove_estimate(request: Request, name: Name) -> Removed:
        """Forget all versions of an estimate."""
        return await anyio.to_thread.run_sync(desk.remove, name, request.state.principal)

    return router


class EstimateDesk:
    """Makes and keeps estimates for callers. An estimate is for those who hold the role at the
    scope of each of its workloads."""

    def __init__(self, services: Services) -> None:
        self._workspace = services.workspace

    def estimate(self, body: bytes, principal: Principal) -> EstimateData:
        """The answer to a plan."""
        asked = self._asked(body, principal, READER)
        return self._data(self._estimate(asked), asked)

    def save(self, name: str, body: bytes, principal: Principal) -> EstimateData:
        """The answer to a plan, kept."""
        asked = self._asked(body, principal, KEEPER)
        for kept in self._named(name):
            if not _holds_all(principal, READER, kept):
                raise Conflict(f"the name '{name[:200]}' is taken; choose another", target="name")
            _require_all(principal, KEEPER, kept)
        found = self._estimate(asked)
        kept = self._workspace.estimates.save(name, found, self._workspace.now())
        return replace(self._data(found, asked), saved=SavedName(kept.name, kept.version))

    def listed(self, principal: Principal) -> EstimateList:
        """What is kept and may be seen."""
        found = self._workspace.estimates.all()
        return EstimateList(
            [summary(kept) for kept in found if _holds_all(principal, READER, kept)]
        )

    def show(self, name: str, version: int | None, principal: Principal) -> EstimateData:
        """A kept estimate, by default the newest version that the caller may see. Whether there
        are others is not told."""
        visible = [
            kept
            for kept in self._named(name)
            if version in (None, kept.version) and _holds_all(principal, READER, kept)
        ]
        if not visible:
            raise _nothing(name)
        kept = max(visible, key=lambda one: one.version)
        return data_of(estimate_of(kept), saved=SavedName(kept.name, kept.version))

    def remove(self, name: str, principal: Principal) -> Removed:
        """Forgets an estimate."""
        found = self._named(name)
        if not found or not all(_holds_all(principal, READER, kept) for kept in found):
            raise _nothing(name)
        for kept in found:
            _require_all(principal, KEEPER, kept)
        return Removed(self._workspace.estimates.remove(name))

    def _named(self, name: str) -> list[SavedEstimate]:
        return [kept for kept in self._workspace.estimates.all() if kept.name == name.strip()]

    def _asked(self, body: bytes, principal: Principal, role: Role) -> AskedEstimate:
        asked = parse_asked(body, self._workspace.now())
        for scope in sorted({workload.scope for workload in asked.plan.workloads}):
            require(principal, Access(role, "body"), parse_scope(scope))
        return asked

    def _estimate(self, asked: AskedEstimate) -> Estimate:
        return self._workspace.estimating.estimate(asked.plan, asked.priced_at)

    def _data(self, found: Estimate, asked: AskedEstimate) -> EstimateData:
        estimating = self._workspace.estimating
        beside = compare(estimating, asked.plan, asked.priced_at) if asked.compares else []
        return data_of(found, alternatives=beside)


def _scopes(kept: SavedEstimate) -> set[str]:
    """Those that pay for it; one without any priced line is everybody's, so that of `/`."""
    return {line.scope for line in estimate_of(kept).lines} or {"/"}


def _holds_all(principal: Principal, role: Role, kept: SavedEstimate) -> bool:
    return all(principal.holds(role, parse_scope(scope)) for scope in _scopes(kept))


def _require_all(principal: Principal, role: Role, kept: SavedEstimate) -> None:
    for scope in sorted(_scopes(kept)):
        require(principal, Access(role, "body"), parse_scope(scope))


def _nothing(name: str) -> NotFound:
    return NotFound(f"there is no estimate '{name[:200]}' that you may see", target="name")
