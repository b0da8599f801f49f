"""Price sheets as lists and as files: the prices that the estate's own sheets tell."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from azure.core.exceptions import HttpResponseError
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.workspace import Workspace
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.estate import EA, MCA, PROFILE
from tests.http.azure.conformance.registry import case


def told() -> set[tuple[str, Decimal]]:
    """Names of meters and prices, as the sheets' own text has them."""
    rows = [row for text in (estate.PRICES, estate.CLAUDE) for row in yaml.safe_load(text)["rows"]]
    return {(row["meter_name"], Decimal(str(row["price"]))) for row in rows}


def unzipped(http: httpx.Client, url: str) -> list[dict[str, str]]:
    response = http.get(url)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return [
            row
            for name in archive.namelist()
            for row in csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8"))
        ]


def prices(rows: list[dict[str, str]]) -> set[tuple[str, Decimal]]:
    lower = [{name.lower(): value for name, value in row.items()} for row in rows]
    return {(row["metername"], Decimal(row["unitprice"])) for row in lower}


@case("consumption.price_sheet.get", "consumption.price_sheet.get_by_billing_period")
def test_a_subscriptions_prices(consumption: ConsumptionManagementClient) -> None:
    sheets: Any = consumption.price_sheet
    result = sheets.get(expand="properties/meterDetails")
    found = {
        (item.meter_details.meter_name, Decimal(str(item.unit_price)))
        for item in result.properties.pricesheets
    }
    assert told() <= found
    assert result.name == "default"
    assert {item.currency_code for item in result.properties.pricesheets} == {"USD"}
    same = sheets.get_by_billing_period("202611")
    assert [item.meter_id for item in same.properties.pricesheets] == [
        item.meter_id for item in result.properties.pricesheets
    ]
    assert same.properties.pricesheets[0].meter_details is None
    assert not sheets.get_by_billing_period("202512").properties.pricesheets


def test_prices_in_pages(http: httpx.Client, consumption: ConsumptionManagementClient) -> None:
    whole: Any = consumption.price_sheet.get()
    path = f"/{estate.SCOPES['Subscription']}/providers/Microsoft.Consumption/pricesheets/default"
    link, found = f"{path}?api-version=2024-08-01&$top=3", []
    while link:
        properties = http.get(link).json()["properties"]
        assert len(properties["pricesheets"]) <= 3
        found += [item["meterId"] for item in properties["pricesheets"]]
        link = properties["nextLink"]
    assert found == [item.meter_id for item in whole.properties.pricesheets]


@case(
    "costmanagement.price_sheet.begin_download_by_billing_account",
    "consumption.price_sheet.begin_download_by_billing_account_period",
)
def test_an_accounts_sheet(
    cost: CostManagementClient, consumption: ConsumptionManagementClient, http: httpx.Client
) -> None:
    ours: Any = cost.price_sheet.begin_download_by_billing_account(EA, "202611").result()
    assert ours.status == "Completed"
    rows = unzipped(http, ours.properties.report_url)
    assert told() <= prices(rows)
    assert {row["EnrollmentNumber"] for row in rows} == {EA}
    older: Any = consumption.price_sheet.begin_download_by_billing_account_period(EA, "202611")
    assert unzipped(http, older.result().properties.download_url) == rows


@case(
    "costmanagement.price_sheet.begin_download_by_billing_profile",
    "costmanagement.price_sheet.begin_download_by_invoice",
)
def test_a_profiles_sheet(cost: CostManagementClient, http: httpx.Client, demo: Workspace) -> None:
    sheets: Any = cost.price_sheet
    result = sheets.begin_download_by_billing_profile(MCA, PROFILE).result()
    rows = unzipped(http, result.download_url)
    assert told() <= prices(rows)
    assert {(row["billingAccountId"], row["billingProfileId"]) for row in rows} == {
        (MCA, PROFILE.lower())
    }
    invoices = demo.invoicing.invoices(demo.now())
    own = next(one for one in invoices if one.billing_key.startswith(MCA))
    by_invoice = sheets.begin_download_by_invoice(MCA, PROFILE, own.number).result()
    assert prices(unzipped(http, by_invoice.download_url)) == prices(rows)
    other = next(one for one in invoices if one.billing_key == EA)
    for number in (other.number, "INV-202601-00000000"):
        with pytest.raises(HttpResponseError) as caught:
            sheets.begin_download_by_invoice(MCA, PROFILE, number)
        assert caught.value.status_code == 404


def test_a_sheet_is_taken_back(
    cost: CostManagementClient, http: httpx.Client, tmp_path: Path
) -> None:
    result: Any = cost.price_sheet.begin_download_by_billing_account(EA, "202611").result()
    path = tmp_path / "sheet.zip"
    path.write_bytes(http.get(result.properties.report_url).content)
    workspace = Workspace.open(tmp_path / "data", now=lambda: estate.NOW)
    workspace.import_prices(path)
    (sheet,) = workspace.price_sheets()
    assert sheet.scope == f"/providers/microsoft.billing/billingaccounts/{EA}"
    found = {(row.meter_name, row.price) for row in workspace.price_rows(sheet.version)}
    azure = {row["meter_name"] for row in yaml.safe_load(estate.PRICES)["rows"]}
    assert {pair for pair in told() if pair[0] in azure} <= found
    workspace.close()
