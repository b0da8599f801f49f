"""What lots pay, as plain loops over fractions. It shares no code with the product.

A key's lots pay a day's bill one cent-free fraction at a time: for each lot in order, for each
product in order. What a day gives back goes to the lots from the last to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Day = int
Kind = tuple[str, str, str]
Bill = dict[Kind, Fraction]
Left = dict[str, Fraction]
Result = dict[tuple[str, Day], Fraction]


@dataclass
class NaiveLot:
    id: str
    amount: Fraction
    start: Day
    end: Day | None
    publishers: tuple[str, ...]
    products: tuple[str, ...]

    def takes(self, kind: Kind) -> bool:
        publisher, service, product = kind
        if publisher == "Marketplace" or publisher not in self.publishers:
            return False
        return not self.products or service in self.products or product in self.products


def naive_draws(
    lots: Sequence[NaiveLot], charges: Sequence[tuple[Day, Kind, Fraction]]
) -> dict[tuple[str, Day], Fraction]:
    """By lot and day."""
    forever = 10**9
    order = sorted(lots, key=lambda x: (forever if x.end is None else x.end, x.start, x.id))
    left = {lot.id: lot.amount for lot in lots}
    result: dict[tuple[str, Day], Fraction] = {}
    for day in sorted({day for day, _, _ in charges}):
        bill: dict[Kind, Fraction] = {}
        for at, kind, amount in charges:
            if at == day:
                bill[kind] = bill.get(kind, Fraction(0)) + amount
        alive = [x for x in order if x.start <= day < (forever if x.end is None else x.end)]
        for lot in alive:
            _pay(lot, day, bill, left, result)
        for lot in alive[::-1]:
            _return(lot, day, bill, left, result)
    return {key: amount for key, amount in result.items() if amount != 0}


def _pay(lot: NaiveLot, day: Day, bill: Bill, left: Left, result: Result) -> None:
    wanted = sum((bill[kind] for kind in bill if lot.takes(kind)), Fraction(0))
    for kind in sorted(bill):
        if not lot.takes(kind) or bill[kind] <= 0:
            continue
        part = min(bill[kind], left[lot.id], max(wanted, Fraction(0)))
        bill[kind] -= part
        left[lot.id] -= part
        wanted -= part
        result[lot.id, day] = result.get((lot.id, day), Fraction(0)) + part


def _return(lot: NaiveLot, day: Day, bill: Bill, left: Left, result: Result) -> None:
    surplus = -sum((bill[kind] for kind in bill if lot.takes(kind)), Fraction(0))
    for kind in sorted(bill):
        if not lot.takes(kind) or bill[kind] >= 0:
            continue
        part = min(-bill[kind], lot.amount - left[lot.id], max(surplus, Fraction(0)))
        bill[kind] += part
        left[lot.id] += part
        surplus -= part
        result[lot.id, day] = result.get((lot.id, day), Fraction(0)) - part
