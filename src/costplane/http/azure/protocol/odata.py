"""The small part of OData that Azure's `$filter` uses: comparisons joined by `and`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from costplane.errors import InvalidInput

Operator = Literal["eq", "lt", "gt", "le", "ge"]

_COMPARISON = re.compile(
    r"\s*(?P<property>[A-Za-z][\w/.]*)\s+(?P<operator>eq|lt|gt|le|ge)\s+"
    r"(?:'(?P<quoted>(?:[^']|'')*)'|(?P<plain>[^\s']+))\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"and\s", re.IGNORECASE)
_LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Comparison:
    """`property operator value`; the property is lower case and without `properties/`."""

    property: str
    operator: Operator
    value: str


def parse_filter(text: str) -> tuple[Comparison, ...]:
    """The comparisons of `text`. Raises InvalidInput with the place of the fault.

    Azure's own examples write plus signs for all of the spaces, as in an address.
    """
    if not any(map(str.isspace, text)):
        text = text.replace("+", " ")
    comparisons: list[Comparison] = []
    place = 0
    while place < len(text) or not comparisons:
        match = _COMPARISON.match(text, place) if len(text) <= _LONGEST else None
        if match is None:
            raise _fault(text, place)
        comparisons.append(_comparison(match))
        place = match.end()
        if place < len(text):
            joined = _AND.match(text, place)
            if joined is None:
                raise _fault(text, place)
            place = joined.end()
    return tuple(comparisons)


def _comparison(match: re.Match[str]) -> Comparison:
    quoted = match["quoted"]
    value = match["plain"] if quoted is None else quoted.replace("''", "'")
    name = match["property"].lower().removeprefix("properties/")
    return Comparison(name, cast("Operator", match["operator"].lower()), value)


def _fault(text: str, place: int) -> InvalidInput:
    return InvalidInput(
        f"$filter is not understood at character {place + 1} ('{text[place : place + 40]}'); write "
        "<property> eq|lt|gt|le|ge '<value>', joined by 'and'",
        target="$filter",
    )
