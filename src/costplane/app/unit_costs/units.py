"""What costs can be divided by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from costplane.analysis.body import as_list, as_text
from costplane.core.quantities import Direction
from costplane.errors import InvalidQuery

MILLION = 1_000_000
COUNT = "count:"
"""Stands before the unit of a business count: `count:chats`."""

MOST_UNITS = 20


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. Tokens may have a `direction`; `dimension` is whose values are counted; `count`
    is the unit of a business count. The cost is that of `size` of it."""

    name: str
    kind: Literal["Calls", "Tokens", "Values", "Count"]
    size: int = 1
    direction: Direction | None = None
    dimension: str = ""
    count: str = ""


UNITS: tuple[Unit, ...] = (
    Unit("Call", "Calls"),
    Unit("MillionTokens", "Tokens", MILLION),
    Unit("MillionInputTokens", "Tokens", MILLION, "Input"),
    Unit("MillionOutputTokens", "Tokens", MILLION, "Output"),
    Unit("User", "Values", dimension="User"),
    Unit("Session", "Values", dimension="Session"),
)
"""The units that events tell; business counts come from outside."""

PRESET = UNITS[:4]
"""What is answered where nobody says: users and sessions take a pass over the requests."""

_BY_NAME = {unit.name.lower(): unit for unit in UNITS}


def parse_units(value: object) -> tuple[Unit, ...]:
    """The units in a list of names. Raises InvalidQuery, naming the item."""
    if value is None or value == []:
        return PRESET
    found = {}
    for number, item in enumerate(as_list(value, "per", MOST_UNITS)):
        unit = _unit(as_text(item, f"per[{number}]").strip(), f"per[{number}]")
        found[unit.name] = unit
    return tuple(found.values())


def _unit(text: str, target: str) -> Unit:
    if text.lower().startswith(COUNT) and len(text) > len(COUNT):
        name = text[len(COUNT) :].strip().lower()
        return Unit(COUNT + name, "Count", count=name)
    if text.lower() in _BY_NAME:
        return _BY_NAME[text.lower()]
    known = ", ".join(unit.name for unit in UNITS)
    raise InvalidQuery(
        f"{target} cannot be '{text[:60]}'; use {known}, or {COUNT}NAME for a business count",
        target=target,
    )
