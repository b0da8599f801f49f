"""Named resources over HTTP: their envelope, eTags, and the three calls that all have alike.

Status codes are those of operations.md, facts 5 and 18: 201 for a new resource and 200 for a
changed one; a removal is 200, and for what is not there 204 where the clients take that, else 404.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, get_args

from starlette.responses import Response

from costplane.analysis.body import member
from costplane.app.arm.documents import decode
from costplane.app.arm.keeping import Versions
from costplane.core.arm_resource import ArmResource, Place
from costplane.core.scope import BENEFITS, ScopeKind
from costplane.errors import InvalidInput, NotFound
from costplane.http.access import Access
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import COST, Call, Operate, Operation
from costplane.http.azure.protocol.shapes import resource, resource_id

NAMED: frozenset[ScopeKind] = frozenset(get_args(ScopeKind)) - BENEFITS - {"All"}
"""Scopes at which things are kept. At `/` nothing is shared: each caller sees another whole."""

BODY_LIMIT = 262_144
"""Bytes of a resource."""


def operations(
    name: str,
    rows: Iterable[tuple[str, str, str, Access, Operate]],
    scopes: frozenset[ScopeKind] = NAMED,
    provider: str = COST,
) -> tuple[Operation, ...]:
    """What is done with resources, by the operation's name (`{}` in `name`), method, path, access
    and what answers it."""
    return tuple(
        Operation(
            name.format(row), method, provider, path, access, operate, scopes, body_limit=BODY_LIMIT
        )
        for row, method, path, access, operate in rows
    )


def place(call: Call, kind: str, parent: str = "") -> Place:
    """Where the call's shared resources of a kind are."""
    return Place(kind, call.scope.id, parent=parent.lower())


def private_place(call: Call, kind: str) -> Place:
    """Where the caller's own resources of a kind are."""
    return Place(kind, "/", owner=call.principal.name)


def told(call: Call) -> dict[str, object]:
    """The body of a call, with exact numbers; an empty object if there is none."""
    return decode(call.content) if call.content.strip() else {}


def properties(body: Mapping[str, object]) -> object:
    """What the resource is. Raises InvalidInput if the body does not tell it."""
    found = member(body, "properties", "properties")
    if found is None:
        raise InvalidInput("The body has no 'properties'", target="properties")
    return found


def versions(call: Call, body: Mapping[str, object], *, required: bool = False) -> Versions:
    """What the call demands of the version that is there, by its body and headers."""
    etag = member(body, "eTag", "eTag")
    if etag is not None and not isinstance(etag, str):
        raise InvalidInput("eTag is text, as GET answers it", target="eTag")
    headers = call.request.headers
    return Versions(
        etag or "", headers.get("if-match", ""), headers.get("if-none-match", ""), required
    )


def envelope(
    call: Call, type_: str, name: str, content: Mapping[str, object], **more: Any
) -> dict[str, object]:
    """A resource as Azure shows it; `type_` is such as Microsoft.X/ScheduledActions, of which the
    id has the small letter of its path."""
    provider, _, kind = type_.partition("/")
    path = f"{provider}/{kind[0].lower()}{kind[1:]}"
    return resource(resource_id(call, path, name), type_, content, name=name, **more)


def saved(content: Mapping[str, object], *, created: bool) -> Response:
    """The answer to a PUT."""
    return json_answer(content, HTTPStatus.CREATED if created else HTTPStatus.OK)


def removed(call: Call, at: Place, name: str, *children: Place, no_content: bool) -> Response:
    """Remove, and answer. Raises NotFound where the clients take no 204."""
    if call.services.workspace.kept.remove(at, name, call.principal.name, *children):
        return Response(status_code=HTTPStatus.OK)
    if no_content:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    raise NotFound(f"there is no '{name[:80]}' among {at.kind} at '{at.scope}'")


def system_data(resource: ArmResource) -> dict[str, object]:
    """Who made and changed a resource, and when."""
    return {
        "createdBy": resource.created_by,
        "createdByType": "User",
        "createdAt": resource.created_at,
        "lastModifiedBy": resource.modified_by,
        "lastModifiedByType": "User",
        "lastModifiedAt": resource.modified_at,
    }
