"""What a price sheet would change beside the earlier versions of the same sheet (billing-rules 12).

Row by row: each row of the new sheet stands beside the price that its meter has had until the
row's start. Of equal starts the later import holds (billing-rules 8). Nothing is stored by
comparing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from costplane.pricing.price import PriceRow

Place = tuple[object, ...]
"""What has one price at a time: a meter in a region, its tier, term and offer."""

History = dict[datetime, PriceRow]
"""The rows of one place by their start."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A meter's price until an instant and from then on, each with the block that it is for."""

    before: PriceRow
    after: PriceRow

    @property
    def percent(self) -> Decimal | None:
        """By how much the price rises, in percent with two decimal places; None where the two
        do not compare: other currency, other unit, or from a price of zero."""
        old, new = _unit_price(self.before), _unit_price(self.after)
        if old[1:] != new[1:] or not old[0]:
            return None
        return Decimal(round((new[0] / old[0] - 1) * 10_000)).scaleb(-2)


@dataclass(frozen=True, slots=True)
class SheetChanges:
    """What an import would bring.

    `new`: rows of meters that had no price until then. `changed`: rows with another price than
    the one until then. `ended`: rows of equal price whose end is another one. `missing`: the
    last rows of meters that the new sheet does not list; their prices stay (billing-rules 8).
    `unchanged` counts the other rows.
    """

    new: tuple[PriceRow, ...]
    changed: tuple[PriceChange, ...]
    ended: tuple[PriceChange, ...]
    missing: tuple[PriceRow, ...]
    unchanged: int


def sheet_changes(stored: Iterable[PriceRow], given: Iterable[PriceRow]) -> SheetChanges:
    """The changes that `given` brings to `stored`, the rows of a sheet's versions, oldest first."""
    known, listed = _by_place(stored), _by_place(given)
    pairs = [
        pair for place, history in listed.items() for pair in _beside(known.get(place, {}), history)
    ]
    both = [PriceChange(before, row) for before, row in pairs if before is not None]
    changed = [c for c in both if _unit_price(c.before) != _unit_price(c.after)]
    same = [c for c in both if _unit_price(c.before) == _unit_price(c.after)]
    ended = [c for c in same if _ends_otherwise(c)]
    return SheetChanges(
        new=tuple(row for before, row in pairs if before is None),
        changed=tuple(changed),
        ended=tuple(ended),
        missing=tuple(_last(history) for place, history in known.items() if place not in listed),
        unchanged=len(same) - len(ended),
    )


def _by_place(rows: Iterable[PriceRow]) -> dict[Place, History]:
    found: dict[Place, History] = defaultdict(dict)
    for row in rows:
        found[_place(row)][row.valid_from] = row
    return found


def _beside(known: History, given: History) -> Iterator[tuple[PriceRow | None, PriceRow]]:
    """Each given row with the one that has been known for its start, or holds until then."""
    together = known | given
    starts = sorted(together)
    for start in sorted(given):
        place = bisect_left(starts, start)
        until = together[starts[place - 1]] if place else None
        yield known.get(start, until), given[start]


def _last(history: History) -> PriceRow:
    return history[max(history)]


def _ends_otherwise(change: PriceChange) -> bool:
    old, new = change.before, change.after
    return old.valid_from == new.valid_from and old.valid_to != new.valid_to


def _place(row: PriceRow) -> Place:
    meter = (row.product, row.meter_name, row.region)
    return (*meter, row.kind, row.term, row.tier_minimum, row.offer)


def _unit_price(row: PriceRow) -> tuple[Fraction, str, str]:
    return Fraction(row.price) / Fraction(row.block_size), row.unit, row.denomination
