"""What the Azure CLI's lists tell of the estate: `az account list`, `az account management-group
list` and `show`, `az group list`, `az resource list`, `az cognitiveservices account deployment
list`, and `az reservations reservation-order list` and `reservation list`.

Each item says by its `type` or id what it is, so files may mix them. An item that cannot be read
is told with its place and field; the others are taken. Numbers never pass through a float.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from costplane.catalog.azure_items import (
    Item,
    as_item,
    text,
    text_object,
    told_instant,
    told_tags,
)
from costplane.catalog.azure_management_groups import is_entity, listed_groups
from costplane.catalog.azure_reservations import ReservationParts, order_parts, reservation_parts
from costplane.catalog.management_groups import ListedGroups
from costplane.catalog.model import Deployment, Resource, ResourceGroup, Subscription
from costplane.errors import InvalidInput, TooLarge, UnreadableFile

MOST_BYTES = 256 * 1024 * 1024
"""The largest file that is read; the list of a large tenant has a few megabytes."""
_MOST_CAPACITY = 10**9


@dataclass(frozen=True, slots=True)
class ItemError:
    """An item of a file that could not be taken: its number from 1, the field, and why."""

    item: int
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class ListedDeployment:
    """A deployment as it stood when it was listed, since `changed` if Azure says when."""

    entry: Deployment
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class AzureList:
    """What one file tells. `tags` are by scope id; reservations are told in parts, since an
    order knows the term's price plan, a reservation what it covers."""

    management_groups: tuple[ListedGroups, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    resource_groups: tuple[ResourceGroup, ...] = ()
    resources: tuple[Resource, ...] = ()
    deployments: tuple[ListedDeployment, ...] = ()
    reservations: tuple[ReservationParts, ...] = ()
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rejected: tuple[ItemError, ...] = ()


def read_azure_list(content: bytes) -> AzureList:
    """The entries of a file. Raises UnreadableFile if it is no JSON list, TooLarge over 256 MB."""
    found: dict[str, list[Any]] = {name: [] for name in _LISTS}
    tags: dict[str, Mapping[str, str]] = {}
    rejected: list[ItemError] = []
    for number, item in enumerate(_items(content), start=1):
        try:
            entry = as_item(item)
            kind, value = _entry(entry)
            if value is not None:
                found[kind].append(value)
            tags |= told_tags(entry)
        except InvalidInput as error:
            rejected.append(ItemError(number, error.target, error.message))
    return AzureList(
        **{name: tuple(values) for name, values in found.items()},
        tags=tags,
        rejected=tuple(rejected),
    )


def _items(content: bytes) -> Sequence[object]:
    """The list's items: of a bare list, of an answer's `value`, or the one object itself."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"the file has {len(content):,} bytes; at most {MOST_BYTES:,} are read")
    try:
        document = json.loads(
            content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"this is no JSON as the Azure CLI prints it: {error}") from None
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        document = document["value"]
    if isinstance(document, dict):
        return [document]
    if not isinstance(document, list):
        raise UnreadableFile("the file holds no list; print it with 'az ... list --output json'")
    return document


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _entry(item: Item) -> tuple[str, object]:
    for kind, matches, read in _KINDS:
        if matches(item):
            return kind, read(item)
    raise InvalidInput(
        "the item has neither a type nor the id of a subscription; print the list with "
        "--output json and without --query",
        target="id",
    )


def _type_is(name: str) -> Callable[[Item], bool]:
    return lambda item: str(item.get("type", "")).lower() == name


def _is_subscription(item: Item) -> bool:
    named = item.get("type") in (None, "Microsoft.Resources/subscriptions")
    return named and ("tenantId" in item or "subscriptionId" in item)


def _is_resource(item: Item) -> bool:
    return isinstance(item.get("type"), str) and isinstance(item.get("id"), str)


def _subscription(item: Item) -> Subscription:
    id_ = str(item.get("subscriptionId") or text(item, "id")).rpartition("/")[2]
    name = item.get("displayName") or text(item, "name")
    return Subscription(id_, str(name))


def _group(item: Item) -> ResourceGroup:
    subscription = text(item, "id").strip("/").split("/")
    if len(subscription) < 4:
        raise InvalidInput(
            f"'{item['id']}' is no resource group; write /subscriptions/<id>/resourceGroups/<name>",
            target="id",
        )
    return ResourceGroup(subscription[1], text(item, "name"))


def _resource(item: Item) -> Resource:
    sku = item.get("sku")
    named = sku.get("name") if isinstance(sku, dict) else None
    kind = item.get("kind") or None
    return Resource(text(item, "id"), text(item, "name"), item.get("location"), kind, named or None)


def _deployment(item: Item) -> ListedDeployment:
    account, _, name = text(item, "id").rpartition("/deployments/")
    if not account or not name:
        raise InvalidInput(
            f"'{item['id']}' names no deployment; it is <account>/deployments/<name>", target="id"
        )
    sku, model = text_object(item, "sku"), _model(item)
    entry = Deployment(
        resource_id=account,
        name=name,
        model=text(model, "name", "properties.model.name"),
        model_version=model.get("version") or None,
        deployment_type=text(sku, "name", "sku.name"),
        capacity=_capacity(sku),
    )
    return ListedDeployment(entry, _changed(item))


def _model(item: Item) -> Item:
    properties = item.get("properties")
    return text_object(properties if isinstance(properties, dict) else {}, "model", "properties.")


def _capacity(sku: Item) -> int | None:
    """Units of the deployment: for a provisioned one those that are charged by the hour."""
    told = sku.get("capacity")
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= _MOST_CAPACITY:
        raise InvalidInput(
            f"sku.capacity is {str(told)[:40]!r}; it is a whole number of units",
            target="sku.capacity",
        )
    return told


def _changed(item: Item) -> datetime | None:
    """Since when the deployment has stood as listed: its last change."""
    system = item.get("systemData")
    if not isinstance(system, dict):
        return None
    last = told_instant(system, "lastModifiedAt", "systemData.")
    return last or told_instant(system, "createdAt", "systemData.")


_LISTS = (
    "management_groups",
    "subscriptions",
    "resource_groups",
    "resources",
    "deployments",
    "reservations",
)
_KINDS: tuple[tuple[str, Callable[[Item], bool], Callable[[Item], object]], ...] = (
    ("management_groups", is_entity, listed_groups),
    ("resource_groups", _type_is("microsoft.resources/resourcegroups"), _group),
    ("deployments", _type_is("microsoft.cognitiveservices/accounts/deployments"), _deployment),
    ("reservations", _type_is("microsoft.capacity/reservationorders"), order_parts),
    (
        "reservations",
        _type_is("microsoft.capacity/reservationorders/reservations"),
        reservation_parts,
    ),
    ("subscriptions", _is_subscription, _subscription),
    ("resources", _is_resource, _resource),
)
