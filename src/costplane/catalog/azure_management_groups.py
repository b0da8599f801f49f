"""Management groups as Azure lists them, each alone, with its parent, or with all that is in it.

`az account management-group list` tells names, `show --expand --recurse` the children, `entities
list` parents. ARM's own answers hold the same fields under `properties`.
"""

from __future__ import annotations

from costplane.catalog.azure_items import Item, as_item, text
from costplane.catalog.management_groups import ListedGroups
from costplane.catalog.model import ManagementGroup, Subscription
from costplane.errors import InvalidInput

_GROUP = "microsoft.management/managementgroups"
_SUBSCRIPTION = "subscriptions"


def is_entity(item: Item) -> bool:
    """Whether an item is a management group, or a subscription listed with its group."""
    return _type(item) in (_GROUP, _SUBSCRIPTION)


def listed_groups(item: Item) -> ListedGroups:
    """A group or subscription with its parent, and all groups and subscriptions in it.

    Raises InvalidInput, naming the child and its field.
    """
    above = _parent(item)
    groups: list[ManagementGroup] = []
    subscriptions: list[Subscription] = []
    waiting = [(item, "", above.id if above else None)]
    while waiting:
        entry, place, parent = waiting.pop()
        id_, name = _identity(entry, place)
        if _type(entry) == _SUBSCRIPTION:
            subscriptions.append(Subscription(id_, name, management_group_id=parent))
        elif _type(entry) == _GROUP:
            groups.append(ManagementGroup(id_, name, parent))
            waiting += [(child, at, groups[-1].id) for at, child in _children(entry, place)]
        else:
            raise InvalidInput(
                f"{place}type is {str(entry.get('type'))[:60]!r}; it is "
                "Microsoft.Management/managementGroups or /subscriptions",
                target=f"{place}type",
            )
    return ListedGroups(tuple(groups), tuple(subscriptions), (above,) if above else ())


def _type(item: Item) -> str:
    """The type in lower case; older answers write it as a path."""
    told = str(item.get("type", "")).lower().lstrip("/")
    return told.removeprefix("providers/")


def _told(item: Item, name: str) -> object:
    """A field of the item or of its `properties`, where ARM has it."""
    properties = item.get("properties")
    held = properties if isinstance(properties, dict) else {}
    return item.get(name) if item.get(name) is not None else held.get(name)


def _identity(item: Item, place: str) -> tuple[str, str]:
    id_ = text(item, "id", f"{place}id").rpartition("/")[2]
    return id_, str(_told(item, "displayName") or id_)


def _parent(item: Item) -> ManagementGroup | None:
    details = _told(item, "details")
    parent = _told(item, "parent") or (isinstance(details, dict) and details.get("parent"))
    if not isinstance(parent, dict) or not parent.get("id"):
        return None
    return ManagementGroup(*_identity(parent, "parent."))


def _children(item: Item, place: str) -> list[tuple[str, Item]]:
    children = _told(item, "children") or []
    if not isinstance(children, list):
        raise InvalidInput(f"{place}children is no list", target=f"{place}children")
    return [(f"{place}children[{n}].", as_item(child)) for n, child in enumerate(children)]
