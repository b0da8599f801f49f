"""The events behind one charge: their sum, and a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from fractions import Fraction

from costplane.app.explaining.ledger_rows import LedgerRows, Row
from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT, round_line
from costplane.core.quantities import BY_NAME
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explain import Slice, exact_amount
from costplane.rating.explanation import EventBehind, EventsBehind
from costplane.rating.rates import Rate

EVENTS_SHOWN = 100
"""Events behind a charge that one explanation shows."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Over all events behind a charge: how many, the unrounded sum, the sum of the lines."""

    events: int
    exact: Fraction
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ChargeEvents:
    """The events that `slices` price. They are priced by quantity: of equal ones one is enough."""

    rows: LedgerRows
    address: ChargeAddress
    slices: Sequence[Slice]

    @property
    def rate(self) -> Rate | None:
        """The last book's rate: between two postings an import may have brought a list price."""
        return self.slices[-1].rate if self.slices else None

    def sums(self) -> Sums:
        """The sums over all events."""
        events, exact, amount = 0, Fraction(0), Decimal(0)
        for row in self.rows.counts(self.address, self.slices):
            line = self._exact(row)
            events += row["events"]
            exact += line * row["events"]
            amount = EXACT.fma(round_line(line), row["events"], amount)
        return Sums(events, exact, amount)

    def behind(self, sums: Sums, skip: int = 0, most: int = EVENTS_SHOWN) -> EventsBehind:
        """The page after `skip` events, and what the others come to."""
        page = self.rows.page(self.address, self.slices, skip, most)
        shown = tuple(self._event(row) for row in page)
        others = sums.amount
        for event in shown:
            others = EXACT.subtract(others, event.amount)
        return EventsBehind(sums.events, skip, shown, others)

    def _event(self, row: Row) -> EventBehind:
        exact = self._exact(row)
        return EventBehind(
            source=row["source"],
            id=row["id"],
            time=row["time"].astimezone(UTC),
            count=Decimal(row["count"]),
            exact=exact_text(exact),
            amount=round_line(exact),
        )

    def _exact(self, row: Row) -> Fraction:
        rate = self.slices[row["slice"]].rate
        return exact_amount(rate.contracted, Decimal(row["count"]), BY_NAME[self.address.quantity])
