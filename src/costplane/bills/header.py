"""The first line of a file: which format its columns are of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from costplane.bills.azure_details import AZURE_DETAILS
from costplane.bills.focus import FOCUS
from costplane.bills.formats import Format
from costplane.errors import InvalidInput, UnreadableFile

_IN_BRACKETS = re.compile(r"\(([a-z0-9]+)\)$")

FORMATS: tuple[Format, ...] = (FOCUS, AZURE_DETAILS)
"""Every format, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Header:
    """A file's columns, in their order and spelling, and the format that they are of."""

    names: tuple[str, ...]
    format: Format
    version: str
    view: str = ""

    @property
    def label(self) -> str:
        """Format and version as people read them."""
        return " ".join(part for part in (self.format.name, self.version, self.view) if part)

    def positions(self) -> Mapping[str, int]:
        """The place of each column by its name in lower case, aliases as what they stand for."""
        found: dict[str, int] = {}
        for place, name in enumerate(self.names):
            found.setdefault(_known_as(name, self.format), place)
        return found


def header_of(names: Sequence[str], place: str, wanted: str = "auto") -> Header:
    """The header of the file at `place`. Raises UnreadableFile for columns of no known format, or
    of `wanted` if they are not of that."""
    _check_names(names, place)
    for one in formats_of(wanted):
        known = frozenset(_known_as(name, one) for name in names)
        if one.matches(known):
            one.check(known, place)
            view = next((word for word in one.views if word in place.lower()), "")
            return Header(tuple(names), one, one.version(known), view)
    told = ", ".join(names[:6])
    kinds = " or ".join(one.name for one in formats_of(wanted))
    raise UnreadableFile(
        f"{place}:1: the columns are of no known bill ({told}{', ...' if len(names) > 6 else ''}); "
        f"it is no {kinds}",
        target=place,
    )


def formats_of(wanted: str) -> tuple[Format, ...]:
    """The formats of a name; all for `auto`. Raises InvalidInput for another."""
    if wanted.lower() == "auto":
        return FORMATS
    found = tuple(one for one in FORMATS if one.name.lower().replace(" ", "-") == wanted.lower())
    if not found:
        known = ", ".join(one.name.lower().replace(" ", "-") for one in FORMATS)
        raise InvalidInput(
            f"there is no format '{wanted}' of bills; known are auto, {known}", target="format"
        )
    return found


def _check_names(names: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if name.lower() in seen and name:
            raise UnreadableFile(
                f"{place}:1: column {number} is named {name}, as one before it", target=place
            )
        seen.add(name.lower())


def _known_as(name: str, one: Format) -> str:
    """The name that a format gives a column. Localised files have it in brackets."""
    plain = name.strip().lower()
    if found := _IN_BRACKETS.search(plain):
        plain = found[1]
    return one.aliases.get(plain, plain)
