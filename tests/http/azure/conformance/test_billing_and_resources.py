"""Invoices as azure-mgmt-billing reads them, resources and tags as azure-mgmt-resource does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from costplane.app.workspace import Workspace
from tests.http.azure.conformance.estate import EA, ENTERPRISE, GROUPS, MCA, PROFILE, account
from tests.http.azure.conformance.sql import Books
from tests.http.azure.kept.kept_client import Server, error_of, serving

VERSION = {"api-version": "2024-04-01"}
ACCOUNTS = "/providers/Microsoft.Billing/billingAccounts"


def get(http: httpx.Client, path: str, **options: str) -> Any:
    response = http.get(path, params=VERSION | options)
    assert response.status_code == 200, response.text
    return json.loads(response.text, parse_float=Decimal)


def every(http: httpx.Client, path: str, **options: str) -> list[dict[str, Any]]:
    """All items, over all pages of two."""
    page = get(http, path, **options, **{"$top": "2"})
    items = list(page["value"])
    while page["nextLink"]:
        page = json.loads(http.get(page["nextLink"]).text, parse_float=Decimal)
        items += page["value"]
    return items


@pytest.mark.parametrize("key", [EA, MCA])
def test_invoices_are_the_sums_of_the_ledger(http: httpx.Client, books: Books, key: str) -> None:
    found = every(http, f"{ACCOUNTS}/{key}/invoices")
    rows = books.rows(
        "SELECT substr(BillingPeriodStart, 1, 7), BillingCurrency, sum(BilledCost) FROM charges "
        "WHERE BillingAccountId = ? GROUP BY 1, 2",
        key,
    )
    wanted = {(month, currency): Decimal(units).scaleb(-12) for month, currency, units in rows}
    seen = {}
    for invoice in found:
        told = invoice["properties"]
        billed = told["billedAmount"]
        seen[told["invoicePeriodStartDate"][:7], billed["currency"]] = billed["value"]
        paid = told["azurePrepaymentApplied"]["value"] + told["freeAzureCreditApplied"]["value"]
        assert abs(billed["value"] - paid - told["amountDue"]["value"]) <= Decimal("0.1")
    assert seen.keys() == wanted.keys()
    for place, amount in seen.items():
        # Lines are rounded each (billing-rules 13).
        assert abs(amount - wanted[place]) < Decimal("0.2"), place
    assert [i["properties"]["invoicePeriodStartDate"] for i in found] == sorted(
        (i["properties"]["invoicePeriodStartDate"] for i in found), reverse=True
    )


def test_one_invoice_and_its_document(http: httpx.Client, demo: Workspace) -> None:
    first = every(http, f"{ACCOUNTS}/{EA}/invoices")[0]
    assert get(http, first["id"]) == first
    asked = http.post(f"{first['id']}/download", params=VERSION)
    assert asked.status_code == 202
    for _ in range(100):
        answer = http.get(asked.headers["location"])
        if answer.status_code == 200:
            break
    told = answer.json()
    assert datetime.fromisoformat(told["expiryTime"]) > datetime(2026, 11, 20, tzinfo=UTC)
    document = json.loads(http.get(told["url"]).text, parse_float=Decimal)
    invoice = demo.invoicing.invoice(first["name"], demo.now())
    assert document["number"] == invoice.number
    lines = [line for section in document["sections"] for line in section["lines"]]
    assert sum(line["amount"] for line in lines) == invoice.subtotal
    assert first["properties"]["subTotal"]["value"] == invoice.subtotal


def test_invoices_of_a_profile_and_of_days(http: httpx.Client) -> None:
    mine = every(http, f"{ACCOUNTS}/{MCA}/billingProfiles/{PROFILE}/invoices")
    assert mine
    assert mine == every(http, f"{ACCOUNTS}/{MCA}/invoices")
    assert {i["properties"]["subTotal"]["currency"] for i in mine} == {"EUR"}
    days = {"periodStartDate": "2026-10-05", "periodEndDate": "2026-10-20"}
    some = every(http, f"{ACCOUNTS}/{EA}/invoices", **days)
    assert {i["properties"]["invoicePeriodStartDate"][:7] for i in some} == {"2026-10"}


def test_an_invoice_of_another_account(http: httpx.Client) -> None:
    name = every(http, f"{ACCOUNTS}/{EA}/invoices")[0]["name"]
    response = http.get(f"{ACCOUNTS}/{MCA}/invoices/{name}", params=VERSION)
    assert response.status_code == 404


def test_subscriptions_groups_and_resources(http: httpx.Client) -> None:
    found = {item["subscriptionId"] for item in every(http, "/subscriptions")}
    assert set(GROUPS.values()) <= found
    assert get(http, f"/subscriptions/{ENTERPRISE}")["subscriptionId"] == ENTERPRISE
    path = f"/subscriptions/{ENTERPRISE}/resourcegroups"
    groups = {item["name"]: item for item in every(http, path)}
    assert groups.keys() == {name for name, of in GROUPS.items() if of == ENTERPRISE}
    assert groups["rg-search"]["tags"] == {"cost-centre": "CC-9"}
    assert get(http, f"{path}/RG-Search") == groups["rg-search"]
    resources = {item["id"] for item in every(http, f"/subscriptions/{ENTERPRISE}/resources")}
    mine = {account(name).lower() for name in groups}
    assert mine <= resources
    (one,) = [
        item
        for item in every(http, f"{path}/rg-search/resources")
        if item["type"] == "microsoft.cognitiveservices/accounts"
    ]
    assert get(http, account("rg-search")) == one
    assert one["location"] == "swedencentral"


@pytest.mark.parametrize(
    "path",
    [
        "/subscriptions/none",
        "/subscriptions/none/resourcegroups",
        f"/subscriptions/{ENTERPRISE}/resourcegroups/none",
        f"/subscriptions/{ENTERPRISE}/resourcegroups/rg-search/providers/a.b/c/d",
        f"{ACCOUNTS}/none/invoices/none",
    ],
)
def test_what_is_not_there(http: httpx.Client, path: str) -> None:
    assert http.get(path, params=VERSION).status_code == 404


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("tags")) as made:
        yield made


def test_tags(server: Server) -> None:
    from costplane.catalog.model import ResourceGroup, Subscription

    server.workspace.catalog.put_subscription(Subscription("s-1", "S"), Subscription("s-2", "S"))
    server.workspace.catalog.put_resource_group(ResourceGroup("s-1", "rg-a"))
    path = "/subscriptions/S-1/resourceGroups/rg-a/providers/Microsoft.Resources/tags/default"
    tagged = {"properties": {"tags": {"Team": "a", "env": "test"}}}
    assert server.call("PUT", path, tagged).json()["properties"] == tagged["properties"]
    for operation, told, wanted in (
        ("Merge", {"TEAM": "b"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "other"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "test"}, {"TEAM": "b"}),
        ("Replace", {"x": "1"}, {"x": "1"}),
    ):
        body = {"operation": operation, "properties": {"tags": told}}
        assert server.call("PATCH", path, body).json()["properties"]["tags"] == wanted
    assert server.call("GET", path).json()["properties"]["tags"] == {"x": "1"}
    group = server.call("GET", "/subscriptions/s-1/resourcegroups/rg-a").json()
    assert group["tags"] == {"x": "1"}
    server.become("ann", ("Cost Management Contributor", "/subscriptions/s-1"))
    assert error_of(server.call("PUT", path, tagged))[0] == 403
    assert [s["subscriptionId"] for s in server.call("GET", "/subscriptions").json()["value"]] == [
        "s-1"
    ]
    for group, seen in (("rg-a", ["s-1"]), ("unknown", [])):
        place = f"/subscriptions/s-1/resourcegroups/{group}"
        server.become("bob", ("Cost Management Reader", place))
        found = server.call("GET", "/subscriptions").json()["value"]
        assert [item["subscriptionId"] for item in found] == seen


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"properties": {}},
        {"properties": {"tags": []}},
        {"properties": {"tags": {"a": 1}}},
        {"properties": {"tags": {"": "x"}}},
        {"properties": {"tags": {"a": "x" * 257}}},
        {"properties": {"tags": {"a": "1", "A": "2"}}},
        {"properties": {"tags": {str(n): "x" for n in range(51)}}},
    ],
)
def test_tags_that_are_none(server: Server, body: Any) -> None:
    from costplane.catalog.model import Subscription

    server.workspace.catalog.put_subscription(Subscription("s-1", "S"))
    path = "/subscriptions/s-1/providers/Microsoft.Resources/tags/default"
    assert error_of(server.call("PUT", path, body))[0] == 400
    assert server.call("GET", path).json()["properties"]["tags"] == {}
