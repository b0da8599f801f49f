"""The number of calls from which provisioned throughput is cheaper than paying by use.

Paying by use grows with every call; provisioned units grow in steps, each step a size that a
deployment can have. So there may be several crossings: right after a step the units can be dearer
again. Two of them matter: the first, and the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from costplane.pricing.throughput import UnitSizes


@dataclass(frozen=True, slots=True)
class Offered:
    """Provisioned throughput beside paying by use, for calls of one shape in one month.

    `per_call` is the cost of a call paid by use, `unit_cost` that of a unit for the month,
    `units_per_call` the part of a unit that each call of the month needs at the busiest minute.
    """

    per_call: Fraction
    unit_cost: Fraction
    units_per_call: Fraction
    sizes: UnitSizes

    def units(self, calls: int) -> int:
        """The units of the smallest deployment that serves `calls` calls a month."""
        return self.sizes.fit(self.units_per_call * calls)

    def provisioned(self, calls: int) -> Fraction:
        """What these units cost."""
        return self.unit_cost * self.units(calls)

    def by_use(self, calls: int) -> Fraction:
        """What the calls cost when paid by use."""
        return self.per_call * calls


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Calls a month: at `cheaper_from` units are cheaper for the first time, and from
    `always_from` on at any number of calls."""

    cheaper_from: int
    always_from: int


def break_even(offered: Offered) -> BreakEven | None:
    """Where units become cheaper; None if they never do, however many calls there are."""
    full = offered.unit_cost * offered.units_per_call
    if offered.units_per_call <= 0 or full >= offered.per_call:
        return None
    return BreakEven(_first(offered), _last(offered))


def _size(offered: Offered, step: int) -> int:
    return offered.sizes.minimum + step * offered.sizes.increment


def _most(offered: Offered, step: int) -> int:
    """The most calls that the size of `step` serves; 0 below the smallest size."""
    return floor(_size(offered, step) / offered.units_per_call) if step >= 0 else 0


def _dear(offered: Offered, step: int) -> int:
    """The most calls at which the size of `step` is not cheaper than paying by use."""
    return floor(offered.unit_cost * _size(offered, step) / offered.per_call)


def _first(offered: Offered) -> int:
    step = 0
    while True:
        calls = max(_most(offered, step - 1), _dear(offered, step)) + 1
        if calls <= _most(offered, step):
            return calls
        step += 1


def _last(offered: Offered) -> int:
    """After the last step that is dearer at its start. Each step serves more calls beyond its
    break-even than the one before, so beyond some step none is."""
    sizes = offered.sizes
    gain = 1 / offered.units_per_call - offered.unit_cost / offered.per_call
    beyond = (offered.unit_cost * sizes.increment / offered.per_call + 2) / gain
    step = max(0, ceil((beyond - sizes.minimum) / sizes.increment)) + 1
    while step >= 0 and not _most(offered, step - 1) < min(
        _dear(offered, step), _most(offered, step)
    ):
        step -= 1
    return 1 if step < 0 else min(_dear(offered, step), _most(offered, step)) + 1
