"""What reserving units would have saved over a stretch of hours, quantity by quantity.

A reservation of q units costs the same in every hour; of an hour's use it covers q units at most,
and the rest is paid by the hour as it was. All figures are exact until they are rounded to twelve
places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from costplane.core.money import EXACT, round_line


@dataclass(frozen=True, slots=True)
class HourUse:
    """Unit-hours of an hour that no reservation covered, and what they cost."""

    hour: datetime
    units: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Saving:
    """The hours, had `quantity` units been reserved. `reserved` is the reservation's cost for
    them, `overage` what would still have been paid by the hour; shares are from 0 to 1."""

    quantity: int
    without: Decimal
    reserved: Decimal
    overage: Decimal
    utilisation: Fraction
    coverage: Fraction

    @property
    def total(self) -> Decimal:
        """What would have been paid."""
        return EXACT.add(self.reserved, self.overage)

    @property
    def saved(self) -> Decimal:
        """What would not have been paid; below zero where reserving is dearer."""
        return EXACT.subtract(self.without, self.total)

    @property
    def wasted(self) -> Decimal:
        """The reservation's cost of unit-hours that nothing would have used."""
        return round_line(Fraction(self.reserved) * (1 - self.utilisation))


def savings(uses: Sequence[HourUse], hours: int, unit_hour: Fraction) -> list[Saving]:
    """The savings of every quantity that could be the best, the smallest first.

    `uses` lie within a stretch of `hours` hours; `unit_hour` is the price of one reserved unit for
    one of them. Between two levels of use costs change in proportion, so that the best quantity is
    one of these levels.
    """
    levels = _levels(uses)
    quantities = sorted({whole for units in levels for whole in (floor(units), ceil(units))} - {0})
    return [_saving(quantity, levels, hours, unit_hour) for quantity in quantities]


def best(found: Iterable[Saving]) -> Saving | None:
    """The one that saves most, the smallest of equals; None if none saves anything."""
    return max(
        (saving for saving in found if saving.saved > 0),
        key=lambda saving: (saving.saved, -saving.quantity),
        default=None,
    )


_Levels = dict[Fraction, tuple[int, Fraction]]  # units of an hour: how many hours, their cost


def _levels(uses: Iterable[HourUse]) -> _Levels:
    levels: _Levels = {}
    for use in uses:
        count, cost = levels.get(Fraction(use.units), (0, Fraction(0)))
        levels[Fraction(use.units)] = (count + 1, cost + Fraction(use.cost))
    return levels


def _saving(quantity: int, levels: _Levels, hours: int, unit_hour: Fraction) -> Saving:
    without = sum((cost for _, cost in levels.values()), Fraction(0))
    over = ((units, cost) for units, (_, cost) in levels.items() if units > quantity)
    overage = sum((cost * (units - quantity) / units for units, cost in over), Fraction(0))
    used = sum(
        (min(units, Fraction(quantity)) * n for units, (n, _) in levels.items()), Fraction(0)
    )
    return Saving(
        quantity=quantity,
        without=round_line(without),
        reserved=round_line(quantity * hours * unit_hour),
        overage=round_line(overage),
        utilisation=used / (quantity * hours),
        coverage=(without - overage) / without if without else Fraction(0),
    )
