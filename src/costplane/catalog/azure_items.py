"""Fields of the Azure CLI's items, read with errors that name them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from costplane.core.period import parse_instant
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput

Item = dict[str, Any]
_LONGEST = 4_000


def as_item(value: object) -> Item:
    """An item of a list. Raises InvalidInput for anything but an object."""
    if not isinstance(value, dict):
        raise InvalidInput("the item is no object; each item is one in braces")
    return value


def text(item: Item, name: str, place: str | None = None) -> str:
    """The text under `name`; `place` is what an error calls the field."""
    value, target = item.get(name), place or name
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise InvalidInput(f"{target} is {str(value)[:60]!r}; it is a text", target=target)
    return value


def text_object(item: Item, name: str, place: str = "") -> Item:
    """The object under `name`. Raises InvalidInput if there is none."""
    value = item.get(name)
    if not isinstance(value, dict):
        raise InvalidInput(f"{place}{name} is missing; it is an object", target=f"{place}{name}")
    return value


def whole(item: Item, name: str, place: str) -> int:
    """The whole number under `name`."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{place} is {str(value)[:60]!r}; it is a whole number", target=place)
    return value


def told_instant(item: Item, name: str, place: str = "") -> datetime | None:
    """The instant under `name` in UTC; None if the item does not tell it."""
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        return parse_instant(str(value))
    except ValueError:
        target = f"{place}{name}"
        raise InvalidInput(
            f"{target} is {str(value)[:60]!r}; it is an instant such as 2026-10-01T00:00:00Z",
            target=target,
        ) from None


def told_tags(item: Item) -> Mapping[str, Mapping[str, str]]:
    """The tags by scope id, of an item that has them; those of a deployment are not kept."""
    tags = item.get("tags")
    if not isinstance(tags, dict) or not isinstance(item.get("id"), str):
        return {}
    id_ = item["id"] if "/" in item["id"] else f"/subscriptions/{item['id']}"
    if "/deployments/" in id_.lower() or "/providers/microsoft.capacity/" in id_.lower():
        return {}
    return {parse_scope(id_).id: {str(key): str(value or "") for key, value in tags.items()}}
