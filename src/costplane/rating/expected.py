"""Rates that usage is expected to have, so that their lines are rounded while it is surveyed.

Which rates usage has is known only when it was read. What its first events use, most of it uses:
the rates of these are found first, and lines in fixed point are rounded with their steps while
usage is summed. A rate that turns out to have other steps (its price changes meanwhile, its series
began later, its month reached another tier) is rounded in a pass of its own (fixed_lines.py).
Expectations decide what is computed when, and no amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.rating.amounts import PRICING, Largest, amounts_of, way_of
from costplane.rating.fixed_lines import Rounding, stepped_sums, steps_of
from costplane.rating.rates import Rate
from costplane.rating.statements import Grain
from costplane.rating.tiers import is_volume, reached

_Use = tuple[int, int, Quantity | None]

Counts = Mapping[tuple[int, int, int], int]
"""Smallest parts by series, band and quantity (its place in the registry)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`steps` of uses (series, band, quantity) whose steps are the same during all of some usage,
    by column. `rounding` are their quantities and names."""

    grain: Grain
    largest: Largest
    steps: Mapping[_Use, Mapping[str, int]]
    rounding: Rounding

    @classmethod
    def of(
        cls,
        grain: Grain,
        rates: Sequence[Rate],
        counts: Counts,
        largest: Largest,
    ) -> Expected:
        """What to expect of usage that has `rates`, and as much of what as `counts` says."""
        found = _at_tiers(rates, counts)
        amounts = amounts_of(found)
        names = (*amounts, PRICING)
        by_use: dict[_Use, list[dict[str, int]]] = defaultdict(list)
        for rate in found:
            fixed = way_of(rate, amounts, largest) == "fixed"
            by_use[_use(rate)].append(steps_of(rate, names, largest) if fixed else {})
        steps = {use: its[0] for use, its in by_use.items() if all(its[0] == one for one in its)}
        columns = {column for its in steps.values() for column in its}
        return cls(
            grain,
            largest,
            steps,
            [(q, name) for q in QUANTITIES for name in names if f"{name}_{q.name}" in columns],
        )

    def if_rounding(self) -> Expected | None:
        """What is expected; None if none of it can round."""
        return self if self.rounding else None

    def has(self, rate: Rate, amounts: Sequence[str]) -> bool:
        """Whether the survey rounded the lines of a rate in fixed point, with these amounts."""
        expected = self.steps.get(_use(rate))
        if expected is None:
            return False
        names = (*amounts, PRICING)
        mine = steps_of(rate, names, self.largest)
        columns = [f"{name}_{rate.use.quantity.name}" for name in names if rate.use.quantity]
        return all(mine.get(column) == expected.get(column) for column in columns)

    def groups(self, quantities: Sequence[Quantity]) -> exp.Query:
        """The survey's `groups` (statements.py), with the rounded sums of steps beside them."""
        number = f"event.series * {self._bands} + event.band" if self._bands > 1 else "event.series"
        joined = f"{number} = pieces.piece"
        return stepped_sums(self.grain, quantities, self.rounding, self.largest, joined)

    def pieces(self, series: Iterable[int]) -> pa.Table:
        """The steps of every series and band, 0 where none are expected: nulls would take twice
        the time. One number joins them: the engine finds a row by its place, without comparing."""
        by_piece: dict[int, dict[str, int]] = defaultdict(dict)
        for (number, band, _), its in self.steps.items():
            by_piece[number * self._bands + band] |= its
        bands = range(self._bands)
        pieces = [number * self._bands + band for number in series for band in bands]
        columns = {
            f"{name}_{q.name}": pa.array(
                [by_piece[piece].get(f"{name}_{q.name}", 0) for piece in pieces], pa.int64()
            )
            for q, name in self.rounding
        }
        return pa.table({"piece": pa.array(pieces, pa.int64()), **columns})

    @property
    def _bands(self) -> int:
        return len(self.grain.thresholds) + 1


def _at_tiers(rates: Sequence[Rate], counts: Counts) -> list[Rate]:
    """Rates with tiers at that of their meter's count; of graduated ones, of half of it."""
    tiered = [rate for rate in rates if rate.tiers and rate.use.quantity]
    uses = {(_meter(rate), _use(rate)) for rate in tiered}
    total: dict[tuple[str, str], int] = defaultdict(int)
    for meter, (series, band, quantity) in uses:
        total[meter] += counts[series, band, QUANTITIES.index(quantity)] if quantity else 0
    return [
        reached(rate, total[_meter(rate)] // (1 if is_volume(rate) else 2)) if rate.tiers else rate
        for rate in rates
    ]


def _meter(rate: Rate) -> tuple[str, str]:
    """Who counts what in tiers."""
    assert rate.offer is not None
    return rate.holder.billing_account_id, rate.offer.row.meter_id


def _use(rate: Rate) -> _Use:
    return rate.use.series, rate.use.band, rate.use.quantity
