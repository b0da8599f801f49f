"""A usage object and its shape -> disjoint quantities (billing-rules 1).

The amount of a count is its number less the amounts of all counts inside it. What lies in two
wholes at once (cached audio is audio and is cached) is thereby taken off both, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from costplane.errors import InvalidUsage
from costplane.metering.extract.amounts import LIMIT, Amount, amount, tokens
from costplane.metering.extract.shape import Choice, Place, Shape, Step

ROOT = "data.usage."
"""Where the usage object stands in an event, for errors to name."""

_Found = dict[int, Amount]
"""Number by step of the shape; a step that was not told is absent."""


def disjoint(shape: Shape, usage: Mapping[str, Any]) -> dict[str, Amount]:
    """Amounts by quantity; only those that were told, so an empty result is "no usage".

    Raises InvalidUsage when a number is negative or no number, a part is larger than its
    whole (never clamped), or a part is told without the whole.
    """
    found: _Found = {}
    _read(usage, shape.places, shape.steps, found, ROOT)
    plan = _plan(shape, frozenset(found))
    own: _Found = {}
    quantities: dict[str, Amount] = {}
    for number, quantity, inside in plan.counts:
        rest = found[number]
        for part in inside:
            rest -= own[part]
        if rest < 0:
            raise _too_large(shape, number, found)
        own[number] = rest
        quantities[quantity] = quantities[quantity] + rest if quantity in quantities else rest
    for whole, parts in plan.missing:
        if any(found[part] for part in parts):
            raise _without_whole(shape, whole, found)
    return quantities


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to compute when certain steps were told: `counts` from the inside out, each with
    the told counts inside it, and `missing` wholes with the told parts that need them."""

    counts: tuple[tuple[int, str, tuple[int, ...]], ...]
    missing: tuple[tuple[int, tuple[int, ...]], ...]


@lru_cache(maxsize=4_096)
def _plan(shape: Shape, told: frozenset[int]) -> _Plan:
    counts, missing = [], []
    for number, step in enumerate(shape.steps):
        inside = tuple(part for part in step.inside if part in told)
        if number in told:
            counts.append((number, step.count.quantity, inside))
        elif inside and step.is_outermost:
            missing.append((number, inside))
    return _Plan(tuple(counts), tuple(missing))


def _read(
    node: Mapping[str, Any],
    places: Mapping[str, Place],
    steps: tuple[Step, ...],
    found: _Found,
    path: str,
) -> None:
    """Put the numbers under `node` where `places` says; keys it does not know are no counts."""
    for key, value in node.items():
        place = places.get(key)
        if place is None or value is None:
            continue
        if type(place) is int:
            number: Amount
            if type(value) is int and 0 <= value < LIMIT:
                number = value
            else:  # a fraction or a fault: only then is the path spelled out
                number = (tokens if steps[place].is_token else amount)(value, f"{path}{key}")
            if found.setdefault(place, number) != number:
                raise _told_twice(steps[place], f"{path}{key}", found[place], number)
        elif isinstance(place, Choice):
            _read_list(value, place, steps, found, f"{path}{key}")
        elif type(value) is dict:
            _read(value, cast(dict[str, Place], place), steps, found, f"{path}{key}.")
        else:
            raise _not_an("object", f"{path}{key}", value)


def _read_list(
    elements: object, choice: Choice, steps: tuple[Step, ...], found: _Found, path: str
) -> None:
    """Add up the elements of a list by kind; a kind without a count is part of the rest."""
    if not isinstance(elements, list):
        raise _not_an("array", path, elements)
    for index, element in enumerate(elements):
        if not isinstance(element, dict):
            raise _not_an("object", f"{path}[{index}]", element)
        told_by = element.get(choice.key)
        places = choice.places.get(told_by) if isinstance(told_by, str) else None
        if places is not None:
            one: _Found = {}
            _read(element, places, steps, one, f"{path}[{index}].")
            for place, number in one.items():
                found[place] = found.get(place, 0) + number


def _told(step: Step, number: Amount) -> str:
    return f"{_target(step)} ({number})"


def _target(step: Step) -> str:
    return ROOT + step.count.target


def _too_large(shape: Shape, whole: int, found: _Found) -> InvalidUsage:
    """Names the parts and the whole, with values: the one that exceeds it by itself, or all."""
    parts = [part for part in shape.steps[whole].inside if found.get(part)]
    named = [part for part in parts if found[part] > found[whole]][:1] or parts
    names = " + ".join(_told(shape.steps[part], found[part]) for part in named)
    return InvalidUsage(
        f"{names} is larger than {_told(shape.steps[whole], found[whole])}, of which it is a "
        f"part in the shape '{shape.name}'; correct it, or name another data.usage_format",
        target=_target(shape.steps[named[0]]),
    )


def _without_whole(shape: Shape, whole: int, found: _Found) -> InvalidUsage:
    part = next(part for part in shape.steps[whole].inside if found.get(part))
    target = _target(shape.steps[whole])
    return InvalidUsage(
        f"{_told(shape.steps[part], found[part])} is a part of {target}, which is missing; send it",
        target=target,
    )


def _told_twice(step: Step, path: str, first: Amount, second: Amount) -> InvalidUsage:
    return InvalidUsage(
        f"{path} ({second}) and {_told(step, first)} are the same count; "
        "send one of them, or equal numbers",
        target=path,
    )


def _not_an(kind: str, path: str, value: object) -> InvalidUsage:
    shown = "a number" if isinstance(value, int | Decimal) else type(value).__name__
    return InvalidUsage(f"{path} must be an {kind}, not {shown}", target=path)
