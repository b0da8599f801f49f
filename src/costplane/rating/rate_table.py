"""Rates as statements join them: what they match, and their amounts as whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.rating.amounts import PRICING, Largest, Way, fraction, way_of
from costplane.rating.expected import Expected
from costplane.rating.fixed_point import even
from costplane.rating.instants import microseconds
from costplane.rating.rates import Rate

_WHOLE = pa.decimal128(38, 0)
_PARTS = ("num", "den", "even")
_MATCHED = (
    ("rate", pa.int32()),
    ("series", pa.int64()),
    ("quantity", pa.int32()),
    ("band", pa.int32()),
    ("since", pa.int64()),
    ("until", pa.int64()),
    ("way", pa.string()),
    ("reason", pa.string()),
)


def rate_table(
    found: Sequence[Rate],
    amounts: Sequence[str],
    largest: Largest,
    expected: Expected | None = None,
) -> pa.Table:
    """A row for each of `found`, numbered from 0 on: `num` / `den` is each amount of one smallest
    part, and `even` what of it rounds for no quantity (fixed_point.py)."""
    parts = [(f"{name}_{part}", _WHOLE) for name in (*amounts, PRICING) for part in _PARTS]
    rows = []
    for number, rate in enumerate(found):
        way = _way(rate, amounts, largest, expected)
        rows.append(
            {
                "rate": number,
                "series": rate.use.series,
                "quantity": quantity_code(rate.use.quantity),
                "band": rate.use.band,
                "since": microseconds(rate.period.start),
                "until": microseconds(rate.period.end),
                "way": way,
                "reason": rate.reason,
                **_fractions(rate, () if way == "wide" else amounts),
            }
        )
    return pa.Table.from_pylist(rows, schema=pa.schema([*_MATCHED, *parts]))


def _way(rate: Rate, amounts: Sequence[str], largest: Largest, expected: Expected | None) -> Way:
    way = way_of(rate, amounts, largest)
    if way == "fixed" and expected is not None and expected.has(rate, amounts):
        return "expected"
    return way


def quantity_code(quantity: Quantity | None) -> int:
    """The quantity's place in the registry, -1 for none: what statements join on."""
    return -1 if quantity is None else QUANTITIES.index(quantity)


def _fractions(rate: Rate, amounts: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in (*amounts, PRICING):
        num, den = fraction(rate, name)
        found |= {f"{name}_num": num, f"{name}_den": den, f"{name}_even": even(num, den)}
    return found
