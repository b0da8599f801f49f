"""Every route of the application says which role it needs, and at which scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.scope import Scope, parse_scope
from costplane.errors import Forbidden
from costplane.http.access import PUBLIC, Access, require
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.own import Permission


def accesses(route: Any) -> list[Access]:
    """What `route` declares."""
    declared = list(getattr(route, "accesses", ()))
    needed = [dependency.dependency for dependency in getattr(route, "dependencies", ())]
    return declared + [need.access for need in needed if isinstance(need, Permission)]


def every_route(router: Any) -> Iterator[Any]:
    """The routes of a router and of those that it includes, those of the page too."""
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from every_route(included)
    if getattr(router, "_frontend_routes", None) is not None:
        yield router._frontend_routes


def test_every_route_declares_its_role_and_scope(workspace: Workspace) -> None:
    app = create_app(workspace, authentication=AnonymousOwner())
    routes = list(every_route(app.router))
    assert len(routes) >= 9
    assert [route for route in routes if len(accesses(route)) == 0] == []


def test_a_route_without_a_declaration_is_found() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    router = APIRouter()

    @router.get("/open")
    def undeclared() -> None: ...

    app.include_router(router)
    found = [route for route in every_route(app.router) if not accesses(route)]
    assert [route.path for route in found if isinstance(route, APIRoute)] == ["/open"]


def test_only_health_page_description_and_signing_in_are_public(workspace: Workspace) -> None:
    app = create_app(workspace, authentication=AnonymousOwner())
    public = {
        getattr(route, "path", type(route).__name__)
        for route in every_route(app.router)
        if PUBLIC in accesses(route)
    }
    allowed = {"/openapi.json", "/healthz", "/readyz", "/", "_FrontendRouteGroup"}
    allowed.add("/v1/report-files/{report_id}/{name}")  # its links hold a key
    signing_in = {"", "/callback", "/openid/{name}"}
    whole = {f"/v1/session{path}" for path in signing_in}
    assert public <= allowed | whole | {"UnknownOperation"}


class Reader:
    name = "reader@contoso.com"

    def holds(self, role: Role, scope: Scope) -> bool:
        return role == "Cost Management Reader" and scope.id == "/subscriptions/a"

    def granted(self, role: Role) -> tuple[Scope, ...]:
        return (parse_scope("/subscriptions/a"),) if role == "Cost Management Reader" else ()


def test_a_role_elsewhere_does_not_count() -> None:
    read = Access("Cost Management Reader", "path")
    require(Reader(), read, parse_scope("subscriptions/A"))
    with pytest.raises(Forbidden, match="'Cost Management Reader' at '/subscriptions/b'"):
        require(Reader(), read, parse_scope("subscriptions/b"))


def test_everything_is_what_one_may_see() -> None:
    require(Reader(), Access("Cost Management Reader", "query"), parse_scope("/"))
    for role in ("Billing Reader", "Owner"):
        with pytest.raises(Forbidden):
            require(Reader(), Access(role, "query"), parse_scope("/"))


def test_an_access_is_public_or_names_both() -> None:
    with pytest.raises(ValueError, match="for anybody"):
        Access("Owner", "none")
