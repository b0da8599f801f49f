"""The page: files that the build put beside the package, served as they are."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.responses import PlainTextResponse, Response

from costplane.http.access import PUBLIC
from costplane.http.own import Permission
from costplane.http.services import Services


def built_page() -> Path:
    """Where the build puts the page."""
    return Path(str(files("costplane"))) / "web" / "dist"


def page_routes(services: Services, folder: Path) -> APIRouter:
    """Everything in `folder`; a browser's other addresses get index.html (the page's own
    addresses, such as /analysis)."""
    router = APIRouter(
        include_in_schema=False, dependencies=[Depends(Permission(PUBLIC, services))]
    )
    if (folder / "index.html").is_file():
        router.frontend("/", directory=folder, fallback="index.html", check_dir=True)
        return router

    @router.get("/")
    def missing() -> Response:
        """Say that there is no page."""
        return PlainTextResponse(
            "The page is not built in this installation; install the package with "
            "'pip install .', which builds it. The API answers all the same.\n"
        )

    return router
