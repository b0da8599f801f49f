"""What a budget's period has cost so far, and what it will have cost at its end.

contract.md section 5: a budget is evaluated on what is charged (ActualCost, no amortisation), with
purchases and what the Marketplace sells, and begins anew with each period. Azure tells the figures
of its last evaluation; these are those of now, from the very query that cost analysis answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from costplane.analysis.unpriced import Unpriced
from costplane.app.arm.budget import GRAIN_MONTHS, Budget, FilterPart
from costplane.app.forecasting.definition import ForecastDefinition
from costplane.app.forecasting.forecasting import Forecast, ForecastRow, Status
from costplane.core.period import DAY, Period, months_later

_COST, _USD = range(2)

Ask = Callable[[Mapping[str, object]], tuple[ForecastDefinition, Forecast]]
"""Answers a forecast's body."""


@dataclass(frozen=True, slots=True)
class BudgetSpend:
    """Sums in `unit`, the one currency of the costs, or USD where they have several. None is
    unknown: a currency without a rate to USD, or too little history for a forecast. `unpriced` is
    what neither sum has."""

    current: Decimal | None
    forecast: Decimal | None
    unit: str
    unpriced: tuple[Unpriced, ...]


def budget_period(budget: Budget, now: datetime) -> Period | None:
    """The period of a budget of costs in which `now` is; None before its start, after its end, and
    for a budget of another kind. Periods are counted from the budget's start."""
    months, told = GRAIN_MONTHS.get(budget.time_grain), budget.time_period
    if months is None or now < told.start_date or (told.end_date and now >= told.end_date):
        return None
    passed = (now.year - told.start_date.year) * 12 + now.month - told.start_date.month
    if months_later(told.start_date, passed) > now:
        passed -= 1
    first = passed - passed % months
    return Period(
        months_later(told.start_date, first), months_later(told.start_date, first + months)
    )


def budget_spend(budget: Budget, now: datetime, ask: Ask, currency: str) -> BudgetSpend | None:
    """The figures of a budget; None where it has no period. `currency` is the unit of nothing."""
    period = budget_period(budget, now)
    if period is None:
        return None
    _, found = ask(_body(budget, period))
    units = sorted({row.currency for row in found.rows})
    several = len(units) > 1
    current = _sum((r for r in found.rows if r.status == "Actual"), _USD if several else _COST)
    unit = "USD" if several else next(iter(units), currency)
    return BudgetSpend(current, _foretold(found, current, several=several), unit, found.unpriced)


def _foretold(found: Forecast, current: Decimal | None, *, several: bool) -> Decimal | None:
    """The sum at the period's end; unknown unless every currency that costs something is
    foretold."""
    spent, coming = _currencies(found.rows, "Actual"), _currencies(found.rows, "Forecast")
    if current is None or not coming or spent - coming:
        return None
    rest = _sum((r for r in found.rows if r.status == "Forecast"), _USD if several else _COST)
    return None if rest is None else current + rest


def _currencies(rows: Iterable[ForecastRow], status: Status) -> set[str]:
    return {row.currency for row in rows if row.status == status}


def _sum(rows: Iterable[ForecastRow], column: int) -> Decimal | None:
    total = Decimal(0)
    for row in rows:
        amount = row.amounts[column]
        if amount is None:
            return None
        total += amount
    return total


def _body(budget: Budget, period: Period) -> dict[str, object]:
    parts = [_condition(part) for part in budget.filter.parts] if budget.filter else []
    summed = {"cost": {"name": "Cost", "function": "Sum"}}
    usd = {"usd": {"name": "CostUSD", "function": "Sum"}}
    dataset: dict[str, object] = {"granularity": "None", "aggregation": summed | usd}
    if parts:
        dataset["filter"] = {"and": parts} if len(parts) > 1 else parts[0]
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {
            "from": f"{period.start:%Y-%m-%d}",
            "to": f"{period.end - DAY:%Y-%m-%d}",
        },
        "dataset": dataset,
    }


def _condition(part: FilterPart) -> dict[str, object]:
    kind, told = ("tags", part.tags) if part.tags else ("dimensions", part.dimensions)
    assert told is not None
    return {kind: {"name": told.name, "operator": told.operator, "values": list(told.values)}}
