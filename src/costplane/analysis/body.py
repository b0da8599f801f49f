"""Members of a JSON body, read without regard to case, each fault named by its dotted path.

Clients write `dataset`, `dataSet`, `Dimensions` and `SUM` (contract.md sections 0 and 1), so
names and enumerations are matched in lower case. Members that are not read are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from costplane.errors import InvalidQuery

Body = Mapping[str, object]
T = TypeVar("T")

_LONGEST_TEXT = 4_096
_LISTED = 60


def member(body: Body, name: str, target: str) -> object:
    """The member `name` of any case; None if it is absent or null."""
    found = [value for key, value in body.items() if key.lower() == name.lower()]
    if len(found) > 1:
        raise InvalidQuery(f"'{name}' is given {len(found)} times; give it once", target=target)
    return found[0] if found else None


def as_object(value: object, target: str) -> Body:
    """`value` as an object with text names."""
    if not isinstance(value, Mapping):
        raise InvalidQuery(f"{target} is a JSON object, not {_kind(value)}", target=target)
    return value


def as_list(value: object, target: str, most: int) -> list[object]:
    """`value` as a list of one to `most` items."""
    if not isinstance(value, list | tuple):
        raise InvalidQuery(f"{target} is a JSON list, not {_kind(value)}", target=target)
    if not 1 <= len(value) <= most:
        raise InvalidQuery(f"{target} has 1 to {most:,} items, not {len(value):,}", target=target)
    return list(value)


def as_text(value: object, target: str) -> str:
    """`value` as text that tables can hold: Unicode without NUL, of bounded length."""
    if not isinstance(value, str):
        raise InvalidQuery(f"{target} is text, not {_kind(value)}", target=target)
    if len(value) > _LONGEST_TEXT:
        raise InvalidQuery(f"{target} has at most {_LONGEST_TEXT:,} characters", target=target)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidQuery(f"{target} holds a character that is no text", target=target)
    return value


def as_value(value: object, target: str) -> str:
    """A filter's value: text, or a whole number written as one (`"values": [429]`)."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return as_text(f"{value:f}" if isinstance(value, Decimal) else str(value), target)
    return as_text(value, target)


def choose(value: object, allowed: Mapping[str, T], target: str) -> T:
    """The entry of `allowed` (keys in lower case) that the text `value` names."""
    if value is None:
        raise InvalidQuery(f"{target} is missing; {_names(allowed)}", target=target)
    text = as_text(value, target)
    if text.lower() not in allowed:
        shown = text[:_LISTED]
        raise InvalidQuery(f"{target} cannot be '{shown}'; {_names(allowed)}", target=target)
    return allowed[text.lower()]


def by_lower_name(names: Iterable[str]) -> dict[str, str]:
    """`names` by their lower case."""
    return {name.lower(): name for name in names}


def _names(allowed: Mapping[str, object]) -> str:
    """The allowed names as written for people, each entry once."""
    shown = dict.fromkeys(
        entry if isinstance(entry, str) else str(getattr(entry, "name", key))
        for key, entry in allowed.items()
    )
    return "it is one of " + ", ".join(shown)


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else kinds.get(type(value), "a number")
