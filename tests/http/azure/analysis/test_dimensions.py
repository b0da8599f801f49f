"""The dimensions operation."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.http.sample import SCOPE

ADDRESS = f"/{SCOPE}/providers/Microsoft.CostManagement/dimensions"
DAY = "properties/usageStart ge '2026-11-02' and properties/usageEnd le '2026-11-02'"


def ask(client: httpx.Client, **params: str) -> list[dict[str, Any]]:
    """The dimensions that an answer lists."""
    told = {f"${name}": value for name, value in params.items()}
    response = client.get(ADDRESS, params={"api-version": "2025-03-01"} | told)
    assert response.status_code == 200, response.text
    value: list[dict[str, Any]] = response.json()["value"]
    return value


def test_every_dimension_is_listed(client: httpx.Client) -> None:
    categories = [item["properties"]["category"] for item in ask(client)]
    assert {"ResourceGroupName", "Model", "Meter", "TokenType"} <= set(categories)
    assert all(item["properties"]["data"] == [] for item in ask(client))


def test_values_of_one(client: httpx.Client) -> None:
    told = f"properties/category eq 'model' and {DAY}"
    (item,) = ask(client, filter=told, expand="properties/data")
    assert item["name"] == "dimensions_Model_2026-11-02_2026-11-02_1000"
    assert item["id"] == f"{SCOPE}/providers/Microsoft.CostManagement/{item['name']}"
    properties = item["properties"]
    assert sorted(properties["data"]) == ["gpt-4.1", "in-house-7b"]
    assert (properties["total"], properties["nextLink"]) == (2, None)
    assert (properties["groupingEnabled"], properties["filterEnabled"]) == (True, True)


def test_values_in_pages(client: httpx.Client) -> None:
    told = f"properties/category eq 'Model' and {DAY}"
    (item,) = ask(client, filter=told, expand="properties/data", top="1")
    assert (len(item["properties"]["data"]), item["properties"]["total"]) == (1, 2)
    (rest,) = client.get(item["properties"]["nextLink"]).json()["value"]
    assert rest["properties"]["nextLink"] is None
    found = item["properties"]["data"] + rest["properties"]["data"]
    assert sorted(found) == ["gpt-4.1", "in-house-7b"]


def test_azures_older_name_is_known(client: httpx.Client) -> None:
    (item,) = ask(client, filter="properties/category eq 'ResourceGroup'")
    assert item["properties"]["category"] == "ResourceGroupName"


@pytest.mark.parametrize(
    "told",
    [
        "properties/category eq 'Colour'",
        "properties/category ge 'Model'",
        "properties/colour eq 'red'",
        "properties/usageStart ge 'yesterday'",
        "properties/usageStart ge '2026-11-02' and properties/usageEnd le '2026-11-01'",
    ],
)
def test_what_it_cannot_answer(client: httpx.Client, told: str) -> None:
    params = {"api-version": "2025-03-01", "$filter": told}
    response = client.get(ADDRESS, params=params)
    assert response.status_code == 400
    assert response.json()["error"]["target"]
