"""Rows of one sheet that cannot both hold: other prices, or other units, for the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from costplane.pricing.importers.draft import RowError
from costplane.pricing.price import PriceRow


@dataclass(frozen=True, slots=True)
class Priced:
    """A row, and what it prices: a meter by its name, or the key that the row itself tells
    (`what`), and where and on which terms (`where`)."""

    what: object
    where: tuple[object, ...]
    row: PriceRow


Place = Callable[[int], str]
"""Where a line stands, for messages."""

Field = tuple[str, Callable[[PriceRow], object]]

_OF_METERS: tuple[Field, ...] = (("unit", lambda row: row.unit_of_measure),)
_OF_TIERS: tuple[Field, ...] = (("tiering", lambda row: row.tiering),)
_OF_PRICES: tuple[Field, ...] = (
    ("price", lambda row: f"{row.price:f}"),
    ("valid_to", lambda row: row.valid_to),
)
"""What all rows of a meter have in common, all tiers of a price, and all rows of a tier."""


@dataclass(slots=True)
class Comparison:
    """Errors of rows that contradict an earlier one, and rows that only repeat one, each beside
    it: equal start, price, currency, unit and block are one row (billing-rules 8)."""

    errors: list[RowError] = field(default_factory=list)
    repeats: list[tuple[PriceRow, PriceRow]] = field(default_factory=list)


def compare_rows(rows: Iterable[Priced], place: Place) -> Comparison:
    """Each row beside the first one of its meter, of its price, and of its tier."""
    found = Comparison()
    first: dict[object, PriceRow] = {}
    for priced in rows:
        row, start = priced.row, (priced.what, priced.where, priced.row.valid_from)
        other = first.setdefault((*start, row.tier_minimum), row)
        error = (
            _difference(row, first.setdefault(priced.what, row), _OF_METERS, place)
            or _difference(row, first.setdefault(start, row), _OF_TIERS, place)
            or _difference(row, other, _OF_PRICES, place)
        )
        if error:
            found.errors.append(error)
        elif other is not row:
            found.repeats.append((row, other))
    return found


def repetition(row: PriceRow, other: PriceRow, place: Place) -> RowError:
    """The error of a row that repeats another, in a sheet where each prices a thing of its own."""
    there = place(other.source_line)
    told = f"the row prices the same as {there} ({_where(row)}); keep one of the two"
    return RowError(row.source_line, "row", told)


def _difference(
    row: PriceRow, other: PriceRow, fields: Iterable[Field], place: Place
) -> RowError | None:
    """The first field in which two rows differ."""
    for name, value in fields:
        if value(row) != value(other):
            there = f"{_told(value(other))} in {place(other.source_line)}"
            told = f"{name} is {_told(value(row))}, but {there} for the same meter"
            return RowError(row.source_line, name, f"{told} ({_where(row)}); keep one of the two")
    return None


def _where(row: PriceRow) -> str:
    return f"{row.meter_name}, {row.region or 'any region'}"


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return "open" if value is None else str(value)
