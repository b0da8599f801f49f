"""`/healthz` and `/readyz`, as watchers of servers expect them."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import Response

from costplane.http.access import PUBLIC
from costplane.http.answers import json_answer
from costplane.http.own import Permission
from costplane.http.services import Services


def health_routes(services: Services) -> APIRouter:
    """The two routes."""
    router = APIRouter(
        include_in_schema=False, dependencies=[Depends(Permission(PUBLIC, services))]
    )

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        """200 as soon as the process serves."""
        return json_answer({"status": "alive"})

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    def readyz() -> Response:
        """200 once queries are complete; until then 503 with the progress of the load."""
        loading = services.workspace.status().loading
        if loading is None or not loading.active:
            return json_answer({"status": "ready"})
        progress = {"loaded": loading.loaded, "total": loading.total, "what": loading.what}
        return json_answer({"status": "loading", "loading": progress}, 503, {"Retry-After": "2"})

    return router
