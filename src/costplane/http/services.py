"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from costplane.app.workspace import Workspace
from costplane.http.access import Principal
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Authenticator


@dataclass(frozen=True, slots=True)
class Services:
    """The data, the callers' identities, and the threads for heavy work."""

    workspace: Workspace
    authentication: Authenticator
    heavy: HeavyWork


def identified(request: Request, services: Services) -> Principal:
    """Who calls. It may wait for a database or an issuer, so it runs on a thread."""
    client = request.client.host if request.client else ""
    return services.authentication.authenticate(request.headers, client, request.method)
