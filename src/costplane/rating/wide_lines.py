"""Lines whose arithmetic does not fit into 128 bits, in integers without a bound.

The engine counts equal quantities; each is priced once. Such prices are rare: many digits, times
an exchange rate of many digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from costplane.core.money import half_even
from costplane.rating.amounts import PRICING, fraction
from costplane.rating.rates import Rate

Line = dict[str, Any]
_COUNTED = ("amount", "times", "events")


def wide_lines(
    counted: pa.Table, rates: Sequence[Rate], names: Sequence[str], like: pa.Schema
) -> pa.Table:
    """Lines from `counted` (statements.counted_events): the amounts of each `amount` of quantity
    rounded half-even, `times` that, summed by rate, bucket and keys. The table has the schema
    `like` of other lines."""
    keys = [name for name in counted.column_names if name not in _COUNTED]
    sums: dict[tuple[Any, ...], Line] = {}
    for row in counted.to_pylist():
        line = sums.setdefault(tuple(row[key] for key in keys), _line(row, keys, names))
        line["events"] += int(row["events"])
        _add(line, int(row["amount"]), row["times"], rates[row["rate"]], names)
    columns = {
        field.name: pa.array([line[field.name] for line in sums.values()], field.type)
        for field in like
    }
    return pa.table(columns, schema=like)


def _line(row: Mapping[str, Any], keys: Sequence[str], names: Sequence[str]) -> Line:
    zeros = dict.fromkeys(("events", "quantity_sum", *names, PRICING), 0)
    return {key: row[key] for key in keys} | zeros


def _add(line: Line, amount: int, times: int, rate: Rate, names: Sequence[str]) -> None:
    line["quantity_sum"] += amount * times
    for name in (*names, PRICING):
        numerator, denominator = fraction(rate, name)
        line[name] += half_even(amount * numerator, denominator) * times
