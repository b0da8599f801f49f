"""forecast through Azure's client: the past against plain SQL, the future against its own days."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.costmanagement import CostManagementClient

from tests.http.azure.conformance.estate import EA, ENTERPRISE, PROJECT, SCOPES
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books

FROM, TO = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


def definition(granularity: str = "Daily", **more: Any) -> Any:
    summed = {"totalCost": {"name": "Cost", "function": "Sum"}}
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": FROM, "to": TO},
        "dataset": {"granularity": granularity, "aggregation": summed},
    } | more


@case("costmanagement.forecast.usage")
def test_the_past_is_the_ledger_s(cost: CostManagementClient, books: Books) -> None:
    answer = cost.forecast.usage(SCOPES["BillingAccount"], definition())
    assert answer is not None
    names = [(column.name, column.type) for column in answer.columns or []]
    assert names == [
        ("Cost", "Number"),
        ("UsageDate", "Number"),
        ("CostStatus", "String"),
        ("Currency", "String"),
    ]
    found = {row[1]: row[0] for row in answer.rows or [] if row[2] == "Actual"}
    rows = books.rows(
        "SELECT substr(ChargePeriodStart, 1, 10), sum(BilledCost) FROM charges "
        "WHERE BillingAccountId = ? AND ChargePeriodStart >= '2026-11-01' GROUP BY 1",
        EA,
    )
    assert found == {
        int(day.replace("-", "")): float(Decimal(units).scaleb(-12)) for day, units in rows
    }
    coming = [row for row in answer.rows or [] if row[2] == "Forecast"]
    assert [row[1] for row in coming][:2] == [20261120, 20261121]
    assert coming[-1][1] == 20261231
    assert all(row[0] >= 0 for row in coming)


@case("costmanagement.forecast.usage")
def test_months_are_the_sums_of_their_days(cost: CostManagementClient) -> None:
    scope = SCOPES["BillingAccount"]
    sums: dict[str, dict[tuple[int, str], float]] = {}
    for granularity in ("Daily", "Monthly"):
        answer = cost.forecast.usage(scope, definition(granularity))
        assert answer is not None
        for amount, day, status, _ in answer.rows or []:
            month = int(str(day).replace("-", "")[:6])
            known = sums.setdefault(granularity, {})
            known[month, status] = known.get((month, status), 0.0) + amount
    assert sums["Daily"].keys() == sums["Monthly"].keys()
    for key, amount in sums["Daily"].items():
        assert sums["Monthly"][key] == pytest.approx(amount, rel=1e-6), key


@case("costmanagement.forecast.usage")
def test_a_filter_narrows_the_answer(cost: CostManagementClient) -> None:
    told = "properties/usageDate ge '2026-11-25' and properties/chargeType eq 'Forecast'"
    answer = cost.forecast.usage(f"subscriptions/{ENTERPRISE}", definition(), filter=told)
    assert answer is not None
    assert {row[2] for row in answer.rows or []} == {"Forecast"}
    assert min(row[1] for row in answer.rows or []) == 20261125


@case("costmanagement.forecast.external_cloud_provider_usage")
def test_a_provider_outside_azure(cost: CostManagementClient, books: Books) -> None:
    answer = cost.forecast.external_cloud_provider_usage(
        "externalSubscriptions", PROJECT, definition("None")
    )
    found = {row[1]: row[0] for row in answer.rows or []}
    wanted = books.total(
        "BilledCost", "SubAccountId = ? AND ChargePeriodStart >= '2026-11-01'", PROJECT
    )
    assert found["Actual"] == float(wanted)
    assert found["Forecast"] > 0


@case("costmanagement.forecast.usage")
def test_the_past_alone_is_refused(cost: CostManagementClient) -> None:
    period = {"from": datetime(2026, 9, 1, tzinfo=UTC), "to": datetime(2026, 9, 30, tzinfo=UTC)}
    with pytest.raises(HttpResponseError) as caught:
        cost.forecast.usage(f"subscriptions/{ENTERPRISE}", definition(timePeriod=period))
    assert caught.value.error is not None
    assert caught.value.error.code == "CantForecastOnThePast"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "EmptyForecastRequestBody"),
        ("{}", "EmptyForecastRequestBody"),
        ('{"type": "Usage"}', "DontContainsDataSet"),
        ("[1", "BadRequest"),
    ],
)
def test_a_body_that_is_none(http: httpx.Client, content: str, code: str) -> None:
    path = f"/subscriptions/{ENTERPRISE}/providers/Microsoft.CostManagement/forecast"
    response = http.post(path, params={"api-version": "2025-03-01"}, content=content)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


def test_rows_are_sorted_as_asked(http: httpx.Client) -> None:
    asked = definition()
    asked["timePeriod"] = {"from": "2026-11-01", "to": "2026-12-31"}
    asked["dataset"]["sorting"] = [{"direction": "Descending", "name": "totalCost"}]
    path = f"/subscriptions/{ENTERPRISE}/providers/Microsoft.CostManagement/forecast"
    answer = http.post(path, params={"api-version": "2025-03-01"}, json=asked).json()
    amounts = [row[0] for row in answer["properties"]["rows"]]
    assert amounts == sorted(amounts, reverse=True)
    assert len(answer["properties"]["ranges"]) == len(amounts)
