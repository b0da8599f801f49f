"""Why a share of a provisioned deployment's hour costs what it costs (billing-rules 19, 28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from costplane.app.explaining.charge_events import Sums
from costplane.app.explaining.ledger_rows import LedgerRows, Row
from costplane.core.money import EXACT
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explanation import EventsBehind
from costplane.rating.rates import Rate


@dataclass(frozen=True, slots=True)
class CapacityShare:
    """A share of units and hours in place of events (as charge_events.ChargeEvents)."""

    rate: Rate | None
    billed: Decimal
    working: tuple[str, ...] = ()

    def sums(self) -> Sums:
        """The share was rounded once, with the whole hour: it is exact as it was posted."""
        return Sums(0, Fraction(self.billed), self.billed)

    def behind(self, sums: Sums, skip: int = 0) -> EventsBehind:
        """No event is behind it: what is used in an hour only parts it."""
        return EventsBehind(sums.events, skip, (), sums.amount)


def capacity_share(
    rows: LedgerRows, address: ChargeAddress, posted: Sequence[Row], rate: Rate | None
) -> CapacityShare:
    """The share at `address`, with steps that tell the whole hour, its split, its reservation."""
    hour = rows.capacity_of_hour(address)
    whole, own = _hours(hour), _sum(posted, "ConsumedQuantity")
    steps = [
        f"{_text(whole)} unit-hours of the deployment in this hour",
        f"{_text(own)} of them by the weighted tokens of these callers",
        f"{_text(_hours(row for row in hour if row['nobody']))} idle",
    ]
    for name in sorted({row["CommitmentDiscountName"] for row in posted} - {None}):
        covered = [row for row in posted if row["CommitmentDiscountName"] == name]
        hours, cost = _sum(covered, "ConsumedQuantity"), _sum(covered, "EffectiveCost")
        amounts = f"billed 0, effective {_text(cost)}"
        steps.append(f"{_text(hours)} covered by the reservation {name}: {amounts}")
    told = replace(rate, steps=(*rate.steps, *steps)) if rate else None
    return CapacityShare(told, _sum(posted, "BilledCost"))


def _hours(rows: Iterable[Row]) -> Decimal:
    return _sum(list(rows), "quantity")


def _sum(rows: Sequence[Row], name: str) -> Decimal:
    total = Decimal(0)
    for row in rows:
        total = EXACT.add(total, row[name] or Decimal(0))
    return total


def _text(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
