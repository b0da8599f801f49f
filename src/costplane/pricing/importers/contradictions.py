"""Rows of one sheet that cannot both hold: other prices, or other units, for the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from costplane.pricing.importers.draft import RowError
from costplane.pricing.price import PriceRow


def contradictions(rows: Iterable[PriceRow]) -> Iterator[RowError]:
    """An error for each row that contradicts an earlier one; a repeated row contradicts none."""
    prices: dict[tuple[object, ...], PriceRow] = {}
    units: dict[tuple[object, ...], PriceRow] = {}
    for row in rows:
        meter = _meter(row)
        other = units.setdefault(meter, row)
        if other.unit_of_measure != row.unit_of_measure:
            yield _error(row, other, "unit", row.unit_of_measure, other.unit_of_measure)
            continue
        other = prices.setdefault((*meter, row.tier_minimum, row.valid_from), row)
        if other.price != row.price:
            yield _error(row, other, "price", f"{row.price:f}", f"{other.price:f}")
        elif other.valid_to != row.valid_to:
            yield _error(row, other, "valid_to", _day(row), _day(other))


def _meter(row: PriceRow) -> tuple[object, ...]:
    """What has one price from an instant on."""
    name = (row.product, row.meter_name, row.meter_id, row.region)
    return (*name, row.sku_id, row.offer, row.kind, row.term)


def _day(row: PriceRow) -> str:
    return f"{row.valid_to:%Y-%m-%d}" if row.valid_to else "open"


def _error(row: PriceRow, other: PriceRow, field: str, here: str, there: str) -> RowError:
    where = f"{row.meter_name}, {row.region or 'any region'}"
    return RowError(
        row.source_line,
        field,
        f"{field} is {here}, but {there} in line {other.source_line} for the same meter ({where}); "
        "keep one of the two",
    )
