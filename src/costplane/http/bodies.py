"""Bodies as they come in: no larger than is taken, and no slower than a bad line.

Every body is read here, so that none takes memory or a connection for longer than its client is
worth. While a body comes in no thread waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from costplane.errors import RequestTimeout, TooLarge

PATIENCE = 20.0
"""Seconds that a client has for its body, and one more for each SLOWEST bytes of it."""

SLOWEST = 4_096
"""Bytes a second: what the worst line that anybody works on still carries."""

SMALL = 65_536
"""Bytes of a body that FastAPI parses, at most."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body of `request`. Raises TooLarge as soon as it has more than `limit` bytes, and
    RequestTimeout when it comes too slowly."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise _too_large(limit)
    body = bytearray()
    with anyio.move_on_after(PATIENCE) as patience:
        async for chunk in request.stream():
            body += chunk
            patience.deadline += len(chunk) / SLOWEST
            if len(body) > limit:
                raise _too_large(limit)
    if patience.cancelled_caught:
        raise RequestTimeout(
            f"The body came too slowly: {len(body):,} bytes of it in time; send it without pauses",
            target="body",
        )
    return bytes(body)


class SmallBody(APIRoute):
    """A route that may have a body that FastAPI parses, which by itself would read one without an
    end, before it asks who calls."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answers a request whose body is read already."""
        answer = super().get_route_handler()
        if self.body_field is None:
            return answer

        async def answer_read(request: Request) -> Response:
            body = await read_body(request, SMALL)

            async def receive() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            return await answer(Request(request.scope, receive))

        return answer_read


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body has more than {limit:,} bytes, the most that is taken here")
