"""Unit costs for programs: the members that the API and the command line print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from costplane.app.unit_costs.result import UnitCostAnswer, UnitCostRow


@dataclass(frozen=True, slots=True)
class UnpricedItem:
    """Usage of one reason that no cost contains; `quantities` by token type."""

    status: str
    reason: str
    events: int
    quantities: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class UnitCostData:
    """Costs divided by what they bought, from `start` up to, not including, `end`."""

    start: datetime
    end: datetime
    rows: list[UnitCostRow]
    unpriced: list[UnpricedItem]


def as_data(answer: UnitCostAnswer) -> UnitCostData:
    """The answer as it is printed."""
    unpriced = [
        UnpricedItem(item.status, item.reason, item.events, dict(item.quantities))
        for item in answer.unpriced
    ]
    period = answer.period
    return UnitCostData(period.start, period.end, list(answer.rows), unpriced)
