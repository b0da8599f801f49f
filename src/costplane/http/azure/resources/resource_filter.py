"""`$filter` of Azure's Resources API: what a list of resources or groups is narrowed by.

Comparisons by `eq`, without regard to case, joined by `and`; `tagName` and `tagValue` are one
tag (Azure's words: `tagName eq 'team' and tagValue eq 'search'`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from costplane.errors import InvalidInput
from costplane.http.azure.protocol.odata import Comparison, parse_filter
from costplane.http.azure.protocol.operation import Call

Item = Mapping[str, object]

RESOURCES = frozenset({"resourcetype", "resourcegroup", "name", "location", "tagname", "tagvalue"})
GROUPS = frozenset({"name", "tagname", "tagvalue"})
"""Properties that are compared, lower case."""


def narrowed(call: Call, items: Collection[Item], known: Collection[str]) -> list[Item]:
    """Those of `items` that the call's `$filter` lets in, by the properties `known`. Raises
    InvalidInput for others, and for comparisons but `eq`."""
    told = call.options.get("$filter", "")
    if not told.strip():
        return list(items)
    wanted = {c.property: _value(c, known) for c in parse_filter(told)}
    if "tagvalue" in wanted and "tagname" not in wanted:
        raise InvalidInput("tagValue needs a tagName beside it", target="$filter")
    return [item for item in items if _is_wanted(item, wanted)]


def _value(comparison: Comparison, known: Collection[str]) -> str:
    if comparison.operator != "eq" or comparison.property not in known:
        raise InvalidInput(
            f"$filter takes {', '.join(f'{name} eq <value>' for name in sorted(known))}, not "
            f"'{comparison.property} {comparison.operator}'",
            target="$filter",
        )
    return comparison.value.lower()


def _is_wanted(item: Item, wanted: Mapping[str, str]) -> bool:
    if "tagname" in wanted and not _is_tagged(item, wanted["tagname"], wanted.get("tagvalue")):
        return False
    return all(_READ[p](item).lower() == value for p, value in wanted.items() if p in _READ)


def _is_tagged(item: Item, name: str, value: str | None) -> bool:
    tags = item["tags"]
    pairs = tags.items() if isinstance(tags, Mapping) else ()
    return any(k.lower() == name and value in (None, v.lower()) for k, v in pairs)


def _group_of(item: Item) -> str:
    """The resource group in an item's id."""
    parts = str(item["id"]).split("/")
    return parts[4] if len(parts) > 4 else ""


_READ: dict[str, Callable[[Item], str]] = {
    "resourcetype": lambda item: str(item["type"]),
    "resourcegroup": _group_of,
    "name": lambda item: str(item["name"]),
    "location": lambda item: str(item["location"]),
}
