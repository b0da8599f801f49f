"""The numbers of a usage: whole tokens, and other quantities to six decimal places.

A token count is a whole number written as one; 12.0 is refused, since a count that passed
through a float may have lost digits. Numbers are below 10**12, which the ledger can hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from difflib import get_close_matches
from typing import Any

from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidUsage

Amount = int | Decimal

LIMIT = 10**12
"""No single call uses as much of anything."""

_SIX_PLACES = Decimal("0.000001")
_LARGEST = LIMIT - _SIX_PLACES


def tokens(value: object, path: str) -> int:
    """`value` as a count of tokens. Raises InvalidUsage naming `path`."""
    if type(value) is int and 0 <= value < LIMIT:
        return value
    raise _wrong(value, path, "a whole number")


def amount(value: object, path: str) -> Amount:
    """`value` as a quantity, rounded half-even to six places. Raises InvalidUsage."""
    if type(value) is int and 0 <= value < LIMIT:
        return value
    if isinstance(value, Decimal) and value.is_finite() and 0 <= value <= _LARGEST:
        return value.quantize(_SIX_PLACES, ROUND_HALF_EVEN)
    raise _wrong(value, path, "a number")


def told(quantities: Mapping[str, Any]) -> dict[str, Amount]:
    """The caller's own disjoint `quantities`, checked; null ones were not told.

    Raises InvalidUsage for a name that core.quantities does not know, with those near it.
    """
    checked: dict[str, Amount] = {}
    for name, value in quantities.items():
        if name not in BY_NAME:
            raise _unknown(name)
        if value is not None:
            read = tokens if BY_NAME[name].is_token else amount
            checked[name] = read(value, f"data.quantities.{name}")
    return checked


def _wrong(value: object, path: str, wanted: str) -> InvalidUsage:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        message = f"{path} must be {wanted}, not a {type(value).__name__}"
    elif value.is_finite() if isinstance(value, Decimal) else True:
        rule = "is negative" if value < 0 else "is 10^12 or more" if value > _LARGEST else ""
        message = f"{path} ({str(value)[:40]}) {rule or f'must be {wanted}'}"
    else:
        message = f"{path} must be {wanted}, not {value}"
    return InvalidUsage(message, target=path)


def _unknown(name: str) -> InvalidUsage:
    near = get_close_matches(name, BY_NAME, n=5, cutoff=0.5) or list(BY_NAME)
    return InvalidUsage(
        f"data.quantities.{name[:80]} is no known quantity; near names: {', '.join(near)}",
        target=f"data.quantities.{name[:80]}",
    )
