"""currentSpend and forecastSpend of budgets: plain SQL over the ledger, and the forecast itself."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from tests.http.azure.conformance.estate import SCOPES, account
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books
from tests.http.azure.conformance.test_query import WHERE

SUMMED = {
    "cost": {"name": "Cost", "function": "Sum"},
    "usd": {"name": "CostUSD", "function": "Sum"},
}


def budget(grain: str = "Monthly", start: str = "2026-11-01", **more: Any) -> Any:
    """A budget without notifications."""
    period = {"startDate": f"{start}T00:00:00Z", "endDate": "2030-01-01T00:00:00Z"}
    told = {"category": "Cost", "amount": 100, "timeGrain": grain, "timePeriod": period}
    return {"properties": told | more}


def spent(books: Books, kind: str, since: str, further: str = "1") -> dict[str, Decimal]:
    """What the ledger's charges since a day come to, by currency."""
    condition, value = WHERE[kind]
    value = account("rg-search").lower() if kind == "Resource" else value
    rows = books.rows(
        f"SELECT BillingCurrency, sum(BilledCost) FROM charges WHERE ({condition}) AND "
        f"ChargePeriodStart >= '{since}' AND {further} GROUP BY 1",
        value,
    )
    return {currency: Decimal(units).scaleb(-12) for currency, units in rows}


def expected_at_end(cost: CostManagementClient, scope: str, last: datetime, column: int) -> float:
    """What the forecast says of the rest of the period."""
    asked: Any = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": datetime(2026, 11, 1, tzinfo=UTC), "to": last},
        "dataset": {"granularity": "None", "aggregation": SUMMED},
    }
    answer = cost.forecast.usage(scope, asked)
    assert answer is not None
    return float(sum(row[column] for row in answer.rows or [] if row[2] == "Forecast"))


@pytest.mark.parametrize("kind", SCOPES)
@case("costmanagement.budgets.get", "costmanagement.budgets.list", "consumption.budgets.get")
def test_figures_of_the_month(
    cost: CostManagementClient,
    consumption: ConsumptionManagementClient,
    books: Books,
    kind: str,
) -> None:
    scope = SCOPES[kind]
    made = cost.budgets.create_or_update(scope, "Spend", budget()).properties
    (listed,) = [item.properties for item in cost.budgets.list(scope) if item.name == "Spend"]
    other = consumption.budgets.get(scope, "Spend").properties
    cost.budgets.delete(scope, "Spend")
    assert made is not None
    assert listed is not None
    assert other is not None
    assert made.current_spend is not None
    assert made.forecast_spend is not None
    wanted = spent(books, kind, "2026-11-01")
    several = len(wanted) > 1
    unit = "USD" if several else next(iter(wanted))
    assert made.current_spend.unit == made.forecast_spend.unit == unit
    if not several:
        assert made.current_spend.amount == float(wanted[unit])
    rest = expected_at_end(cost, scope, datetime(2026, 11, 30, tzinfo=UTC), int(several))
    assert made.current_spend.amount is not None
    assert made.forecast_spend.amount == pytest.approx(made.current_spend.amount + rest)
    for same in (listed, other):
        assert same.current_spend is not None
        assert same.current_spend.as_dict() == made.current_spend.as_dict()
        assert same.forecast_spend is not None
        assert same.forecast_spend.as_dict() == made.forecast_spend.as_dict()


@pytest.mark.parametrize(
    ("grain", "start", "since"),
    [
        ("Quarterly", "2026-10-01", "2026-10-01"),
        ("Quarterly", "2026-08-01", "2026-11-01"),
        ("Annually", "2025-10-01", "2026-10-01"),
        ("BillingMonth", "2026-01-15", "2026-11-15"),
    ],
)
def test_periods_are_counted_from_the_start(
    cost: CostManagementClient, books: Books, grain: str, start: str, since: str
) -> None:
    scope = SCOPES["BillingAccount"]
    made = cost.budgets.create_or_update(scope, "Period", budget(grain, start)).properties
    cost.budgets.delete(scope, "Period")
    assert made is not None
    assert made.current_spend is not None
    assert made.current_spend.amount == float(spent(books, "BillingAccount", since)["USD"])


def test_a_filter_narrows_the_figures(http: httpx.Client, books: Books) -> None:
    path = f"/{SCOPES['BillingAccount']}/providers/Microsoft.CostManagement/budgets/Part"
    part = {"dimensions": {"name": "ResourceGroupName", "operator": "In", "values": ["RG-Search"]}}
    version = {"api-version": "2025-03-01"}
    told = http.put(path, params=version, json=budget(filter=part))
    shown = told.json(parse_float=Decimal)["properties"]
    wanted = spent(books, "BillingAccount", "2026-11-01", "x_ResourceGroupName = 'rg-search'")
    assert shown["currentSpend"] == {"amount": wanted["USD"], "unit": "USD"}
    events = {(item["status"], item["reason"]) for item in shown["unpriced"]}
    assert {status for status, _ in events} <= {"Unpriced", "UsageMissing"}
    # The server's own answer is taken back as it is.
    assert http.put(path, params=version, json=told.json()).status_code == 200
    assert http.delete(path, params=version).status_code == 200


def test_what_has_no_figures(http: httpx.Client) -> None:
    path = f"/{SCOPES['BillingAccount']}/providers/Microsoft.CostManagement/budgets/Later"
    version = {"api-version": "2025-03-01"}
    later = budget(start="2027-01-01")
    shown = http.put(path, params=version, json=later).json()["properties"]
    assert not {"currentSpend", "forecastSpend", "unpriced"} & shown.keys()
    assert http.delete(path, params=version).status_code == 200
