"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from costplane.app.workspace import Workspace
from costplane.http.access import Principal
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Authenticator
from costplane.http.throttle import NO_LIMITS, Limits
from costplane.http.throttled import note_left

WAITING_TO_WRITE = 32
"""Bodies that may wait for the one writer: what they take of memory is bounded by this."""


def _one_writer() -> HeavyWork:
    return HeavyWork(at_once=1, waiting=WAITING_TO_WRITE)


@dataclass(frozen=True, slots=True)
class Services:
    """The data, the callers' identities, the threads for heavy work and for intake, limits."""

    workspace: Workspace
    authentication: Authenticator
    heavy: HeavyWork
    limits: Limits = NO_LIMITS
    intake: HeavyWork = field(default_factory=_one_writer)


def identified(request: Request, services: Services) -> Principal:
    """Who calls. It may wait for a database or an issuer, so it runs on a thread. Raises
    Unauthenticated, Forbidden, or TooManyRequests over the limit of a caller."""
    client = request.client.host if request.client else ""
    caller = services.authentication.authenticate(request.headers, client, request.method)
    note_left(request, services.limits.count_caller(caller.name))
    return caller
