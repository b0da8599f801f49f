"""Subscriptions, resource groups and resources in the shape of Azure's Resources API
(azure-mgmt-resource): the calls that read.

What is answered is the catalog: what usage mentioned, and what was imported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus

from starlette.responses import Response

from costplane.access.roles import READER
from costplane.catalog.model import Resource, ResourceGroup, Subscription
from costplane.catalog.ports import CatalogReader
from costplane.catalog.scopes import ScopeSelection
from costplane.core.scope import Scope, parse_scope
from costplane.errors import NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import READ, TENANT, Call, Operation
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.resources.resource_filter import GROUPS, RESOURCES, narrowed

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
    selection(call)
    wanted = call.scope.part("subscription")
    found = call.services.workspace.catalog.hierarchy().subscriptions
    return json_answer(next(_subscription_item(item) for item in found if item.id == wanted))


def groups(call: Call) -> Response:
    """GET: the resource groups of a subscription."""
    found = call.services.workspace.catalog.resource_groups(selection(call))
    known = tags_of(call, [item.id for item in found])
    items = [_group_item(item, known.get(item.id, {})) for item in found]
    return paged(call, narrowed(call, items, GROUPS))


def group(call: Call) -> Response:
    """GET: one resource group."""
    item = known_group(call)
    return json_answer(_group_item(item, tags_of(call, [item.id]).get(item.id, {})))


def known_group(call: Call) -> ResourceGroup:
    """The resource group that the call names. Raises NotFound."""
    found = call.services.workspace.catalog.resource_groups(selection(call))
    item = next((item for item in found if item.id == call.scope.id), None)
    if item is None:
        raise NotFound(
            f"there is no resource group '{call.scope.id}'",
            target="resourceGroupName",
            code="ResourceGroupNotFound",
        )
    return item


def exists(call: Call) -> Response:
    """HEAD: whether a resource group is there (204, else 404)."""
    known_group(call)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def resources(call: Call) -> Response:
    """GET: the resources of a subscription or group."""
    found = call.services.workspace.catalog.resources(selection(call))
    known = tags_of(call, [item.id for item in found])
    items = [_resource_item(item, known.get(item.id, {})) for item in found]
    return paged(call, narrowed(call, items, RESOURCES))


def resource(call: Call) -> Response:
    """GET: one resource, by its id."""
    item = known_resource(call)
    return json_answer(_resource_item(item, tags_of(call, [item.id]).get(item.id, {})))


def known_resource(call: Call) -> Resource:
    """The resource that the call names. Raises NotFound."""
    item = call.services.workspace.catalog.resource(call.scope.id)
    if item is None:
        raise NotFound(f"there is no resource '{call.scope.id}'", code="ResourceNotFound")
    return item


def selection(call: Call) -> ScopeSelection:
    """What the call's scope holds. Raises NotFound unless the catalog has it."""
    return call.services.workspace.catalog.select(call.scope)


def tags_of(call: Call, scopes: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    """The own tags of scopes as of now."""
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


_ONE = "subscriptions/{subscriptionId}"
_GROUP = f"{_ONE}/resourceGroups/{{resourceGroupName}}"
_ITEM = f"{_GROUP}/providers/{{provider}}/{{resourceType}}/{{resourceName}}"


def _rows() -> Iterable[Operation]:
    yield Operation(
        "resource_groups.check_existence", "HEAD", "", _GROUP, READ, exists, within=_GROUP
    )
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


OPERATIONS: tuple[Operation, ...] = tuple(_rows())
