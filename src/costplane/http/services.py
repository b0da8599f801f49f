"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from costplane.app.workspace import Workspace
from costplane.http.access import Principal
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Authenticator
from costplane.http.throttle import NO_LIMITS, Limits
from costplane.http.throttled import note_left


@dataclass(frozen=True, slots=True)
class Services:
    """The data, the callers' identities, the threads for heavy work, and limits."""

    workspace: Workspace
    authentication: Authenticator
    heavy: HeavyWork
    limits: Limits = NO_LIMITS


def identified(request: Request, services: Services) -> Principal:
    """Who calls. It may wait for a database or an issuer, so it runs on a thread. Raises
    Unauthenticated, Forbidden, or TooManyRequests over the limit of a caller."""
    client = request.client.host if request.client else ""
    caller = services.authentication.authenticate(request.headers, client, request.method)
    note_left(request, services.limits.count_caller(caller.name))
    return caller
