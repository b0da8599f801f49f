"""Around every request: its ids, the headers of a careful server, and the last resort.

Azure's clients log `x-ms-request-id`; a correlation id given by the caller is given back.
"""

from __future__ import annotations

import logging
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from costplane.http.envelope import internal_error

LOG = logging.getLogger("costplane.http")

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Inline styles are allowed: Fluent UI makes its style sheets in the browser. Scripts are not."""

_UNCHANGING = "/assets/"


class RequestContext:
    """Gives each request its ids, each answer its headers, and each fault an envelope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = str(uuid.uuid4())
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message, request)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            LOG.info("The client left during %s %s", request.method, request.url.path)
        except Exception:
            LOG.exception("Request ID %s: %s failed", request.state.request_id, request.url.path)
            if not started:
                await internal_error(request)(scope, receive, send_with_headers)


def _add_headers(message: Message, request: Request) -> None:
    headers = MutableHeaders(scope=message)
    headers.update(SECURITY_HEADERS)
    headers["x-ms-request-id"] = request.state.request_id
    headers["x-ms-correlation-request-id"] = _correlation_id(request.headers) or (
        request.state.request_id
    )
    headers.setdefault("Cache-Control", _cache_control(message["status"], request))


def _correlation_id(headers: Headers) -> str | None:
    try:
        return str(uuid.UUID(headers.get("x-ms-correlation-request-id", "")))
    except ValueError:
        return None


def _cache_control(status: int, request: Request) -> str:
    """Files below /assets/ carry the hash of their content in their name."""
    if status < 400 and request.url.path.startswith(_UNCHANGING):
        return "public, max-age=31536000, immutable"
    return "no-cache" if request.url.path == "/" else "no-store"
