"""Subscriptions, resource groups, resources and their tags in the shape of Azure's Resources API
(azure-mgmt-resource): the calls that read, and those that set tags.

What is answered is the catalog: what usage mentioned, and what was imported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from starlette.responses import Response

from costplane.access.roles import READER
from costplane.analysis.body import as_object, as_text, choose, member
from costplane.catalog.model import Resource, ResourceGroup, Subscription
from costplane.catalog.ports import CatalogReader
from costplane.catalog.scopes import ScopeSelection
from costplane.core.scope import Scope, ScopeKind, parse_scope
from costplane.errors import InvalidInput, NotFound
from costplane.http.access import Access
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import READ, TENANT, Call, Operation
from costplane.http.azure.protocol.pages import paged

TAGGED: frozenset[ScopeKind] = frozenset({"Subscription", "ResourceGroup", "Resource"})
OWN = Access("Owner", "path")
"""Tags decide who pays: only an Owner sets them."""

_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 512, 256
_RESOURCES = "Microsoft.Resources"


def subscriptions(call: Call) -> Response:
    """GET: the subscriptions that the caller may see, or a part of."""
    catalog = call.services.workspace.catalog
    known = (scope for scope in call.principal.granted(READER) if _is_known(catalog, scope))
    below = {f"/subscriptions/{scope.part('subscription')}" for scope in known}
    found = [
        item
        for item in catalog.hierarchy().subscriptions
        if item.kind == "Azure"
        and (item.scope_id in below or call.principal.holds(READER, parse_scope(item.scope_id)))
    ]
    return paged(call, [_subscription_item(item) for item in found])


def _is_known(catalog: CatalogReader, scope: Scope) -> bool:
    """Whether a scope inside a subscription is in the catalog: a role at one that is not must not
    tell that its subscription is."""
    if scope.kind == "Resource":
        return catalog.resource(scope.id) is not None
    if scope.kind != "ResourceGroup":
        return False
    return any(group.id == scope.id for group in catalog.resource_groups())


def subscription(call: Call) -> Response:
    """GET: one subscription."""
    _selection(call)
    wanted = call.scope.part("subscription")
    found = call.services.workspace.catalog.hierarchy().subscriptions
    return json_answer(next(_subscription_item(item) for item in found if item.id == wanted))


def groups(call: Call) -> Response:
    """GET: the resource groups of a subscription."""
    found = call.services.workspace.catalog.resource_groups(_selection(call))
    known = _tags_of(call, [item.id for item in found])
    return paged(call, [_group_item(item, known.get(item.id, {})) for item in found])


def group(call: Call) -> Response:
    """GET: one resource group."""
    found = call.services.workspace.catalog.resource_groups(_selection(call))
    item = next((item for item in found if item.id == call.scope.id), None)
    if item is None:
        raise NotFound(
            f"there is no resource group '{call.scope.id}'",
            target="resourceGroupName",
            code="ResourceGroupNotFound",
        )
    return json_answer(_group_item(item, _tags_of(call, [item.id]).get(item.id, {})))


def resources(call: Call) -> Response:
    """GET: the resources of a subscription or group."""
    found = call.services.workspace.catalog.resources(_selection(call))
    known = _tags_of(call, [item.id for item in found])
    return paged(call, [_resource_item(item, known.get(item.id, {})) for item in found])


def resource(call: Call) -> Response:
    """GET: one resource, by its id."""
    item = _known_resource(call)
    return json_answer(_resource_item(item, _tags_of(call, [item.id]).get(item.id, {})))


def _known_resource(call: Call) -> Resource:
    item = call.services.workspace.catalog.resource(call.scope.id)
    if item is None:
        raise NotFound(f"there is no resource '{call.scope.id}'", code="ResourceNotFound")
    return item


def tags(call: Call) -> Response:
    """GET: the scope's own tags as of now."""
    _check_there(call)
    return json_answer(_tags_item(call, _tags_of(call, [call.scope.id]).get(call.scope.id, {})))


def set_tags(call: Call) -> Response:
    """PUT: replace the scope's tags. PATCH: replace, merge or delete some. It holds from now on."""
    body = call.body()
    _check_there(call)
    properties = as_object(member(body, "properties", "properties"), "properties")
    told = _read_tags(as_object(member(properties, "tags", "properties.tags"), "properties.tags"))
    workspace = call.services.workspace
    if call.request.method == "PATCH":
        operation = choose(member(body, "operation", "operation"), _CHANGES, "operation")
        told = _changed(_tags_of(call, [call.scope.id]).get(call.scope.id, {}), told, operation)
    workspace.catalog.put_tags(call.scope.id, told, workspace.now())
    return json_answer(_tags_item(call, told))


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
        _known_resource(call)
    elif call.scope.kind == "ResourceGroup":
        group(call)
    else:
        _selection(call)


def _selection(call: Call) -> ScopeSelection:
    return call.services.workspace.catalog.select(call.scope)


def _tags_of(call: Call, scopes: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    workspace = call.services.workspace
    return workspace.catalog.tags_at(scopes, workspace.now())


def _subscription_item(item: Subscription) -> dict[str, object]:
    return {
        "id": item.scope_id,
        "subscriptionId": item.id,
        "displayName": item.name,
        "state": "Enabled",
    }


def _group_item(item: ResourceGroup, tagged: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": f"/subscriptions/{item.subscription_id}/resourceGroups/{item.name}",
        "name": item.name,
        "type": f"{_RESOURCES}/resourceGroups",
        # A group has a place in Azure; its charges tell where its resources are.
        "location": "global",
        "tags": tagged,
        "properties": {"provisioningState": "Succeeded"},
    }


def _resource_item(item: Resource, tagged: Mapping[str, str]) -> dict[str, object]:
    sku = {"sku": {"name": item.sku}} if item.sku else {}
    kind = {"kind": item.kind} if item.kind else {}
    return {
        "id": item.id,
        "name": item.name,
        "type": item.type,
        "location": item.location or "global",
        "tags": tagged,
        **kind,
        **sku,
    }


def _tags_item(call: Call, tagged: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": f"/{call.address}/providers/{_RESOURCES}/tags/default",
        "name": "default",
        "type": f"{_RESOURCES}/tags",
        "properties": {"tags": tagged},
    }


_ONE = "subscriptions/{subscriptionId}"
_GROUP = f"{_ONE}/resourceGroups/{{resourceGroupName}}"
_ITEM = f"{_GROUP}/providers/{{provider}}/{{resourceType}}/{{resourceName}}"


def _rows() -> Iterable[Operation]:
    yield Operation("subscriptions.list", "GET", "", "subscriptions", READ, subscriptions, TENANT)
    for name, path, within, operate in (
        ("subscriptions.get", _ONE, _ONE, subscription),
        ("resource_groups.list", f"{_ONE}/resourceGroups", _ONE, groups),
        ("resource_groups.get", _GROUP, _GROUP, group),
        ("resources.list", f"{_ONE}/resources", _ONE, resources),
        ("resources.list_by_resource_group", f"{_GROUP}/resources", _GROUP, resources),
        ("resources.get_by_id", _ITEM, _ITEM, resource),
    ):
        yield Operation(name, "GET", "", path, READ, operate, within=within)
    for name, method, access, operate in (
        ("tags.get_at_scope", "GET", READ, tags),
        ("tags.create_or_update_at_scope", "PUT", OWN, set_tags),
        ("tags.update_at_scope", "PATCH", OWN, set_tags),
    ):
        yield Operation(name, method, _RESOURCES, "tags/default", access, operate, TAGGED)


OPERATIONS: tuple[Operation, ...] = tuple(_rows())
