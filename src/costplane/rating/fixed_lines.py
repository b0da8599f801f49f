"""Lines in fixed point (fixed_point.py): every quantity and amount of an event in one pass.

`pieces` has a row for each series and band for as long as none of their rates changes, with the
steps of the amounts that can round. `sums` adds up quantities and what steps come to, by bucket;
`lines` puts the even parts beside them. Sums of expected steps are there already (expected.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.core.period import Period
from costplane.core.quantities import QUANTITIES, Quantity
from costplane.rating.amounts import PRICING, Largest, Way, fraction
from costplane.rating.fixed_point import FixedPoint
from costplane.rating.instants import microseconds
from costplane.rating.rates import Rate
from costplane.rating.statements import HOUR_US, Grain, matches, whole

Rounding = Sequence[tuple[Quantity, str]]
"""Quantities, and the names of their amounts that can round."""

_PIECE = (
    ("series", pa.int64()),
    ("band", pa.int32()),
    ("since", pa.int64()),
    ("until", pa.int64()),
)


@dataclass(frozen=True, slots=True)
class FixedLines:
    """The lines of some `rates`, all of one `way`. `names` are their amounts and PRICING,
    `fractions` those of each rate that can round, `rounding` the quantities and names of these."""

    grain: Grain
    rates: Sequence[Rate]
    names: Sequence[str]
    largest: Largest
    fractions: Sequence[Mapping[str, tuple[int, int]]]
    rounding: Rounding
    way: Way

    @classmethod
    def of(
        cls,
        grain: Grain,
        rates: Sequence[Rate],
        amounts: Sequence[str],
        largest: Largest,
        way: Way = "fixed",
    ) -> FixedLines:
        """The lines of `rates` with their `amounts`."""
        names = (*amounts, PRICING)
        found = [
            {name: parts for name in names if (parts := fraction(rate, name))[1] > 1}
            for rate in rates
        ]
        pairs = {
            (rate.use.quantity, name)
            for rate, of_rate in zip(rates, found, strict=True)
            for name in of_rate
        }
        rounding = [(q, name) for q in QUANTITIES for name in names if (q, name) in pairs]
        return cls(grain, rates, names, largest, found, rounding, way)

    def pieces(self) -> pa.Table:
        """The steps of every series and band, each for as long as all of them stand."""
        steps = [f"{name}_{quantity.name}" for quantity, name in self.rounding]
        uses: dict[tuple[int, int], list[tuple[Period, dict[str, int]]]] = defaultdict(list)
        for rate, parts in zip(self.rates, self.fractions, strict=True):
            use = uses[rate.use.series, rate.use.band]
            use.append((rate.period, _steps(rate.use.quantity, parts, self.largest)))
        none = dict.fromkeys(steps, 0)
        rows = [
            {"series": series, "band": band, **none, **piece}
            for (series, band), found in uses.items()
            for piece in _pieces(found)
        ]
        fields = [*_PIECE, *((step, pa.int64()) for step in steps)]
        return pa.Table.from_pylist(rows, pa.schema(fields))

    def sums(self) -> exp.Query:
        """What every bucket of the `pieces` has of each quantity, and what its steps come to.

        The bounds of the rates' time are named, so that files without it are passed over.
        """
        joined = (
            "event.series = pieces.series AND event.band = pieces.band "
            "AND start >= since AND start < until"
        )
        since = min(microseconds(rate.period.start) for rate in self.rates)
        until = max(microseconds(rate.period.end) for rate in self.rates) + HOUR_US
        within = f"WHERE time >= MAKE_TIMESTAMPTZ({since}) AND time < MAKE_TIMESTAMPTZ({until})"
        found = self._quantities()
        return stepped_sums(self.grain, found, self.rounding, self.largest, joined, within)

    def lines(self) -> exp.Query:
        """The lines, out of `sums` and `rates`."""
        priced = ", ".join(
            f"CAST(quantity_sum AS HUGEINT) * CAST(rates.{name}_even AS HUGEINT) "
            f"+ COALESCE(CAST(line.{name} AS HUGEINT), 0) AS {name}"
            for name in self.names
        )
        return _parse(
            f"SELECT rate, start, {self.grain.key_list('line.')}line.events AS events, {priced}, "
            f"quantity_sum FROM ({self._by_quantity()}) AS line "
            f"JOIN rates ON {matches('line')} WHERE rates.way = '{self.way}'"
        )

    def _by_quantity(self) -> str:
        """`sums` as rows of one quantity each."""
        steps = set(self.rounding)
        return " UNION ALL ".join(
            f"SELECT series, start, band, {self.grain.key_list()}"
            f"{QUANTITIES.index(q)} AS quantity, "
            f"q_{q.name} AS quantity_sum, n_{q.name} AS events, "
            + ", ".join(
                f"{f'{name}_{q.name}' if (q, name) in steps else 'NULL'} AS {name}"
                for name in self.names
            )
            + f" FROM sums WHERE n_{q.name} > 0"
            for q in self._quantities()
        )

    def _quantities(self) -> list[Quantity]:
        used = {rate.use.quantity for rate in self.rates}
        return [quantity for quantity in QUANTITIES if quantity in used]


def steps_of(rate: Rate, names: Sequence[str], largest: Largest) -> dict[str, int]:
    """The steps of a rate's amounts that can round, by column of `stepped_sums`."""
    parts = {name: parts for name in names if (parts := fraction(rate, name))[1] > 1}
    return _steps(rate.use.quantity, parts, largest)


def _steps(
    quantity: Quantity | None, parts: Mapping[str, tuple[int, int]], largest: Largest
) -> dict[str, int]:
    if quantity is None:
        return {}
    fixed = FixedPoint.of(largest[quantity.name])
    return {f"{name}_{quantity.name}": fixed.step(*its) for name, its in parts.items()}


def stepped_sums(
    grain: Grain,
    quantities: Sequence[Quantity],
    rounding: Rounding,
    largest: Largest,
    joined: str,
    within: str = "",
) -> exp.Query:
    """Usage `within` some time that is `joined` to its `pieces`, summed: series, start, band,
    keys, events, `q_`/`n_` of each quantity, and what each step comes to, rounded for each row."""
    event = (
        f"SELECT series, {grain.bucket} AS start, {grain.band} AS band, {grain.key_list()}"
        f"{', '.join(f'{whole(q)} AS {q.name}' for q in quantities)} FROM usage {within}"
    )
    products = "".join(
        f", event.{q.name} * pieces.{name}_{q.name} AS {name}_{q.name}" for q, name in rounding
    )
    line = (
        f"SELECT event.series AS series, start, event.band AS band, {grain.key_list('event.')}"
        f"{', '.join(f'event.{q.name} AS {q.name}' for q in quantities)}{products} "
        f"FROM ({event}) AS event JOIN pieces ON {joined}"
    )
    told = "".join(
        f", SUM({q.name}) AS q_{q.name}, COUNT({q.name}) AS n_{q.name}" for q in quantities
    )
    rounded = "".join(
        f", SUM({FixedPoint.of(largest[q.name]).rounded(f'{name}_{q.name}')}) AS {name}_{q.name}"
        for q, name in rounding
    )
    return _parse(
        f"SELECT series, start, band, {grain.key_list()}COUNT(*) AS events{told}{rounded} "
        f"FROM ({line}) AS line GROUP BY ALL"
    )


def _pieces(found: Sequence[tuple[Period, dict[str, int]]]) -> Iterator[dict[str, int]]:
    """The steps of one series and band: rows from one change to the next."""
    cuts = sorted({bound for period, _ in found for bound in (period.start, period.end)})
    for start, end in pairwise(cuts):
        standing = [steps for period, steps in found if start in period]
        if standing:
            piece = {"since": microseconds(start), "until": microseconds(end)}
            for steps in standing:
                piece |= steps
            yield piece


def _parse(text: str) -> exp.Query:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement
