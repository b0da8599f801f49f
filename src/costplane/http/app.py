"""The application: all routes, in the order in which they are asked."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from costplane import __version__
from costplane.app.workspace import Workspace
from costplane.errors import CostplaneError
from costplane.http import envelope
from costplane.http.access import PUBLIC
from costplane.http.azure.operations import OPERATIONS
from costplane.http.azure.protocol.routes import UnknownOperation, operation_routes
from costplane.http.counts import count_routes
from costplane.http.description import description
from costplane.http.estimates import estimate_routes
from costplane.http.events import event_routes
from costplane.http.explain import explain_routes
from costplane.http.health import health_routes
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Authenticator
from costplane.http.middleware import RequestContext
from costplane.http.own import Permission, own_routes
from costplane.http.page import built_page, page_routes
from costplane.http.persons import person_routes
from costplane.http.report_files import report_file_routes
from costplane.http.services import Services
from costplane.http.sessions import session_routes
from costplane.http.throttle import NO_LIMITS, Limits
from costplane.http.throttled import Throttled
from costplane.http.tokens import token_routes
from costplane.http.traces import trace_routes
from costplane.http.unit_costs import unit_cost_routes


def create_app(
    workspace: Workspace,
    *,
    authentication: Authenticator,
    page: Path | None = None,
    limits: Limits = NO_LIMITS,
) -> FastAPI:
    """The application that serves `workspace` to callers whom `authentication` knows.

    `page` is the folder of the built page, by default the one in the package; `limits`
    say how often one may call, by default as often as one likes.
    """
    services = Services(workspace, authentication, HeavyWork(), limits)
    app = FastAPI(
        title="Costplane",
        summary="Costplane's own API, and Azure's cost management operations.",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(RequestContext),
            Middleware(Throttled, limits=limits),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
        exception_handlers={
            CostplaneError: envelope.costplane_error,
            HTTPException: envelope.http_error,
            RequestValidationError: envelope.validation_error,
        },
    )
    public = [Depends(Permission(PUBLIC, services))]
    app.get("/openapi.json", include_in_schema=False, dependencies=public)(
        description(app, OPERATIONS)
    )
    app.include_router(health_routes(services))
    app.include_router(own_routes(services))
    app.include_router(explain_routes(services))
    app.include_router(event_routes(services))
    app.include_router(trace_routes(services))
    app.include_router(estimate_routes(services))
    app.include_router(unit_cost_routes(services))
    app.include_router(count_routes(services))
    app.include_router(session_routes(services))
    app.include_router(report_file_routes(services))
    app.include_router(token_routes(services))
    app.include_router(person_routes(services))
    app.router.routes.extend(operation_routes(OPERATIONS, services))
    app.router.routes.append(UnknownOperation())
    app.include_router(page_routes(services, page or built_page()))
    return app
