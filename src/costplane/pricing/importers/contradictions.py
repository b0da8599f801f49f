"""Rows of one sheet that cannot both hold: other prices, or other units, for the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from costplane.pricing.importers.draft import RowError
from costplane.pricing.price import PriceRow


def contradictions(rows: Iterable[PriceRow], place: Callable[[int], str]) -> Iterator[RowError]:
    """An error for each row that contradicts an earlier one; a repeated row contradicts none.

    `place` says where a line stands.
    """
    prices: dict[tuple[object, ...], PriceRow] = {}
    units: dict[tuple[object, ...], PriceRow] = {}
    for row in rows:
        meter = _meter(row)
        other = units.setdefault(meter, row)
        there = place(other.source_line)
        if other.unit_of_measure != row.unit_of_measure:
            yield _error(row, "unit", row.unit_of_measure, f"{other.unit_of_measure} in {there}")
            continue
        other = prices.setdefault((*meter, row.tier_minimum, row.valid_from), row)
        there = place(other.source_line)
        if other.price != row.price:
            yield _error(row, "price", f"{row.price:f}", f"{other.price:f} in {there}")
        elif other.valid_to != row.valid_to:
            yield _error(row, "valid_to", _day(row), f"{_day(other)} in {there}")


def _meter(row: PriceRow) -> tuple[object, ...]:
    """What has one price from an instant on."""
    name = (row.product, row.meter_name, row.meter_id, row.region)
    return (*name, row.sku_id, row.offer, row.kind, row.term)


def _day(row: PriceRow) -> str:
    return f"{row.valid_to:%Y-%m-%d}" if row.valid_to else "open"


def _error(row: PriceRow, field: str, here: str, there: str) -> RowError:
    where = f"{row.meter_name}, {row.region or 'any region'}"
    return RowError(
        row.source_line,
        field,
        f"{field} is {here}, but {there} for the same meter ({where}); keep one of the two",
    )
