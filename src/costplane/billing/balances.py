"""Balances, events and thresholds of lots, in the words of Azure's balances and events.

Amounts are exact, to the twelfth place, as the draws are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from costplane.billing.draws import DayTotal, Draw
from costplane.billing.lot import ELIGIBLE_PUBLISHER_TYPES, Lot, Product
from costplane.core.money import EXACT, total
from costplane.core.period import month_start, next_month

THRESHOLDS = (Decimal("0.9"), Decimal(1))
"""Shares of the lots at which their use is told (billing-rules 16)."""

MARKETPLACE = "Marketplace"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Detail:
    """A purchase or an adjustment by name."""

    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """The statement of a month: ending = beginning + new purchases + adjustments - utilized.

    An adjustment is what expired with a lot. Of what was charged, `service_overage` is eligible
    and no lot paid it, `charges_billed_separately` is eligible for none, and
    `azure_marketplace_service_charges` is the Marketplace's, which no lot ever pays.
    `total_overage` sums the first two, `total_usage` adds what was utilized.
    """

    currency: str
    month: str
    beginning_balance: Decimal
    new_purchases: Decimal
    adjustments: Decimal
    utilized: Decimal
    ending_balance: Decimal
    service_overage: Decimal
    charges_billed_separately: Decimal
    total_overage: Decimal
    total_usage: Decimal
    azure_marketplace_service_charges: Decimal
    new_purchases_details: tuple[Detail, ...]
    adjustment_details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a lot on a UTC day.

    `event_type` is NewCredit, SettledCharges (its billing period is closed), PendingCharges (it
    is open) or CreditExpired. `amount` is above zero where the lot gained, `closed_balance` what
    it has after it.
    """

    lot_id: str
    lot_source: str
    event_type: str
    transaction_date: datetime
    amount: Decimal
    closed_balance: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """The day on which `used` of the `granted` amounts of the lots that live then reached a
    threshold. It is told again when it falls below and is reached anew."""

    threshold: Decimal
    day: datetime
    used: Decimal
    granted: Decimal
    currency: str


def events(
    lots: Iterable[Lot], draws: Sequence[Draw], *, closed: Collection[datetime], now: datetime
) -> list[Event]:
    """What happened to `lots` until `now`, by day. The months `closed` have invoices."""
    found = [event for lot in lots for event in _of_lot(lot, draws, closed)]
    return sorted(
        (event for event in found if event.transaction_date <= now),
        key=lambda event: event.transaction_date,
    )


def _of_lot(lot: Lot, draws: Iterable[Draw], closed: Collection[datetime]) -> list[Event]:
    changes = [(lot.start, "NewCredit", lot.amount)]
    for draw in draws:
        if draw.lot_id == lot.id:
            settled = month_start(draw.day) in closed
            kind = "SettledCharges" if settled else "PendingCharges"
            changes.append((draw.day, kind, EXACT.minus(draw.amount)))
    left = total(amount for _, _, amount in changes)
    if lot.expiry is not None and left:
        changes.append((lot.expiry, "CreditExpired", EXACT.minus(left)))
    found, left = [], _ZERO
    for day, kind, amount in changes:
        left = EXACT.add(left, amount)
        found.append(Event(lot.id, lot.source, kind, day, amount, left, lot.currency))
    return found


def balance(
    lots: Sequence[Lot],
    draws: Sequence[Draw],
    totals: Iterable[DayTotal],
    month: datetime,
    now: datetime,
    *,
    currency: str,
) -> Balance:
    """The statement of the month that starts at `month`, for `lots`, all of `currency`. What
    expires after `now` has not expired yet. Without lots what they could pay for is overage."""
    end = next_month(month)
    until = min(end, now)
    happened = events(lots, draws, closed=(), now=until)
    before = [e for e in happened if e.transaction_date < month]
    within = [e for e in happened if month <= e.transaction_date < end]
    beginning, ending = _sum(before), _sum([*before, *within])
    new = tuple(Detail(e.lot_id, e.amount) for e in within if e.event_type == "NewCredit")
    expired = tuple(
        Detail(f"Expired: {e.lot_id}", e.amount) for e in within if e.event_type == "CreditExpired"
    )
    ids = {lot.id for lot in lots}
    drawn = total(d.amount for d in draws if d.lot_id in ids and month <= d.day < end)
    charged = [row for row in totals if month <= row.day < end and row.currency == currency]
    eligible = _charged(charged, lots, eligible=True)
    marketplace = total(r.billed_cost for r in charged if r.product.publisher_type == MARKETPLACE)
    apart = EXACT.subtract(_charged(charged, lots, eligible=False), marketplace)
    overage = EXACT.subtract(eligible, drawn)
    return Balance(
        currency=currency,
        month=f"{month:%Y-%m}",
        beginning_balance=beginning,
        new_purchases=total(detail.value for detail in new),
        adjustments=total(detail.value for detail in expired),
        utilized=drawn,
        ending_balance=ending,
        service_overage=overage,
        charges_billed_separately=apart,
        total_overage=EXACT.add(overage, apart),
        total_usage=total((drawn, overage, apart)),
        azure_marketplace_service_charges=marketplace,
        new_purchases_details=new,
        adjustment_details=expired,
    )


def _charged(totals: Iterable[DayTotal], lots: Sequence[Lot], *, eligible: bool) -> Decimal:
    return total(row.billed_cost for row in totals if is_prepayable(row.product, lots) == eligible)


def is_prepayable(product: Product, lots: Sequence[Lot]) -> bool:
    """Whether charges for `product` could be paid by `lots` of their payer and currency; where
    there are none, by any lot."""
    if not lots:
        return product.publisher_type in ELIGIBLE_PUBLISHER_TYPES
    return any(lot.pays_for(product) for lot in lots)


def _sum(happened: Iterable[Event]) -> Decimal:
    return total(event.amount for event in happened)


def crossings(lots: Sequence[Lot], draws: Sequence[Draw]) -> list[Crossing]:
    """Every crossing of a threshold, by day."""
    days = sorted({d.day for d in draws} | {i for x in lots for i in (x.start, x.expiry) if i})
    found: list[Crossing] = []
    above = dict.fromkeys(THRESHOLDS, False)
    for day in days:
        live = [lot for lot in lots if lot.is_live(day)]
        granted = total(lot.amount for lot in live)
        ids = {lot.id for lot in live}
        used = total(d.amount for d in draws if d.lot_id in ids and d.day <= day)
        for threshold in THRESHOLDS:
            reached = granted > 0 and used >= EXACT.multiply(granted, threshold)
            if reached and not above[threshold]:
                found.append(Crossing(threshold, day, used, granted, live[0].currency))
            above[threshold] = reached
    return found
