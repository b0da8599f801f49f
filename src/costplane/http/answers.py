"""JSON in and out: amounts keep all their digits, bodies stay within a limit."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from costplane.core.exact_json import json_text
from costplane.errors import InvalidInput, TooLarge


def json_answer(
    value: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """A response of `value` as JSON."""
    return Response(json_text(value), status, headers, media_type="application/json")


async def read_body(request: Request, limit: int) -> bytes:
    """The body of `request`. Raises TooLarge as soon as it has more than `limit` bytes."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def parse_object(body: bytes) -> dict[str, object]:
    """The JSON object in `body`. Raises InvalidInput with the place of the fault."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        place = "" if "byte" in str(fault) else f" (byte {len(body)})"
        raise InvalidInput(f"The body is not JSON: {fault}{place}", target="body") from None
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object", target="body")
    return value


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body has more than {limit:,} bytes, the most that is taken here")
