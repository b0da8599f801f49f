"""query and dimensions at every kind of scope, against plain SQL over the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.costmanagement import CostManagementClient

from tests.http.azure.conformance import estate
from tests.http.azure.conformance.estate import EA, ENTERPRISE, MCA, PROJECT, RESEARCH, SCOPES
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books

FROM, TO = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
WHERE = {
    "Subscription": ("SubAccountId = ?", ENTERPRISE),
    "ResourceGroup": ("SubAccountId = ? AND x_ResourceGroupName = 'rg-search'", ENTERPRISE),
    "Resource": ("lower(ResourceId) = ?", None),
    "ManagementGroup": ("1 OR ? IS NULL", None),
    "BillingAccount": ("BillingAccountId = ?", EA),
    "Department": ("BillingAccountId = ?", EA),
    "EnrollmentAccount": ("BillingAccountId = ?", EA),
    "CustomerAgreement": ("BillingAccountId = ?", MCA),
    "BillingProfile": ("BillingAccountId = ?", MCA),
    "InvoiceSection": ("SubAccountId = ?", RESEARCH),
    "Customer": ("SubAccountId = ?", RESEARCH),
    "ExternalBillingAccount": ("BillingAccountId = ?", "openai-demo"),
    "ExternalSubscription": ("SubAccountId = ?", PROJECT),
}


def definition(kind: str = "ActualCost", **dataset: object) -> Any:
    summed = {"totalCost": {"name": "Cost", "function": "Sum"}}
    return {
        "type": kind,
        "timeframe": "Custom",
        "timePeriod": {"from": FROM, "to": TO},
        "dataset": {"granularity": "None", "aggregation": summed} | dataset,
    }


def expected(books: Books, kind: str, column: str) -> dict[str, Decimal]:
    condition, value = WHERE[kind]
    if kind == "Resource":
        value = estate.account("rg-search").lower()
    found = books.rows(
        f"SELECT BillingCurrency, sum({column}) FROM charges WHERE {condition} "
        "GROUP BY 1 HAVING count(*) > 0",
        value,
    )
    return {currency: Decimal(units).scaleb(-12) for currency, units in found}


@pytest.mark.parametrize("kind", SCOPES)
@pytest.mark.parametrize(
    ("metric", "column"), [("ActualCost", "BilledCost"), ("AmortizedCost", "EffectiveCost")]
)
@case("costmanagement.query.usage")
def test_what_a_scope_cost(
    cost: CostManagementClient, books: Books, kind: str, metric: str, column: str
) -> None:
    answer = cost.query.usage(SCOPES[kind], definition(metric))
    assert answer is not None
    assert answer.next_link is None
    found = {row[1]: row[0] for row in answer.rows or []}
    wanted = expected(books, kind, column)
    assert wanted
    assert found == {currency: float(total) for currency, total in wanted.items()}


@pytest.mark.parametrize("scope", ["ExternalSubscription", "ExternalBillingAccount"])
@case("costmanagement.query.usage_by_external_cloud_provider_type")
def test_what_a_provider_outside_azure_cost(
    cost: CostManagementClient, books: Books, scope: str
) -> None:
    provider, name = SCOPES[scope].split("/")[2:]
    answer = cost.query.usage_by_external_cloud_provider_type(provider, name, definition())
    found = {row[1]: row[0] for row in answer.rows or []}
    wanted = expected(books, scope, "BilledCost")
    assert found == {currency: float(total) for currency, total in wanted.items()}


@case("costmanagement.dimensions.list")
def test_values_of_dimensions(cost: CostManagementClient, books: Books) -> None:
    told = (
        "properties/category eq 'ResourceGroup' and properties/usageStart ge '2026-09-01' "
        "and properties/usageEnd le '2026-11-30'"
    )
    (item,) = cost.dimensions.list(SCOPES["BillingAccount"], filter=told, expand="properties/data")
    rows = books.rows(
        "SELECT DISTINCT x_ResourceGroupName FROM charges WHERE BillingAccountId = ?", EA
    )
    assert sorted(item.data or []) == sorted(name for (name,) in rows)
    assert item.total == len(rows)
    (page,) = cost.dimensions.list(
        SCOPES["BillingAccount"], filter=told, expand="properties/data", top=1
    )
    assert (len(page.data or []), page.total) == (1, len(rows))


@case("costmanagement.dimensions.by_external_cloud_provider_type")
def test_dimensions_outside_azure(cost: CostManagementClient) -> None:
    told = (
        "properties/category eq 'Model' and properties/usageStart ge '2026-09-01' "
        "and properties/usageEnd le '2026-11-30'"
    )
    (item,) = cost.dimensions.by_external_cloud_provider_type(
        "externalSubscriptions", PROJECT, filter=told, expand="properties/data"
    )
    assert item.data == ["gpt-4.1"]


@pytest.mark.parametrize("kind", ["CustomerAgreement", "BillingAccount"])
@case("costmanagement.query.usage")
def test_quantities_are_of_what_was_used(
    cost: CostManagementClient, books: Books, kind: str
) -> None:
    summed = {"used": {"name": "UsageQuantity", "function": "Sum"}}
    grouping = [{"type": "Dimension", "name": "Meter"}, {"type": "Dimension", "name": "ChargeType"}]
    asked = definition(aggregation=summed, grouping=grouping)
    answer = cost.query.usage(SCOPES[kind], asked)
    assert answer is not None
    found = {(row[1], row[2]): row[0] for row in answer.rows or []}
    rows = books.rows(
        "SELECT SkuMeter, ChargeCategory, sum(PricingQuantity) FROM charges "
        "WHERE BillingAccountId = ? GROUP BY 1, 2",
        WHERE[kind][1],
    )
    wanted = {
        (meter or "", category): float(Decimal(units).scaleb(-12)) if category == "Usage" else None
        for meter, category, units in rows
    }
    assert ("Purchase" in {category for _, category in wanted}) == (kind == "CustomerAgreement")
    assert {key: found[key] for key in wanted} == wanted
    whole = cost.query.usage(SCOPES[kind], definition(aggregation=summed))
    assert whole is not None
    used = sum((Decimal(str(amount)) for amount in wanted.values() if amount), Decimal(0))
    assert [row[0] for row in whole.rows or []] == [pytest.approx(float(used))]


@case("costmanagement.query.usage")
def test_pages_hold_every_row_once_and_their_sum_is_the_total(
    cost: CostManagementClient, books: Books
) -> None:
    """Silent truncation is the most common wrong number: pages of seven by POST and by GET."""
    grouping = [
        {"type": "Dimension", "name": name}
        for name in ("ResourceGroupName", "Meter", "Model", "ChargeType")
    ]
    asked = definition(granularity="Daily", grouping=grouping)
    scope = SCOPES["BillingAccount"]
    body = asked | {"timePeriod": {"from": f"{FROM:%Y-%m-%d}", "to": f"{TO:%Y-%m-%d}"}}
    link = f"/{scope}/providers/Microsoft.CostManagement/query?api-version=2025-03-01&$top=7"
    found: list[tuple[Any, ...]] = []
    totals, pages = set(), 0
    while link:
        again = {"json": body} if pages % 2 == 0 else {}
        request = HttpRequest("POST" if again else "GET", link, **again)
        response = cost.send_request(request)
        response.raise_for_status()
        told = response.json()["properties"]
        found += [tuple(row) for row in told["rows"]]
        totals.add(told["total"])
        link, pages = told["nextLink"], pages + 1
    assert len(found) == len(set(found))
    assert totals == {len(found)}
    assert pages == -(-len(found) // 7)
    rows = books.rows(
        "SELECT substr(ChargePeriodStart, 1, 10), x_ResourceGroupName, SkuMeter, x_Model, "
        "ChargeCategory, sum(BilledCost) FROM charges WHERE BillingAccountId = ? "
        "GROUP BY 1, 2, 3, 4, 5",
        EA,
    )
    wanted = {
        (int(day.replace("-", "")), group or "", meter or "", model or "", category): float(
            Decimal(units).scaleb(-12)
        )
        for day, group, meter, model, category, units in rows
    }
    charged = {tuple(row[1:6]): row[0] for row in found if row[0] is not None}
    assert {key: cost for key, cost in charged.items() if key in wanted} == wanted
