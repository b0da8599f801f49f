"""Business counts from CSV or JSON: each fault names its row and field, and any refuses all.

A row has `unit`, `day`, `count`, `scope` (default: `/`) and further fields named as dimensions or
`tag:key`: what of the scope was counted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from costplane.analysis import dimensions
from costplane.app.unit_costs.facts import TAG, folded
from costplane.app.unit_costs.question import PERSONS
from costplane.core.business_count import BusinessCount
from costplane.core.scope import BENEFITS, ROOT, parse_scope
from costplane.errors import InvalidInput, InvalidScope, UnreadableFile

MOST_COUNTS = 100_000
"""Rows in one upload."""

_NEEDED = ("unit", "day", "count")
_OWN = (*_NEEDED, "scope", "dimensions")
UNIT_PATTERN = "^[a-z0-9][a-z0-9._-]{0,59}$"
"""A unit's name."""

_UNIT = re.compile(UNIT_PATTERN)
_MOST_COUNTED = Decimal(10) ** 18
_PLACES = 6
_MOST_TOLD = 10
_LONGEST_VALUE = 1_024
_DOCUMENT = msgspec.json.Decoder(float_hook=Decimal)


def read_counts(path: Path) -> list[BusinessCount]:
    """The counts of a file: JSON if its name or its first character says so, else CSV.

    Raises UnreadableFile, naming lines or rows, and fields.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: {error}", target=str(path)) from None
    is_json = path.suffix.lower() == ".json" or text.lstrip()[:1] in ("[", "{")
    try:
        return counts_of_json(text.encode()) if is_json else counts_of_csv(text)
    except InvalidInput as fault:
        raise UnreadableFile(f"{path}: {fault.message}", target=fault.target) from None


def counts_of_csv(text: str) -> list[BusinessCount]:
    """The counts of a CSV with a header. Raises InvalidInput, naming lines and fields."""
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(), skipinitialspace=True)
    rows: list[tuple[str, Mapping[str, object]]] = []
    try:
        for row in reader:
            place = f"line {reader.line_num}"
            if None in row:
                raise InvalidInput(f"{place}: it has more values than the header has fields")
            rows.append((place, {k.strip(): v for k, v in row.items() if v and v.strip()}))
    except csv.Error as fault:
        raise InvalidInput(f"line {reader.line_num}: {fault}") from None
    return _counts(rows)


def counts_of_json(text: bytes) -> list[BusinessCount]:
    """The counts of JSON: a list of rows, or an object that has one as `counts`. A row may have
    its dimensions in an object of that name. Raises InvalidInput, naming rows and fields."""
    try:
        document: Any = _DOCUMENT.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"This is not JSON: {fault}", target="counts") from None
    listed = document.get("counts") if isinstance(document, dict) else document
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise InvalidInput("counts is a list of JSON objects", target="counts")
    return _counts([(f"counts[{number}]", row) for number, row in enumerate(listed)])


def _counts(rows: Sequence[tuple[str, Mapping[str, object]]]) -> list[BusinessCount]:
    if not 1 <= len(rows) <= MOST_COUNTS:
        raise InvalidInput(
            f"there are {len(rows):,} counts; send 1 to {MOST_COUNTS:,} at once", target="counts"
        )
    found: dict[tuple[object, ...], tuple[str, BusinessCount]] = {}
    faults: list[InvalidInput] = []
    for place, row in rows:
        try:
            count = _count(place, row)
            key = (count.unit, count.day, count.scope, count.dimensions)
            before, _ = found.setdefault(key, (place, count))
            if before != place:
                raise _fault(place, "count", f"is of the same unit, day and scope as {before}")
        except InvalidInput as fault:
            faults.append(fault)
    if faults:
        raise _all_faults(faults)
    return [count for _, count in found.values()]


def _all_faults(faults: Sequence[InvalidInput]) -> InvalidInput:
    told = "; ".join(fault.message for fault in faults[:_MOST_TOLD])
    more = len(faults) - _MOST_TOLD
    rest = f"; and {more:,} more" if more > 0 else ""
    return InvalidInput(f"{told}{rest}. Nothing was taken", target=faults[0].target)


def _count(place: str, row: Mapping[str, object]) -> BusinessCount:
    for name in _NEEDED:
        if row.get(name) is None:
            raise _fault(place, name, "is missing")
    return BusinessCount(
        _unit(place, row["unit"]),
        _day(place, row["day"]),
        _scope(place, row.get("scope")),
        _dimensions(place, row),
        _number(place, row["count"]),
    )


def _unit(place: str, value: object) -> str:
    text = str(value).strip().lower()
    if not _UNIT.fullmatch(text):
        raise _fault(place, "unit", "is a name such as chats: letters, digits, '.', '_' and '-'")
    return text


def _day(place: str, value: object) -> date:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise _fault(place, "day", f"is '{str(value)[:40]}'; write 2026-10-31") from None


def _scope(place: str, value: object) -> str:
    try:
        scope = parse_scope(ROOT if value is None else str(value))
    except InvalidScope as fault:
        raise _fault(place, "scope", f"cannot be taken: {fault.message}") from None
    if scope.kind in BENEFITS or "\0" in scope.id:
        raise _fault(place, "scope", "is a benefit; name a folder of costs")
    return scope.id


def _number(place: str, value: object) -> Decimal:
    wrong = _fault(place, "count", f"is '{str(value)[:40]}'; write a number such as 1200")
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise wrong
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise wrong from None
    if not number.is_finite() or not 0 <= number <= _MOST_COUNTED:
        raise _fault(place, "count", f"is '{str(value)[:40]}'; it is 0 to {_MOST_COUNTED:,}")
    if number != round(number, _PLACES):
        raise _fault(place, "count", f"has at most {_PLACES} decimal places")
    return round(number, _PLACES).normalize() + 0


def _dimensions(place: str, row: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    nested = row.get("dimensions") or {}
    if not isinstance(nested, Mapping):
        raise _fault(place, "dimensions", "is an object of names and values")
    flat = {name: value for name, value in row.items() if name not in _OWN}
    found: dict[str, str] = {}
    for written, value in (*flat.items(), *nested.items()):
        name = _dimension(place, str(written))
        if name in found:
            raise _fault(place, str(written), "is told twice")
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_VALUE or "\0" in value:
            raise _fault(place, str(written), f"is text of 1 to {_LONGEST_VALUE:,} characters")
        found[name] = folded(name, value)
    return tuple(sorted(found.items()))


def _dimension(place: str, written: str) -> str:
    """The name as queries have it: a tag's key in lower case."""
    if written.lower().startswith(TAG) and len(written) > len(TAG):
        return written.lower()
    dimension = dimensions.BY_NAME.get(written.lower())
    if dimension is None:
        raise _fault(place, written, f"is no field; use {_told(_OWN)}, a dimension or {TAG}KEY")
    if dimension.name in PERSONS:
        raise _fault(place, written, "cannot be told: counts are of no single user or session")
    return dimension.name


def _told(names: Iterable[str]) -> str:
    return ", ".join(names)


def _fault(place: str, field: str, message: str) -> InvalidInput:
    return InvalidInput(f"{place}: {field[:60]} {message}", target=f"{place}.{field[:60]}")
