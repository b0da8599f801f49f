"""The files of reports, by links that need no other identity: who has a link has its key."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from costplane.http.access import PUBLIC
from costplane.http.own import Permission
from costplane.http.own_router import ANYBODY, Responses, own_router, refusals
from costplane.http.services import Services

_CONTENT = {"text/csv": {"schema": {"type": "string"}}, "application/zip": {}}
_FILE: Responses = {
    200: {"description": "The file", "content": _CONTENT},
    206: {"description": "The part that the header Range asks for", "content": _CONTENT},
    400: {"description": "A header Range that is none", "content": {"text/plain": {}}},
    416: {"description": "A part beyond the end of the file", "content": {"text/plain": {}}},
}


def report_file_routes(services: Services) -> APIRouter:
    """The route of the files of reports."""
    router = own_router("Reports", common=ANYBODY)
    public = [Depends(Permission(PUBLIC, services))]

    @router.get(
        "/report-files/{report_id}/{name}",
        dependencies=public,
        response_class=FileResponse,
        responses=refusals(404) | _FILE,
    )
    async def report_file(report_id: str, name: str, sig: str = "") -> FileResponse:
        """A file of a report, as the result of its operation links to it, until that expires."""
        workspace = services.workspace
        path = await anyio.to_thread.run_sync(workspace.reports.file, report_id, name, sig)
        kind = "application/zip" if path.suffix == ".zip" else "text/csv"
        return FileResponse(path, media_type=kind, filename=f"{report_id}_{name}")

    return router
