"""JSON in and out: amounts keep all their digits."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from costplane.core.exact_json import json_text
from costplane.errors import InvalidInput


def json_answer(
    value: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """A response of `value` as JSON."""
    return Response(json_text(value), status, headers, media_type="application/json")


def parse_object(body: bytes) -> dict[str, object]:
    """The JSON object in `body`. Raises InvalidInput with the place of the fault."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply", target="body") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        place = "" if "byte" in str(fault) else f" (byte {len(body)})"
        raise InvalidInput(f"The body is not JSON: {fault}{place}", target="body") from None
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object", target="body")
    return value
