"""What lots pay on each UTC day, as one pure function (billing-rules 14 and 16).

A day's charges are paid by the lots that live on it, in their order. A day that comes to less
than nothing, because corrections are in it, gives back: the lots are gone through backwards, and
each takes back at most what it has paid. A lot that has expired takes nothing back, so that this
part stands on the invoice as money that the customer gets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from costplane.billing.lot import Lot, Product, drawing_order
from costplane.core.money import EXACT, total

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What a billing key was charged for a product on a UTC day, in one currency.

    A correction counts on the first day of the billing period that it is billed in.
    """

    day: datetime
    product: Product
    currency: str
    billed_cost: Decimal


@dataclass(frozen=True, slots=True)
class Draw:
    """What a lot paid on a UTC day; below zero it took back."""

    lot_id: str
    day: datetime
    amount: Decimal


def draws(
    lots: Iterable[Lot], totals: Iterable[DayTotal], paid: Mapping[str, Decimal]
) -> list[Draw]:
    """The draws of the days of `totals`, in their order, for lots of one billing key.

    `paid` is what each lot has paid before the first of these days.
    """
    ordered = sorted(lots, key=drawing_order)
    used = {lot.id: paid.get(lot.id, _ZERO) for lot in ordered}
    found: list[Draw] = []
    for day, rows in sorted(_by_day(totals).items()):
        found += _of_day([lot for lot in ordered if lot.is_live(day)], day, rows, used)
    return found


_Open = dict[tuple[str, Product], Decimal]  # what is not paid yet, by currency and product


def _by_day(totals: Iterable[DayTotal]) -> dict[datetime, _Open]:
    days: dict[datetime, _Open] = {}
    for row in totals:
        place = (row.currency, row.product)
        unpaid = days.setdefault(row.day, {})
        unpaid[place] = EXACT.add(unpaid.get(place, _ZERO), row.billed_cost)
    return days


def _of_day(
    live: Sequence[Lot], day: datetime, unpaid: _Open, used: dict[str, Decimal]
) -> list[Draw]:
    amounts: dict[str, Decimal] = {}
    for lot in live:
        due = max(_eligible(lot, unpaid), _ZERO)
        amounts[lot.id] = min(due, EXACT.subtract(lot.amount, used[lot.id]))
        _settle(lot, unpaid, amounts[lot.id])
    for lot in reversed(live):
        surplus = min(_eligible(lot, unpaid), _ZERO)
        back = max(surplus, EXACT.minus(EXACT.add(used[lot.id], amounts[lot.id])))
        amounts[lot.id] = EXACT.add(amounts[lot.id], back)
        _settle(lot, unpaid, back)
    for lot_id, amount in amounts.items():
        used[lot_id] = EXACT.add(used[lot_id], amount)
    return [Draw(lot_id, day, amount) for lot_id, amount in amounts.items() if amount]


def _eligible(lot: Lot, unpaid: _Open) -> Decimal:
    """What is unpaid of what the lot may pay for."""
    return total(unpaid[place] for place in _places(lot, unpaid))


def _places(lot: Lot, unpaid: _Open) -> list[tuple[str, Product]]:
    """Where the lot may pay, in code-point order of publisher type, service and product."""
    return sorted(
        (place for place in unpaid if place[0] == lot.currency and lot.pays_for(place[1])),
        key=lambda place: (place[1].publisher_type, place[1].service, place[1].product),
    )


def _settle(lot: Lot, unpaid: _Open, amount: Decimal) -> None:
    """Takes a lot's `amount` off what is unpaid: from what has its sign, in order."""
    for place in _places(lot, unpaid):
        open_ = unpaid[place]
        taken = min(max(open_, _ZERO), amount)
        part = taken if amount > 0 else max(min(open_, _ZERO), amount)
        unpaid[place] = EXACT.subtract(open_, part)
        amount = EXACT.subtract(amount, part)
