"""An estimate: amounts by month and meter, and what of the workload has no price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from costplane.core.money import round_line


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """What one meter comes to in one month of a workload.

    `cost` is the contracted cost in `currency`, `list_cost` at list price; `quantity` is in
    `unit`, `unit_price` for one `pricing_unit`. `calls` is how many calls have a part of it. Of a
    meter with tiers it is the part from `tier_minimum` blocks of the month on. Where a publisher
    bills in a unit of its own, the pricing unit is that, and a million of `unit` stands for
    `units_per_million`.
    """

    month: date
    workload: str
    scope: str
    model: str | None
    model_version: str | None
    deployment_type: str | None
    service_tier: str | None
    meter: str
    meter_id: str
    token_type: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    pricing_unit: str
    cost: Decimal
    list_cost: Decimal
    currency: str
    calls: int
    tier_minimum: Decimal | None = None
    units_per_million: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EstimateGap:
    """A part of a workload that has no price, or that nobody can count, and why."""

    month: date
    workload: str
    token_type: str | None
    quantity: Decimal | None
    unit: str | None
    calls: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """How many calls a workload makes in a month."""

    month: date
    workload: str
    calls: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan comes to. `priced_at` is the instant whose prices hold for every month, None
    where each month has its own; `price_version` is the newest sheet known. The total is
    too low by what `gaps` would cost."""

    name: str
    price_version: int
    priced_at: datetime | None
    planned: tuple[PlannedMonth, ...]
    lines: tuple[EstimateLine, ...]
    gaps: tuple[EstimateGap, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything has a price."""
        return not self.gaps

    @property
    def months(self) -> list[date]:
        """The months, in order."""
        return sorted({planned.month for planned in self.planned})

    def calls(self, month: date | None = None, workload: str | None = None) -> int:
        """The calls of a month, of a workload, or of all."""
        return sum(
            planned.calls
            for planned in self.planned
            if month in (None, planned.month) and workload in (None, planned.workload)
        )

    def totals(self, month: date | None = None, workload: str | None = None) -> dict[str, Decimal]:
        """Costs by currency, of a month, of a workload, or of all."""
        chosen = (
            line
            for line in self.lines
            if month in (None, line.month) and workload in (None, line.workload)
        )
        return sums(chosen)


def sums(lines: Iterable[EstimateLine]) -> dict[str, Decimal]:
    """Costs by currency."""
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line.currency] = found.get(line.currency, Decimal(0)) + line.cost
    return found


def per_calls(cost: Decimal, calls: int, number: int = 1) -> Decimal | None:
    """The cost of `number` calls on average, rounded to twelve places; None without calls."""
    return round_line(Fraction(cost) / calls * number) if calls else None
