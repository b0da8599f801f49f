"""What whole calls are priced with (whole_calls.py): the factors of a call's quantities.

A piece holds for a series and band while none of its rates changes. Its class is what shows of it
in an answer: series of a class are summed together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.rating.amounts import Largest, fraction, way_of
from costplane.rating.fixed_point import FixedPoint, even
from costplane.rating.instants import microseconds
from costplane.rating.rates import Rate
from costplane.rating.templates import charge_template

_BITS = 61
"""Of a product of a call: the sums of its products stay within 64."""

_Row = dict[str, int]
_Shown = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """`rows` have series, band, since, until and class, and factors by `even_column` and
    `step_column`. `shown` has a rate of each class, `stepped` those that can round."""

    rows: Sequence[_Row]
    shown: Sequence[Rate]
    names: Sequence[str]

    @property
    def series(self) -> frozenset[int]:
        """The series that have pieces."""
        return frozenset(row["series"] for row in self.rows)

    @property
    def stand(self) -> bool:
        """Whether each series and band has one piece for all time."""
        return len({(row["series"], row["band"]) for row in self.rows}) == len(self.rows)

    def has(self, column: str) -> bool:
        """Whether some piece has this factor, not 0."""
        return any(row.get(column) for row in self.rows)

    def table(self, columns: Iterable[str]) -> pa.Table:
        """The pieces with these columns; a factor that one lacks is 0."""
        return pa.table(
            {
                name: pa.array([row.get(name, 0) for row in self.rows], pa.int64())
                for name in columns
            }
        )


def even_column(quantity: Quantity, name: str) -> str:
    """The factor of a quantity that never rounds, for an amount."""
    return f"even_{name}_{quantity.name}"


def step_column(quantity: Quantity, name: str) -> str:
    """The factor in fixed point whose product is rounded."""
    return f"step_{name}_{quantity.name}"


def pieces_of(
    found: Iterable[Rate], names: Sequence[str], largest: Largest, columns: Sequence[str]
) -> Pieces:
    """The pieces of all series whose rates `found` can be summed; `columns` are those of charges
    that an answer shows."""
    by_series: dict[int, list[Rate]] = defaultdict(list)
    for rate in found:
        by_series[rate.use.series].append(rate)
    rows: list[_Row] = []
    classes: dict[_Shown, int] = {}
    shown: list[Rate] = []
    for its in by_series.values():
        if not all(_fits(rate, names, largest) for rate in its):
            continue
        parts = list(_stretches(its))
        looks = [{_look(rate, columns) for rate in standing} for _, standing in parts]
        if any(len(look) > 1 for look in looks):
            continue
        for (row, standing), (look,) in zip(parts, looks, strict=True):
            number = classes.setdefault(look, len(classes))
            shown.extend(standing[:1] if number == len(shown) else ())
            factors = [_factors(rate, names, largest) for rate in standing]
            rows.append({**row, "class": number, **_merged(factors)})
    return Pieces(rows, shown, names)


def _fits(rate: Rate, names: Sequence[str], largest: Largest) -> bool:
    quantity = rate.use.quantity
    if rate.offer is None or rate.tiers or quantity is None:
        return False
    most = largest[quantity.name] << len(QUANTITIES).bit_length()
    small = all(most * abs(even(*fraction(rate, name))) < 1 << _BITS for name in names)
    return small and way_of(rate, names, largest) in ("sum", "fixed")


def _stretches(found: Sequence[Rate]) -> Iterator[tuple[_Row, list[Rate]]]:
    """The rates of one series, by band, from one change to the next."""
    by_band: dict[int, list[Rate]] = defaultdict(list)
    for rate in found:
        by_band[rate.use.band].append(rate)
    for band, its in by_band.items():
        cuts = sorted({cut for rate in its for cut in (rate.period.start, rate.period.end)})
        for start, end in pairwise(cuts):
            standing = [rate for rate in its if start in rate.period]
            if standing:
                at = {"since": microseconds(start), "until": microseconds(end)}
                yield {"series": found[0].use.series, "band": band, **at}, standing


def _look(rate: Rate, columns: Sequence[str]) -> _Shown:
    template = charge_template(rate)
    return tuple(template.get(column) for column in columns)


def _factors(rate: Rate, names: Sequence[str], largest: Largest) -> _Row:
    quantity = rate.use.quantity
    assert quantity is not None
    fixed = FixedPoint.of(largest[quantity.name])
    found: _Row = {}
    for name in names:
        parts = fraction(rate, name)
        found[even_column(quantity, name)] = even(*parts)
        found[step_column(quantity, name)] = fixed.step(*parts)
    return found


def _merged(factors: Iterable[Mapping[str, int]]) -> _Row:
    return {column: factor for its in factors for column, factor in its.items()}
