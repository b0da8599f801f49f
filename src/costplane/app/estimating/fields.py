"""The fields of a workload file as values. Each raises InvalidInput naming the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from costplane.errors import InvalidInput

Fields = Mapping[str, Any]

EACH_MONTH = "each-month"
_YEARS = range(1_900, 9_001)
"""Near the ends of the calendar there is no month before, or after."""

_NUMBER = re.compile(
    r"(?P<digits>-?\d[\d_]{0,39}(?:\.\d{1,40})?(?:e[+-]?\d{1,2})?)\s*(?P<percent>%)?", re.A | re.I
)
"""No longer than anybody means: the time that longer ones take grows with the square."""

_LONGEST_WHOLE = 18


def month(written: object) -> date:
    """The first day of a month that is written as 2027-01."""
    found = _date(f"{written}-01")
    if found is None:
        raise InvalidInput(f"start is {written!r:.60}; write a month as 2027-01", target="start")
    return found


def price_instant(written: str | None, now: datetime, target: str) -> datetime | None:
    """The instant whose prices hold: the start of a day that is written as 2026-10-31, now where
    none is; None for `each-month`, where each month has its own."""
    if written is None:
        return now
    if written == EACH_MONTH:
        return None
    found = _date(written)
    if found is None:
        raise InvalidInput(
            f"{target} is '{written[:40]}'; write a day as 2026-10-31, or {EACH_MONTH}",
            target=target,
        )
    return datetime.combine(found, time(), UTC)


def _date(written: str) -> date | None:
    """The day that is written; None for what is none, or out of reach."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def number(fields: Fields, name: str, *, percent: bool = False) -> Fraction:
    """A number as written, 0 where it is not; `60%` is 0.6 where a `percent` may stand."""
    written = str(fields.get(name, "0")).strip()
    found = _NUMBER.fullmatch(written)
    if not found or (found["percent"] and not percent):
        example = "a share such as 60% or 0.6" if percent else "a number such as 1200"
        raise InvalidInput(f"{name} is {written!r:.60}; give {example}", target=name)
    value = Fraction(found["digits"].replace("_", ""))
    return value / 100 if found["percent"] else value


def whole(fields: Fields, name: str, default: int | None = None) -> int:
    """A whole number; `default` where it is not written."""
    written = str(fields.get(name, "" if default is None else default)).strip()
    if not (written.isascii() and written.isdecimal() and len(written) <= _LONGEST_WHOLE):
        raise InvalidInput(f"{name} is {written!r:.60}; give a whole number", target=name)
    return int(written)


def text(fields: Fields, name: str) -> str | None:
    """One text; None where it is not written, or blank."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name}: write one value", target=name)
    return (value or "").strip() or None


def texts(fields: Fields, name: str) -> list[str]:
    """One text or several."""
    value = fields.get(name) or []
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
        raise InvalidInput(f"{name}: write one value or a list of them", target=name)
    return several


def known(fields: Mapping[Any, Any], allowed: tuple[str, ...]) -> None:
    """Raises InvalidInput for a field that is none of `allowed`."""
    unknown = next((field for field in fields if field not in allowed), None)
    if unknown is not None:
        names = ", ".join(allowed)
        raise InvalidInput(f"{unknown!s:.60} is no field; use {names}", target=f"{unknown!s:.60}")
