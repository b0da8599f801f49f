"""Limits of the server on the wire: who is refused, and the headers that clients wait by.

Azure has a header of its own for each kind of quota, and clients that read one of them ignore the
others and the standard one (contract.md section 0); a refusal says the same seconds in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from costplane.errors import TooManyRequests
from costplane.http.envelope import costplane_error
from costplane.http.throttle import Limits

_COST = "x-ms-ratelimit-microsoft.costmanagement-{}-retry-after"
_WAITING = {
    "microsoft.costmanagement": tuple(
        _COST.format(quota) for quota in ("qpu", "entity", "tenant", "client", "clienttype")
    ),
    "microsoft.consumption": (
        "x-ms-ratelimit-microsoft.consumption-retry-after",
        "x-ms-ratelimit-microsoft.consumption-tenant-retry-after",
    ),
}
_LEFT = {
    "microsoft.costmanagement": "x-ms-ratelimit-remaining-microsoft.costmanagement-client-requests",
    "microsoft.consumption": "x-ms-ratelimit-remaining-microsoft.consumption-tenant-requests",
}
_UNCOUNTED = ("/assets/", "/healthz", "/readyz")


class Throttled:
    """Counts each address's calls, and tells in each answer what is left or how long to wait."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].startswith(_UNCOUNTED):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(dict(_told(request, message["status"], headers)))
            await send(message)

        try:
            client = request.client.host if request.client else ""
            note_left(request, self._limits.count_address(client))
        except TooManyRequests as refusal:
            answer = await costplane_error(request, refusal)
            await answer(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def note_left(request: Request, calls: int | None) -> None:
    """Remember how many more calls a limit allows; of several limits the narrowest counts."""
    if calls is not None:
        request.state.calls_left = min(calls, getattr(request.state, "calls_left", calls))


def _told(request: Request, status: int, headers: MutableHeaders) -> Iterator[tuple[str, str]]:
    path = request.url.path.lower()
    provider = next((name for name in _LEFT if f"/{name}/" in path), None)
    if provider is None:
        return
    left = getattr(request.state, "calls_left", None)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        yield from ((name, headers.get("Retry-After", "1")) for name in _WAITING[provider])
        yield _LEFT[provider], "0"
    elif left is not None:
        yield _LEFT[provider], str(left)
