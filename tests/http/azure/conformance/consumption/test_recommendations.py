"""Recommendations of reservations, in Azure's three shapes, against loops over the histories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.workspace import Workspace
from costplane.catalog.model import Deployment, Resource, Subscription
from tests.app.capacity import test_settling as capacity
from tests.http.azure.conformance.conftest import Credential, options
from tests.http.azure.conformance.consumption.conftest import Served, serving, trusting
from tests.http.azure.conformance.registry import case

NOW = datetime(2026, 11, 6, 6, 20, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
END = NOW.replace(minute=0)
OTHER = capacity.RESOURCE.replace("/s-1/", "/s-2/")
HOURLY = Fraction("1.1")
TERM_HOURS = 30 * 24
"""November's, in which a month's term would begin."""
ACCOUNT = "providers/Microsoft.Billing/billingAccounts/1"
SHARED = "properties/scope eq 'Shared' AND properties/lookBackPeriod eq 'Last7Days'"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = capacity.open_in(tmp_path_factory.mktemp("advice"), NOW)
    catalog = opened.catalog
    catalog.put_subscription(Subscription("s-2", "Two", billing_account_id="1"))
    catalog.put_resource(Resource(OTHER, "two", "westeurope"))
    kind = "GlobalProvisionedManaged"
    for resource, name, history in (
        (capacity.RESOURCE, "one", ((SINCE, 20), (SINCE + timedelta(hours=60), 35))),
        (OTHER, "two", ((SINCE + timedelta(hours=10), 15),)),
    ):
        for since, units in history:
            catalog.put_deployment(Deployment(resource, name, "gpt-4o", "v", kind, units, since))
    opened.settle()
    yield opened
    opened.close()


def units(*subscriptions: str) -> list[int]:
    """The units that stood in each hour of the last seven days."""
    found = []
    hour = END - timedelta(days=7)
    while hour < END:
        one = 0 if hour < SINCE else 20 if hour < SINCE + timedelta(hours=60) else 35
        two = 15 if hour >= SINCE + timedelta(hours=10) else 0
        found.append(one * ("s-1" in subscriptions) + two * ("s-2" in subscriptions))
        hour += timedelta(hours=1)
    return found


def total(used: list[int], quantity: int) -> Fraction:
    unit_hour = Fraction(260, TERM_HOURS)
    over = sum(max(n - quantity, 0) for n in used)
    return quantity * len(used) * unit_hour + over * HOURLY


def near(found: object, expected: Fraction | float | int) -> bool:
    return abs(float(str(found)) - float(expected)) < 1e-6


@pytest.fixture(scope="module")
def served(
    workspace: Workspace, page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with serving(workspace, page, tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.fixture
def client(served: Served) -> Iterator[ConsumptionManagementClient]:
    with ConsumptionManagementClient(Credential(), "s-1", **options(served)) as found:
        yield found


@pytest.fixture
def costs(served: Served) -> Iterator[CostManagementClient]:
    with CostManagementClient(Credential(), **options(served)) as found:
        yield found


@case("consumption.reservation_recommendations.list")
def test_recommendations(client: ConsumptionManagementClient) -> None:
    (shared,) = client.reservation_recommendations.list(ACCOUNT, filter=SHARED)
    used = units("s-1", "s-2")
    best = min(range(60), key=lambda quantity: total(used, quantity))
    assert best > 0
    told: Any = shared.as_dict()["properties"]
    assert (shared.kind, shared.sku, shared.location) == (
        *("legacy", "GlobalProvisionedManaged", "westeurope"),
    )
    assert (told["term"], told["scope"], told["recommendedQuantity"]) == ("P1M", "Shared", best)
    assert near(told["costWithNoReservedInstances"], sum(used) * HOURLY)
    assert near(told["totalCostWithReservedInstances"], total(used, best))
    assert near(told["netSavings"], sum(used) * HOURLY - total(used, best))
    single = list(client.reservation_recommendations.list("subscriptions/s-2"))
    (own,) = single
    assert own.as_dict()["properties"]["subscriptionId"] == "s-2"
    assert own.as_dict()["properties"]["recommendedQuantity"] == 15
    other = "properties/resourceType eq 'VirtualMachines'"
    assert list(client.reservation_recommendations.list(ACCOUNT, filter=other)) == []


@case("consumption.reservation_recommendation_details.get")
def test_details(client: ConsumptionManagementClient) -> None:
    asked = {"region": "westeurope", "term": "P1M", "look_back_period": "Last7Days"}
    found = client.reservation_recommendation_details.get(
        ACCOUNT, scope="Shared", product="GlobalProvisionedManaged", **asked
    )
    assert found is not None
    assert found.properties is not None
    told = found.properties
    assert told.savings is not None
    assert told.savings.calculated_savings is not None
    used = units("s-1", "s-2")
    for saving in told.savings.calculated_savings:
        quantity = int(saving.quantity or 0)
        assert near(saving.total_reservation_cost, total(used, quantity))
        assert near(saving.savings, sum(used) * HOURLY - total(used, quantity))
    assert {s.quantity for s in told.savings.calculated_savings} == set(used) - {0}
    assert told.usage is not None
    assert told.usage.usage_data is not None
    stood = [n for n in used if n]
    assert [float(n) for n in told.usage.usage_data] == stood
    assert told.resource is not None
    assert near(told.resource.on_demand_rate, HOURLY)
    assert near(told.resource.reservation_rate, Fraction(260, TERM_HOURS))
    assert told.resource.applied_scopes == ["s-1", "s-2"]
    none = client.reservation_recommendation_details.get(
        ACCOUNT, scope="Shared", product="Standard_DS1_v2", **asked
    )
    assert none is None


@case("costmanagement.benefit_recommendations.list")
def test_benefits(costs: CostManagementClient) -> None:
    (found,) = costs.benefit_recommendations.list(
        ACCOUNT,
        filter="properties/lookBackPeriod eq 'Last7Days' AND properties/term eq 'P1M'",
        expand="properties/usage,properties/allRecommendationDetails",
    )
    told: Any = found.as_dict()["properties"]
    used = units("s-1", "s-2")
    best = min(range(60), key=lambda quantity: total(used, quantity))
    assert (found.kind, told["scope"], told["totalHours"]) == ("Reservation", "Shared", 168)
    chosen = told["recommendationDetails"]
    assert near(chosen["totalCost"], total(used, best))
    share = sum(min(n, best) for n in used) / (best * len(used))
    assert abs(chosen["averageUtilizationPercentage"] - 100 * share) <= 0.005 + 1e-9
    assert near(chosen["benefitCost"] - chosen["wastageCost"], chosen["benefitCost"] * share)
    assert near(chosen["commitmentAmount"], best * Fraction(260, TERM_HOURS))
    assert sum(told["usage"]["charges"]) == pytest.approx(float(sum(used) * HOURLY))
    assert len(told["allRecommendationDetails"]["value"]) == len(set(used) - {0})
    other = "properties/lookBackPeriod eq 'Last7Days' AND properties/term eq 'P3Y'"
    assert list(costs.benefit_recommendations.list(ACCOUNT, filter=other)) == []


@pytest.mark.parametrize(
    "told",
    [
        "reservationRecommendations?$filter=properties/scope eq 'All'",
        "reservationRecommendations?$filter=properties/lookBackPeriod eq 'Last9Days'",
        "reservationRecommendations?$filter=properties/term eq 'P5Y'",
        "reservationRecommendations?$filter=properties/scope ge 'Single'",
        "reservationRecommendationDetails?scope=Single",
    ],
)
def test_what_cannot_be_answered(served: Served, told: str) -> None:
    address, authority = served
    url = f"{address}/{ACCOUNT}/providers/Microsoft.Consumption/{told}&api-version=2024-08-01"
    response = httpx.get(url, verify=trusting(authority))
    assert response.status_code == 400
    assert json.loads(response.text)["error"]["target"]
