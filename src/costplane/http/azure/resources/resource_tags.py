"""Tags of subscriptions, groups and resources in the shape of Azure's Resources API
(azure-mgmt-resource): read, set and taken away. What is set holds from now on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Literal

from starlette.responses import Response

from costplane.analysis.body import as_object, as_text, choose, member
from costplane.core.scope import ScopeKind
from costplane.errors import InvalidInput
from costplane.http.access import Access
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import READ, Call, Operation
from costplane.http.azure.resources.resources import known_group, known_resource, selection, tags_of

TAGGED: frozenset[ScopeKind] = frozenset({"Subscription", "ResourceGroup", "Resource"})
OWN = Access("Owner", "path")
"""Tags decide who pays: only an Owner sets them."""

_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 512, 256
_RESOURCES = "Microsoft.Resources"


def tags(call: Call) -> Response:
    """GET: the scope's own tags as of now."""
    _check_there(call)
    return json_answer(_tags_item(call, tags_of(call, [call.scope.id]).get(call.scope.id, {})))


def set_tags(call: Call) -> Response:
    """PUT: replace the scope's tags. PATCH: replace, merge or delete some. It holds from now on."""
    body = call.body()
    _check_there(call)
    properties = as_object(member(body, "properties", "properties"), "properties")
    told = _read_tags(as_object(member(properties, "tags", "properties.tags"), "properties.tags"))
    workspace = call.services.workspace
    if call.request.method == "PATCH":
        operation = choose(member(body, "operation", "operation"), _CHANGES, "operation")
        told = _changed(tags_of(call, [call.scope.id]).get(call.scope.id, {}), told, operation)
    workspace.set_tags(call.scope, told, call.principal.name)
    return json_answer(_tags_item(call, told))


def remove_tags(call: Call) -> Response:
    """DELETE: take all of the scope's tags away. It holds from now on."""
    _check_there(call)
    call.services.workspace.set_tags(call.scope, {}, call.principal.name)
    return Response(status_code=HTTPStatus.OK)


Change = Literal["Replace", "Merge", "Delete"]
_CHANGES: dict[str, Change] = {"replace": "Replace", "merge": "Merge", "delete": "Delete"}


def _changed(
    known: Mapping[str, str], told: Mapping[str, str], operation: Change
) -> dict[str, str]:
    """Keys are one without regard to case; Delete takes what has the same key and value."""
    if operation == "Replace":
        return dict(told)
    lower = {key.lower(): value for key, value in told.items()}
    if operation == "Delete":
        return {key: value for key, value in known.items() if lower.get(key.lower()) != value}
    return {key: value for key, value in known.items() if key.lower() not in lower} | dict(told)


def _read_tags(told: Mapping[str, object]) -> dict[str, str]:
    if len(told) > _MOST_TAGS:
        raise InvalidInput(f"there are at most {_MOST_TAGS} tags", target="properties.tags")
    found = {}
    for key, value in told.items():
        path = f"properties.tags.{key[:60]}"
        text = as_text(value, path)
        if not 0 < len(key) <= _LONGEST_KEY or len(text) > _LONGEST_VALUE:
            raise InvalidInput(
                f"{path}: a key has 1 to {_LONGEST_KEY} characters, a value up to {_LONGEST_VALUE}",
                target=path,
            )
        found[as_text(key, path)] = text
    return found


def _check_there(call: Call) -> None:
    """Raises NotFound unless the catalog has what is tagged."""
    if call.scope.kind == "Resource":
        known_resource(call)
    elif call.scope.kind == "ResourceGroup":
        known_group(call)
    else:
        selection(call)


def _tags_item(call: Call, tagged: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": f"/{call.address}/providers/{_RESOURCES}/tags/default",
        "name": "default",
        "type": f"{_RESOURCES}/tags",
        "properties": {"tags": tagged},
    }


def _rows() -> Iterable[Operation]:
    for name, method, access, operate in (
        ("tags.get_at_scope", "GET", READ, tags),
        ("tags.begin_create_or_update_at_scope", "PUT", OWN, set_tags),
        ("tags.begin_update_at_scope", "PATCH", OWN, set_tags),
        ("tags.begin_delete_at_scope", "DELETE", OWN, remove_tags),
    ):
        yield Operation(name, method, _RESOURCES, "tags/default", access, operate, TAGGED)


OPERATIONS: tuple[Operation, ...] = tuple(_rows())
