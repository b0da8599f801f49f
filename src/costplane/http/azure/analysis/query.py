"""`query`: what was spent, by anything (contract.md section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.datastructures import URL
from starlette.responses import Response

from costplane.errors import InvalidQuery
from costplane.http.answers import json_answer
from costplane.http.azure.analysis.continuation import Continuation, decode, encode
from costplane.http.azure.analysis.query_result import query_result
from costplane.http.azure.protocol.operation import COST, EXTERNAL, READ, Call, Operation
from costplane.http.azure.protocol.pages import page_size


def usage(call: Call) -> Response:
    """POST: the first page of a definition, or a further one with the same body."""
    definition = call.body()
    token = call.options.get("$skiptoken")
    return _answer(call, definition, decode(token) if token else None)


def following_page(call: Call) -> Response:
    """GET of a nextLink: the definition is in the token."""
    token = call.options.get("$skiptoken")
    if not token:
        raise InvalidQuery(
            "A query is a POST with its definition as body; GET only follows a nextLink",
            target="$skiptoken",
        )
    at = decode(token)
    if at.definition is None:
        raise InvalidQuery(
            "This definition is too large for a link: send nextLink as POST with the same body",
            target="$skiptoken",
        )
    return _answer(call, at.definition, at)


def _answer(call: Call, definition: Mapping[str, object], at: Continuation | None) -> Response:
    workspace = call.services.workspace
    now = at.now if at else workspace.now()
    page = workspace.query(
        call.scope,
        workspace.definition(definition, now),
        top=page_size(call.options.get("$top")),
        token=at.position if at else None,
        visible=call.visible,
        looker=call.looker,
    )
    link = next_link(call.request.url, page.next_token, now, definition)
    return json_answer(query_result(call.address, page, link))


def next_link(
    url: URL, position: str | None, now: datetime, definition: Mapping[str, object]
) -> str | None:
    """The absolute address of the page at `position`; None after the last."""
    if position is None:
        return None
    kept = url.remove_query_params("$skiptoken")
    return str(kept.include_query_params(**{"$skiptoken": encode(position, now, definition)}))


OPERATIONS = (
    Operation("query.usage", "POST", COST, "query", READ, usage),
    # Costplane's own: a nextLink that is simply opened answers too.
    Operation("query.next", "GET", COST, "query", READ, following_page),
    Operation(
        "query.usage_by_external_cloud_provider_type",
        "POST",
        COST,
        f"{EXTERNAL}/query",
        READ,
        usage,
        within=f"providers/{COST}/{EXTERNAL}",
    ),
    Operation(
        "query.next",
        "GET",
        COST,
        f"{EXTERNAL}/query",
        READ,
        following_page,
        within=f"providers/{COST}/{EXTERNAL}",
    ),
)
