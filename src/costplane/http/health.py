"""`/healthz` and `/readyz`, as watchers of servers expect them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from fastapi import APIRouter, Depends
from starlette.responses import Response

from costplane.http.access import PUBLIC
from costplane.http.answers import json_answer
from costplane.http.own import Permission
from costplane.http.own_router import RETRY_LATER, own_router
from costplane.http.services import Services


@dataclass(frozen=True, slots=True)
class Alive:
    """The process serves."""

    status: Literal["alive"] = "alive"


@dataclass(frozen=True, slots=True)
class Ready:
    """Queries are complete."""

    status: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class Progress:
    """`loaded` of `total` parts of history are there; `what` is being loaded."""

    loaded: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class NotReady:
    """Queries are answered, without what is still to be loaded."""

    loading: Progress
    status: Literal["loading"] = "loading"


def health_routes(services: Services) -> APIRouter:
    """The two routes. They are never limited."""
    public = [Depends(Permission(PUBLIC, services))]
    router = own_router("Health", "", common=(), dependencies=public)

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def healthz() -> Alive:
        """200 as soon as the process serves."""
        return Alive()

    @router.head("/readyz", include_in_schema=False)
    @router.get(
        "/readyz",
        response_model=Ready,
        responses={
            503: {"model": NotReady, "description": "Not yet", "headers": RETRY_LATER},
        },
    )
    def readyz() -> Response:
        """200 once queries are complete; until then 503 with the progress of the load."""
        loading = services.workspace.status().loading
        if loading is None or not loading.active:
            return json_answer(asdict(Ready()))
        progress = NotReady(Progress(loading.loaded, loading.total, loading.what))
        return json_answer(asdict(progress), 503, {"Retry-After": "2"})

    return router
