"""The files of reports, by links that need no other identity: who has a link has its key."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from costplane.http.access import PUBLIC
from costplane.http.own import ErrorAnswer, Permission
from costplane.http.services import Services


def report_file_routes(services: Services) -> APIRouter:
    """The route of the files of reports."""
    router = APIRouter(responses={"4XX": {"model": ErrorAnswer}})
    public = [Depends(Permission(PUBLIC, services))]

    @router.get(
        "/v1/report-files/{report_id}/{name}",
        dependencies=public,
        response_class=FileResponse,
        responses={200: {"content": {"text/csv": {}, "application/zip": {}}}},
    )
    async def report_file(report_id: str, name: str, sig: str = "") -> FileResponse:
        """A file of a report, as the result of its operation links to it, until that expires."""
        workspace = services.workspace
        path = await anyio.to_thread.run_sync(workspace.reports.file, report_id, name, sig)
        kind = "application/zip" if path.suffix == ".zip" else "text/csv"
        return FileResponse(path, media_type=kind, filename=f"{report_id}_{name}")

    return router
