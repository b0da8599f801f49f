"""The media type of a body."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from costplane.errors import UnsupportedMediaType


def content_type(request: Request, known: Sequence[str]) -> str:
    """The media type of the body, one of `known`, without its parameters; the first of them where
    the header is missing. Raises UnsupportedMediaType for another."""
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not told:
        return known[0]
    if told not in known:
        raise UnsupportedMediaType(
            f"Content-Type '{told[:60]}' is not taken here; send {', '.join(known)}",
            target="Content-Type",
        )
    return told
