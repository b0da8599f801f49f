"""A saved estimate beside what was spent: by month and one dimension (requirement M2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from costplane.analysis.result import QueryResult, json_rows
from costplane.app.estimating.saving import EstimatedAmount, by_month
from costplane.core.period import day_start, next_month
from costplane.errors import InvalidInput

DIMENSIONS = ("Model", "Meter", "TokenType", "DeploymentType", "Deployment", "ServiceTier")
"""What both sides have and can be parted by."""


@dataclass(frozen=True, slots=True)
class BesideActual:
    """A month's estimate and actual of one value of a dimension; `difference` is actual less
    estimate. None is what that side does not have."""

    month: date
    value: str
    currency: str
    estimate: Decimal | None
    actual: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Actual less estimate."""
        return (self.actual or Decimal(0)) - (self.estimate or Decimal(0))


def query_of(amounts: Sequence[EstimatedAmount], dimension: str) -> dict[str, object]:
    """The body of the query for what was spent in the months of an estimate.

    Raises InvalidInput for a dimension that estimates do not have.
    """
    if dimension not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise InvalidInput(f"'{dimension}': use one of {known}", target="--group-by")
    months = sorted({amount.month for amount in amounts})
    if not months:
        raise InvalidInput("nothing of the estimate has a price", target="name")
    end = next_month(day_start(months[-1])) - timedelta(days=1)
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": months[0].isoformat(), "to": end.date().isoformat()},
        "dataset": {
            "granularity": "Monthly",
            "aggregation": {"Cost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": dimension}],
        },
    }


def beside_actual(
    amounts: Sequence[EstimatedAmount], actual: QueryResult, dimension: str
) -> list[BesideActual]:
    """Both sides, by month and value; in months of the estimate alone."""
    planned = by_month(amounts, dimension)
    spent = _spent(actual, dimension)
    keys = sorted({*planned, *spent})
    return [BesideActual(*key, planned.get(key), spent.get(key)) for key in keys]


def _spent(actual: QueryResult, dimension: str) -> dict[tuple[date, str, str], Decimal]:
    """The priced rows of the answer to `query_of`."""
    names = [column.name for column in actual.columns]
    place = names.index(dimension)
    found: dict[tuple[date, str, str], Decimal] = {}
    for row in json_rows(actual.rows):
        cost, month, value, currency = row[0], row[1], row[place], row[-1]
        if isinstance(cost, (Decimal, int)):
            when = date.fromisoformat(str(month)[:10])
            found[when, str(value or ""), str(currency)] = Decimal(cost)
    return found
