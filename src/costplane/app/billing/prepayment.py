"""Prepayment and credits: import of lots, what they paid, balances, events, crossed thresholds.

Draws of closed billing periods stand as they were posted. Those of open ones are computed from
the charges whenever they are asked for, and posted as differences (billing-rules 14 and 16), so
that late usage and a new price move them, and a second posting finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from costplane.app.billing.billed_sums import day_totals
from costplane.app.bills.invoiced import invoiced
from costplane.app.ports import BillingPeriods
from costplane.app.readable_ledger import Snapshots
from costplane.billing.balances import Balance, Crossing, Event, balance, crossings, events
from costplane.billing.draws import DayTotal, Draw, draws
from costplane.billing.lot import Lot
from costplane.billing.lots_file import read_lots
from costplane.billing.ports import LotStore
from costplane.catalog.model import BEGINNING
from costplane.core.money import EXACT
from costplane.core.period import month_start
from costplane.core.relation import Engine
from costplane.errors import NotFound
from costplane.ledger.delta import Snapshot


@dataclass(frozen=True, slots=True)
class LotImport:
    """What an import came to: lots in the file, and how many of them are new."""

    lots: int
    new: int


@dataclass(frozen=True, slots=True)
class LotState:
    """A lot as it stands at an instant. `status` is Azure's word."""

    lot: Lot
    used: Decimal
    balance: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class Prepayment:
    """The use cases of lots; a Settling (app/settling.py)."""

    ledger: Snapshots
    engine: Engine
    store: LotStore
    periods: BillingPeriods

    def take(self, path: Path, at: datetime) -> LotImport:
        """Keeps the lots of a YAML or CSV file, all or none. Raises InvalidInput, naming line
        and field, for one that cannot be taken."""
        lots = read_lots(path)
        return LotImport(len(lots), self.store.add(lots, path.name, at))

    def settle(self, now: datetime) -> int:
        """Posts what the draws of open periods lack; how many differences. No charge changes."""
        snapshot = self.ledger.snapshot()
        keys = sorted({lot.billing_key for lot in self.store.lots()})
        return sum(self._post(key, snapshot, now) for key in keys)

    def _post(self, key: str, snapshot: Snapshot, now: datetime) -> int:
        missing = _difference(self.drawn(key, snapshot), self.store.drawn(key))
        if missing:
            self.store.post(key, missing, now)
        return len(missing)

    def drawn(self, key: str, snapshot: Snapshot | None = None) -> list[Draw]:
        """What the lots of a billing key paid, by day: posted in closed periods, computed in
        open ones."""
        lots = self.store.lots(key)
        if not lots:
            return []
        closed = self.periods.closed_months(key)
        kept = [draw for draw in self.store.drawn(key) if month_start(draw.day) in closed]
        paid: dict[str, Decimal] = defaultdict(Decimal)
        for draw in kept:
            paid[draw.lot_id] = EXACT.add(paid[draw.lot_id], draw.amount)
        tables = invoiced(snapshot or self.ledger.snapshot())
        open_days = day_totals(self.engine, tables, key, without=closed)
        return sorted(kept + draws(lots, open_days, paid), key=lambda draw: draw.day)

    def totals(self, key: str, since: datetime = BEGINNING) -> list[DayTotal]:
        """What the key was charged by day, in billing periods from `since` on."""
        return list(day_totals(self.engine, invoiced(self.ledger.snapshot()), key, since))

    def lots(self, key: str | None, now: datetime) -> list[LotState]:
        """Every lot, or those of a billing key, with what is left of it at `now`."""
        chosen = self.store.lots(key)
        used: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for billing_key in sorted({lot.billing_key for lot in chosen}):
            for draw in self.drawn(billing_key):
                place = (billing_key, draw.lot_id)
                used[place] = EXACT.add(used[place], draw.amount)
        return [_state(lot, used[lot.billing_key, lot.id], now) for lot in chosen]

    def events(self, key: str, now: datetime) -> list[Event]:
        """What happened to the lots of a billing key until `now`, by day."""
        key = self.key(key)
        closed = self.periods.closed_months(key)
        return events(self.store.lots(key), self.drawn(key), closed=closed, now=now)

    def balances(self, key: str, month: datetime, now: datetime) -> list[Balance]:
        """The statements of a month, one for each currency of its lots."""
        key = self.key(key)
        lots, drawn, totals = self.store.lots(key), self.drawn(key), self.totals(key, month)
        return [
            balance(own, drawn, totals, month, now, currency=currency)
            for currency in sorted({lot.currency for lot in lots})
            if (own := [lot for lot in lots if lot.currency == currency])
        ]

    def balance(self, key: str, currency: str, month: datetime, now: datetime) -> Balance:
        """The statement of a month in one currency, also of a key that has no lots."""
        lots = [lot for lot in self.store.lots(key) if lot.currency == currency]
        drawn, totals = self.drawn(key), self.totals(key, month)
        return balance(lots, drawn, totals, month, now, currency=currency)

    def crossings(self, key: str, now: datetime) -> list[Crossing]:
        """The days on which the lots of a key came to be used by 90 and by 100 percent."""
        key = self.key(key)
        return [c for c in crossings(self.store.lots(key), self.drawn(key)) if c.day <= now]

    def key(self, key: str) -> str:
        """The billing key whose lots are meant: `key` itself, or the one profile of an account
        that bills by profile. Raises NotFound, naming the choices, where there are none or
        several."""
        known = sorted({lot.billing_key for lot in self.store.lots()})
        if key in known:
            return key
        profiles = [one for one in known if one.startswith(f"{key}:")]
        if len(profiles) == 1:
            return profiles[0]
        if profiles:
            names = ", ".join(one.removeprefix(f"{key}:") for one in profiles)
            told = f"bills by profile; add --profile with one of {names}"
        else:
            advice = f"there are some of {', '.join(known)}" if known else "import some"
            told = f"has no prepayment or credits; {advice}"
        raise NotFound(f"billing account '{key}' {told}", target="billing_account")


def _difference(computed: list[Draw], posted: list[Draw]) -> list[Draw]:
    amounts: dict[tuple[str, datetime], Decimal] = defaultdict(Decimal)
    for draw in computed:
        amounts[draw.lot_id, draw.day] = draw.amount
    for draw in posted:
        place = (draw.lot_id, draw.day)
        amounts[place] = EXACT.subtract(amounts[place], draw.amount)
    return [Draw(lot, day, amount) for (lot, day), amount in sorted(amounts.items()) if amount]


def _state(lot: Lot, used: Decimal, now: datetime) -> LotState:
    left = EXACT.subtract(lot.amount, used)
    if now < lot.start:
        status = "Inactive"
    elif left <= 0:
        status = "Complete"
    elif lot.expiry is not None and now >= lot.expiry:
        status = "Expired"
    else:
        status = "Active"
    return LotState(lot, used, left, status)
