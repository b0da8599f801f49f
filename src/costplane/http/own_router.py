"""Routers of the own API: what all of its routes share.

Names of query parameters match without regard to case, the first of a repeated one stands and
those that nobody knows are passed over, as in Azure's paths (`azure/protocol/routes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Security
from fastapi.datastructures import QueryParams
from fastapi.params import Depends
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response

from costplane.http.bodies import SmallBody

BEARER = HTTPBearer(
    scheme_name="bearer",
    auto_error=False,
    description="A token of Costplane's or of a configured OpenID issuer; a server that was "
    "started without authentication asks for none",
)
"""How a caller is known, as the description has it; `Permission` is what asks for it."""

KNOWN_CALLERS = (401, 403, 429, 503)
"""What every route can tell a caller who must be known: an issuer may not answer."""

ANYBODY = (429,)
"""What every route can tell anybody."""

_MEANINGS = {
    400: "Something that was sent cannot be; `target` says what",
    401: "No token, or one that opens nothing",
    403: "The role is missing at the scope, whether that exists or not",
    404: "It is not there, or not for this caller",
    408: "The body came too slowly",
    413: "The body is over its limit",
    415: "The body is of a media type, or in a compression, that is not taken",
    429: "More calls than the server's limits allow; Retry-After says when to come back",
    503: "Busy, or storage or an issuer does not answer; Retry-After says when to come back",
}
RETRY_LATER = {
    "Retry-After": {"required": True, "schema": {"type": "integer"}, "description": "Seconds"}
}
"""The header of an answer that may be another one later."""

_CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
_HEADERS = {401: _CHALLENGE, 429: RETRY_LATER, 503: RETRY_LATER}

Responses = dict[int | str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ErrorMember:
    """What went wrong: a code for programs, a message for people, the field it is about."""

    code: str
    message: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorDetails(ErrorMember):
    """The error; where several things are wrong, each of them is one of `details`."""

    details: list[ErrorMember] | None = None


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """Every error has this shape; members without a value are left out."""

    error: ErrorDetails


class OwnRoute(SmallBody):
    """A route of the own API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answers a request whose parameters have plain names."""
        answer = super().get_route_handler()

        async def answer_plain(request: Request) -> Response:
            query = _plain_names(request.scope["query_string"])
            told = {**request.scope, "query_string": query}
            return await answer(Request(told, request.receive))

        return answer_plain


def own_router(
    tag: str,
    prefix: str = "/v1",
    *,
    common: Sequence[int] = KNOWN_CALLERS,
    dependencies: Sequence[Depends] = (),
) -> APIRouter:
    """A router whose routes are described under `tag`, by the names of their functions. All can
    answer the errors of `common`; callers must be known where that has 401."""
    known = (Security(BEARER),) if 401 in common else ()
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        responses=refusals(*common),
        route_class=OwnRoute,
        dependencies=[*known, *dependencies],
        generate_unique_id_function=lambda route: route.name,
    )


def refusals(*statuses: int) -> Responses:
    """The description of errors by their status."""
    return {
        status: {"model": ErrorAnswer, "description": _MEANINGS[status]}
        | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
        for status in statuses
    }


def _plain_names(query: bytes) -> bytes:
    told = QueryParams(query).multi_items()
    return urlencode({name.lower(): value for name, value in reversed(told)}).encode()
