"""One way to serve a workload beside others, as values; and what an estimate says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from costplane.app.estimating.result import Estimate, EstimateLine, sums
from costplane.app.estimating.workload import Workload
from costplane.core.money import round_line


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where provisioned units become cheaper than paying by use, at prices and days of the first
    month: `first` for the first time, `always` from then on at any number of calls (between the
    two, a step to more units makes them dearer again)."""

    first_calls_a_day: Decimal
    first_calls_a_month: int
    always_calls_a_day: Decimal
    always_calls_a_month: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to serve a workload. Costs are None where nothing has a price; `reasons` say what
    is missing in them, `change` is in percent of the cost as planned.

    `purchase` is "by use", "hourly", or a reservation's term, whose cost is its part for the
    month; `commitment` is that of the first whole term. `units` and `utilisation` (percent of the
    units at the busiest minute) are of the first month.
    """

    workload: str
    model: str
    deployment_type: str | None
    purchase: str
    planned: bool
    month_cost: Decimal | None
    total: Decimal | None
    currency: str
    change: Decimal | None
    units: int | None = None
    utilisation: Decimal | None = None
    commitment: Decimal | None = None
    crossing: Crossing | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """A workload as one of its alternatives serves it, under a name of its own."""

    origin: Workload
    workload: Workload

    @property
    def is_planned(self) -> bool:
        """Whether it is served as it was planned."""
        return self.workload == replace(self.origin, name=self.workload.name)


def lines_of(estimate: Estimate, workload: Workload) -> list[EstimateLine]:
    """The lines of a workload."""
    return [line for line in estimate.lines if line.workload == workload.name]


def cost_of(lines: Sequence[EstimateLine], month: date | None) -> tuple[str, Decimal] | None:
    """Currency and cost; None if nothing has a price, or not in one currency."""
    found = sums(line for line in lines if month in (None, line.month))
    return next(iter(found.items())) if len(found) == 1 else None


def reasons_of(estimate: Estimate, workload: Workload) -> tuple[str, ...]:
    """Why parts of a workload have no price, each with the quantity concerned."""
    gaps = (gap for gap in estimate.gaps if gap.workload == workload.name)
    return tuple(dict.fromkeys(f"{gap.token_type}: {gap.reason}" for gap in gaps))


def change_of(cost: tuple[str, Decimal] | None, base: tuple[str, Decimal] | None) -> Decimal | None:
    """The difference to the cost as planned in percent of it, to a tenth."""
    if cost is None or base is None or cost[0] != base[0] or not base[1]:
        return None
    share = Fraction(cost[1] - base[1]) / Fraction(base[1]) * 100
    return round_line(share).quantize(Decimal("0.1"))
