"""usageDetails and marketplaces against the ledger's own rows, with Azure's own client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from azure.mgmt.consumption import ConsumptionManagementClient
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.server import listen
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER, Clock
from tests.app.cost_details.ledger import Row, charges, day_of, summed
from tests.http.azure.cost_details.detail_estate import EA, FOLDER, MCA, SCOPES, opened
from tests.http.azure.test_azure_client import Credential, PlainHttp
from tests.http.conftest import running

VERSION = "api-version=2024-08-01"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    found = opened(tmp_path_factory.mktemp("three"), Clock())
    yield found
    found.close()


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    app = create_app(workspace, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as caller:
        yield caller


@pytest.fixture(scope="module")
def plain(workspace: Workspace) -> list[Row]:
    return charges(workspace)


def listed(
    client: TestClient, scope: str, what: str = "usageDetails", /, **options: Any
) -> list[Any]:
    """All items, page by page; amounts are decimals."""
    told = "".join(f"&{quote(name)}={quote(str(value))}" for name, value in options.items())
    link = f"{scope.rstrip('/')}/providers/Microsoft.Consumption/{what}?{VERSION}{told}"
    found: list[Any] = []
    while link:
        response = client.get(link)
        assert response.status_code == 200, response.text
        page = json.loads(response.content, parse_float=Decimal)
        found += page["value"]
        link = page["nextLink"]
    return found


def cost(item: dict[str, Any]) -> Decimal:
    properties = item["properties"]
    told = properties["cost" if item["kind"] == "legacy" else "costInBillingCurrency"]
    return Decimal(told)


def of(plain: list[Row], subs: set[str], start: Any) -> list[Row]:
    return [r for r in plain if r["SubAccountId"] in subs and r["BillingPeriodStart"] == start]


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_has_its_rows(client: TestClient, plain: list[Row], scope: str) -> None:
    for month in (OCTOBER, NOVEMBER):
        place = f"{scope.rstrip('/')}/providers/Microsoft.Billing/billingPeriods/{month:%Y%m}"
        items = listed(client, place)
        rows = of(plain, SCOPES[scope], month)
        assert rows
        by_day: dict[str, Decimal] = {}
        for item in items:
            day = item["properties"]["date"][:10]
            by_day[day] = by_day.get(day, Decimal()) + cost(item)
        assert {k: v for k, v in by_day.items() if v} == summed(rows, day_of, "BilledCost")
        assert len({item["id"] for item in items}) == len(items)
        prefix = "/" + scope.strip("/")
        assert all(item["id"].startswith(prefix) for item in items)


def test_without_days_it_is_the_billing_period(client: TestClient, plain: list[Row]) -> None:
    total = sum((cost(item) for item in listed(client, EA)), Decimal())
    assert total == sum(r["BilledCost"] for r in of(plain, {"s-1"}, NOVEMBER))


def test_kinds_follow_the_agreement(client: TestClient) -> None:
    kinds: dict[str, set[str]] = {}
    for item in listed(client, FOLDER, **{"$filter": "properties/date ge '2026-10-01'"}):
        properties = item["properties"]
        told = properties.get("subscriptionId") or properties["subscriptionGuid"]
        kinds.setdefault(told, set()).add(item["kind"])
        if item["kind"] == "legacy":
            assert properties["invoiceSection"] == "Research"
            assert properties["accountName"] == "Labs"
            assert properties["meterDetails"] is None
            assert "additionalInfo" not in properties
        elif told == "s-2":
            assert properties["billingProfileName"] == "Europe"
            assert properties["billingCurrencyCode"] == "EUR"
            assert properties["pricingCurrencyCode"] == "USD"
            assert properties["exchangeRate"] in ("0.92", "0.93")
        else:
            assert properties["provider"] == "openai"
    assert kinds == {"s-1": {"legacy"}, "s-2": {"modern"}, "p1": {"modern"}}


def test_what_is_expanded_is_there(client: TestClient) -> None:
    expand = {"$expand": "properties/meterDetails,properties/additionalInfo"}
    for item in listed(client, EA, "usageDetails", **expand):
        assert item["properties"]["meterDetails"]["meterName"]
        assert json.loads(item["properties"]["additionalInfo"])["TokenType"]


def test_filters_narrow_rows(client: TestClient, plain: list[Row]) -> None:
    def total(text: str) -> Decimal:
        return sum((cost(i) for i in listed(client, EA, **{"$filter": text})), Decimal())

    def sums(keep: Callable[[Row], bool]) -> Decimal:
        return sum(
            (r["BilledCost"] for r in plain if r["SubAccountId"] == "s-1" and keep(r)), Decimal()
        )

    days = "properties/usageStart ge '2026-10-24' and properties/usageEnd le '2026-10-29'"

    def within(row: Row) -> bool:
        return "2026-10-24" <= day_of(row) <= "2026-10-29"

    assert total(days) == sums(within) > 0
    assert total(f"{days} and properties/resourceGroup eq 'RG-A'") == sums(
        lambda r: within(r) and r["x_ResourceGroupName"] == "rg-a"
    )
    assert total(f"{days} and properties/publisherType eq 'marketplace'") == sums(
        lambda r: within(r) and r["x_PublisherType"] == "Marketplace"
    )
    assert total(f"{days} and tags eq 'TEAM:Grün'") == sums(
        lambda r: within(r) and '"team":"Grün"' in r["Tags"]
    )
    assert total(f"{days} and tags eq 'team:grün'") == 0
    assert total(f"{days} and properties/chargeType eq 'Purchase'") == 0
    assert total("properties/date gt '2026-10-25' and properties/date lt '2026-10-27'") == sums(
        lambda r: day_of(r) == "2026-10-26"
    )


def test_pages_are_the_whole(client: TestClient) -> None:
    whole = listed(client, EA, **{"$filter": "properties/date ge '2026-10-01'"})
    parts = listed(client, EA, **{"$filter": "properties/date ge '2026-10-01'", "$top": 25})
    assert parts == whole
    assert len(whole) > 25


def test_marketplaces_are_the_entries(client: TestClient, plain: list[Row]) -> None:
    items = listed(
        client, EA, "marketplaces", **{"$filter": "properties/usageStart ge '2026-10-01'"}
    )
    assert sum(i["properties"]["pretaxCost"] for i in items) == sum(
        r["BilledCost"]
        for r in plain
        if r["SubAccountId"] == "s-1" and r["x_PublisherType"] == "Marketplace"
    )
    for item in items:
        properties = item["properties"]
        assert (properties["publisherName"], properties["offerName"]) == (
            "Anthropic",
            "claude-offer",
        )
        assert "/microsoft.saas/" in properties["instanceId"]
        assert properties["usageEnd"].endswith("T23:59:59Z")
        month = properties["usageStart"][:7].replace("-", "")
        assert properties["billingPeriodId"].endswith(f"/billingPeriods/{month}")
        assert properties["isEstimated"] == (month == "202611")


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ("$filter=properties/cost gt '1'", "$filter"),
        ("$filter=properties/resourceGroup gt 'a'", "$filter"),
        ("$filter=tags eq 'team'", "$filter"),
        ("$filter=properties/date ge 'soon'", "$filter"),
        ("metric=guess", "metric"),
        ("$expand=everything", "$expand"),
        ("$top=0", "$top"),
        ("$skiptoken=AAAA", "$skiptoken"),
    ],
)
def test_bad_options_are_named(client: TestClient, options: str, target: str) -> None:
    response = client.get(f"{EA}/providers/Microsoft.Consumption/usageDetails?{VERSION}&{options}")
    assert response.status_code == 400
    assert response.json()["error"]["target"] == target


def test_a_token_belongs_to_its_question(client: TestClient) -> None:
    path = f"{EA}/providers/Microsoft.Consumption/usageDetails?{VERSION}&$top=3"
    link = client.get(path).json()["nextLink"]
    stolen = link.replace("ea-1", quote("mca:1_2019-05-31"))
    assert client.get(stolen).status_code == 400


def test_azures_client_reads_all_pages(
    workspace: Workspace, tmp_path: Any, plain: list[Row]
) -> None:
    with running(workspace, tmp_path, listen("127.0.0.1", 0)) as address:
        consumption = ConsumptionManagementClient(
            Credential(),
            "s-1",
            base_url=address,
            credential_scopes=["none"],
            per_call_policies=[PlainHttp()],
        )
        legacy = list(consumption.usage_details.list(EA, top=20, metric="actualcost"))
        modern = list(consumption.usage_details.list(MCA, top=20))
        bought = list(consumption.marketplaces.list(EA, filter="usageStart ge '2026-10-01'", top=2))
    assert {item.kind for item in legacy} == {"legacy"}
    assert {item.kind for item in modern} == {"modern"}
    for items, name, subs in (
        (legacy, "cost", {"s-1"}),
        (modern, "cost_in_billing_currency", {"s-2"}),
    ):
        total = sum(Decimal(str(getattr(item["properties"], name))) for item in items)
        assert abs(total - sum(r["BilledCost"] for r in of(plain, subs, NOVEMBER))) < Decimal(
            "1e-9"
        )
    assert all(item.tags is None or "team" in item.tags for item in legacy)
    assert {item.publisher_name for item in bought} == {"Anthropic"}
