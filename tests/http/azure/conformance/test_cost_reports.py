"""Reports of cost details, asked for, waited for and downloaded as Azure's clients do."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.workspace import Workspace
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.estate import EA, ENTERPRISE, MCA, SCOPES
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books
from tests.http.azure.conformance.test_query import WHERE

OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
VERSION = "api-version=2025-03-01"


def downloaded(http: httpx.Client, links: list[str]) -> list[dict[str, str]]:
    rows = []
    for link in links:
        response = http.get(link)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/csv")
        rows += list(csv.DictReader(StringIO(response.text)))
    return rows


def cost_of(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        told = {name.lower(): value for name, value in row.items()}
        currency = told.get("billingcurrencycode") or told["billingcurrency"]
        found[currency] = found.get(currency, Decimal()) + Decimal(told["costinbillingcurrency"])
    return found


def wanted(books: Books, kind: str, column: str, further: str) -> dict[str, Decimal]:
    condition, value = WHERE[kind]
    if kind == "Resource":
        value = estate.account("rg-search").lower()
    rows = books.rows(
        f"SELECT BillingCurrency, sum({column}) FROM charges WHERE ({condition}) AND {further} "
        "GROUP BY 1",
        value,
    )
    return {currency: Decimal(units).scaleb(-12) for currency, units in rows}


@pytest.mark.parametrize("kind", SCOPES)
@case(
    "costmanagement.generate_cost_details_report.begin_create_operation",
    "costmanagement.generate_cost_details_report.begin_get_operation_results",
)
def test_a_report_of_days(
    cost: CostManagementClient, http: httpx.Client, books: Books, kind: str
) -> None:
    body: Any = {"metric": "AmortizedCost", "timePeriod": OCTOBER}
    reports: Any = cost.generate_cost_details_report
    result = reports.begin_create_operation(SCOPES[kind], body).result()
    assert (result.status, result.manifest.data_format) == ("Completed", "Csv")
    assert result.manifest.request_context.request_scope == SCOPES[kind]
    assert result.manifest.request_context.request_body.time_period.start == "2026-10-01"
    blobs = result.manifest.blobs
    assert result.manifest.byte_count == sum(blob.byte_count for blob in blobs)
    rows = downloaded(http, [blob.blob_link for blob in blobs])
    october = "ChargePeriodStart >= '2026-10-01' AND ChargePeriodStart < '2026-11-01'"
    assert cost_of(rows) == wanted(books, kind, "EffectiveCost", october)
    again = reports.begin_get_operation_results(SCOPES[kind], result.name).result()
    assert again.manifest.blobs[0].blob_link == blobs[0].blob_link
    assert len(http.get(blobs[0].blob_link).content) == blobs[0].byte_count


@case("costmanagement.generate_cost_details_report.begin_create_operation")
def test_a_report_of_a_period_and_of_an_invoice(
    cost: CostManagementClient, http: httpx.Client, books: Books, demo: Workspace
) -> None:
    begin: Any = cost.generate_cost_details_report.begin_create_operation
    result = begin(SCOPES["BillingAccount"], {"billingPeriod": "202611"}).result()
    rows = downloaded(http, [blob.blob_link for blob in result.manifest.blobs])
    period = "BillingPeriodStart = '2026-11-01T00:00:00'"
    assert cost_of(rows) == wanted(books, "BillingAccount", "BilledCost", period)
    for invoice in demo.invoicing.invoices(demo.now()):
        if invoice.billing_key.startswith(MCA):
            result = begin(SCOPES["BillingProfile"], {"invoiceId": invoice.number}).result()
            rows = downloaded(http, [blob.blob_link for blob in result.manifest.blobs])
            assert cost_of(rows) == {invoice.currency: invoice.ledger_total}
            assert {row["invoiceId"] for row in rows} == {invoice.number}


def test_nothing_found_is_204(cost: CostManagementClient) -> None:
    begin: Any = cost.generate_cost_details_report.begin_create_operation
    body = {"timePeriod": {"start": "2020-01-01", "end": "2020-01-31"}}
    assert begin(SCOPES["Subscription"], body).result() is None


@case(
    "costmanagement.generate_detailed_cost_report.begin_create_operation",
    "costmanagement.generate_detailed_cost_report_operation_results.begin_get",
    "costmanagement.generate_detailed_cost_report_operation_status.get",
)
def test_the_older_report(cost: CostManagementClient, http: httpx.Client, books: Books) -> None:
    begin: Any = cost.generate_detailed_cost_report.begin_create_operation
    scope = SCOPES["BillingAccount"]
    result = begin(scope, {"metric": "ActualCost", "timePeriod": OCTOBER}).result()
    rows = downloaded(http, [result.properties.download_url])
    october = "ChargePeriodStart >= '2026-10-01' AND ChargePeriodStart < '2026-11-01'"
    assert cost_of(rows) == wanted(books, "BillingAccount", "BilledCost", october)
    results: Any = cost.generate_detailed_cost_report_operation_results
    again = results.begin_get(result.name, scope)
    assert again.result().properties.download_url == result.properties.download_url
    status: Any = cost.generate_detailed_cost_report_operation_status.get(result.name, scope)
    assert status["status"] == "Completed"
    assert status["properties"]["downloadUrl"] == result.properties.download_url
    nothing = begin(scope, {"timePeriod": {"start": "2020-01-01", "end": "2020-01-31"}}).result()
    assert downloaded(http, [nothing.properties.download_url]) == []


def test_the_way_of_an_operation(http: httpx.Client) -> None:
    path = f"/{SCOPES['Subscription']}/providers/Microsoft.CostManagement/"
    answer = http.post(f"{path}generateCostDetailsReport?{VERSION}", json={"timePeriod": OCTOBER})
    assert (answer.status_code, answer.content) == (202, b"")
    assert int(answer.headers["retry-after"]) >= 1
    location = answer.headers["location"]
    assert f"{path}costDetailsOperationResults/" in location
    assert location.endswith(VERSION)
    while (polled := http.get(location)).status_code == 202:
        assert polled.headers["location"] == location
        assert "retry-after" in polled.headers
    link = polled.json()["manifest"]["blobs"][0]["blobLink"]
    for wrong in (link[:-3], link.split("?")[0], link.replace("part_0", "part_1")):
        refused = http.get(wrong)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "NotFound")
    sibling = location.replace(ENTERPRISE, f"{ENTERPRISE}/resourceGroups/rg-search")
    assert http.get(sibling).status_code == 404
    assert (
        http.get(location.replace("costDetailsOperationResults", "operationResults")).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"metric": "Guess"}, "metric"),
        ({"metric": 3}, "metric"),
        ({"timePeriod": "October"}, "timePeriod"),
        ({"timePeriod": {"start": "2026-10-01"}}, "timePeriod.end"),
        ({"timePeriod": {"start": "soon", "end": "2026-10-01"}}, "timePeriod.start"),
        ({"timePeriod": {"start": "2026-10-02", "end": "2026-10-01"}}, "timePeriod"),
        ({"timePeriod": OCTOBER, "billingPeriod": "202610"}, "timePeriod"),
        ({"billingPeriod": "202613"}, "billingPeriod"),
        ({"billingPeriod": ["202610"]}, "billingPeriod"),
        ({"invoiceId": {}}, "invoiceId"),
        ({"month": "202610"}, "month"),
    ],
)
def test_bad_requests_are_named(
    cost: CostManagementClient, body: dict[str, Any], target: str
) -> None:
    begin: Any = cost.generate_cost_details_report.begin_create_operation
    with pytest.raises(HttpResponseError) as caught:
        begin(SCOPES["BillingAccount"], body)
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.target == target


def test_an_unknown_scope_is_told_at_once(cost: CostManagementClient) -> None:
    begin: Any = cost.generate_cost_details_report.begin_create_operation
    with pytest.raises(HttpResponseError) as caught:
        begin(f"providers/Microsoft.Billing/billingAccounts/{EA}1", {})
    assert caught.value.status_code == 404
