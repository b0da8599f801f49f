"""The query operation: Azure's shape, exact digits, pages that add up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.http.sample import SCOPE, TOTAL, definition

VERSION = {"api-version": "2025-03-01"}
BY_MODEL = [{"type": "Dimension", "name": "Model"}]
BY_TOKEN_TYPE = [{"type": "Dimension", "name": "TokenType"}]


def ask(client: httpx.Client, body: object, path: str = SCOPE, **params: str) -> dict[str, Any]:
    """The answer to a query, its amounts as decimals."""
    address = f"/{path}/providers/Microsoft.CostManagement/query".replace("//", "/")
    response = client.post(address, params=VERSION | params, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = json.loads(response.text, parse_float=Decimal)
    return answer


def test_the_shape_is_azures(client: httpx.Client) -> None:
    answer = ask(client, definition(grouping=BY_MODEL, granularity="Daily"))
    assert list(answer) == ["id", "name", "type", "location", "sku", "eTag", "properties"]
    name = answer["name"]
    assert answer["id"] == f"{SCOPE}/providers/Microsoft.CostManagement/query/{name}"
    assert answer["type"] == "Microsoft.CostManagement/query"
    properties = answer["properties"]
    assert properties["nextLink"] is None
    assert properties["columns"] == [
        {"name": "Cost", "type": "Number"},
        {"name": "UsageDate", "type": "Number"},
        {"name": "Model", "type": "String"},
        {"name": "Currency", "type": "String"},
    ]
    assert [Decimal(TOTAL), 20261102, "gpt-4.1", "USD"] in properties["rows"]


def test_unpriced_usage_stands_beside_the_total(client: httpx.Client) -> None:
    properties = ask(client, definition(grouping=BY_MODEL))["properties"]
    assert (
        sorted(properties["rows"], key=str)
        == [
            [None, "in-house-7b", "USD"],
            [Decimal(TOTAL), "gpt-4.1", "USD"],
        ]
        or [Decimal(TOTAL), "gpt-4.1", "USD"] in properties["rows"]
    )
    (unpriced,) = properties["unpriced"]
    assert unpriced["events"] == 1
    assert unpriced["quantities"] == {"input_text": 800, "output_text": 90}


def test_amounts_are_numbers_with_all_digits(client: httpx.Client) -> None:
    answer = ask(client, definition())
    ((amount, currency),) = answer["properties"]["rows"]
    assert (amount, currency) == (Decimal(TOTAL), "USD")
    assert isinstance(amount, Decimal)


@pytest.mark.parametrize(
    "path",
    [
        f"/{SCOPE}/providers/Microsoft.CostManagement/query",
        f"/{SCOPE.upper()}/PROVIDERS/MICROSOFT.COSTMANAGEMENT/QUERY",
        f"/{SCOPE}/providers/microsoft.costmanagement/Query/",
        "/providers/Microsoft.CostManagement/query",
        f"/{SCOPE}/resourceGroups/RG-Search/providers/Microsoft.CostManagement/query",
    ],
)
def test_addresses_match_without_regard_to_case(client: httpx.Client, path: str) -> None:
    response = client.post(path, params=VERSION, json=definition())
    assert response.status_code == 200
    rows = json.loads(response.text, parse_float=Decimal)["properties"]["rows"]
    assert rows == [[Decimal(TOTAL), "USD"]]


def test_a_scope_may_begin_with_its_slash(client: httpx.Client, url: str) -> None:
    address = f"{url}//{SCOPE}/providers/Microsoft.CostManagement/query"
    assert client.post(address, params=VERSION, json=definition()).status_code == 200


def test_an_unknown_subscription(client: httpx.Client) -> None:
    path = "/subscriptions/99999999-0000-0000-0000-000000000000"
    address = f"{path}/providers/Microsoft.CostManagement/query"
    response = client.post(address, params=VERSION, json=definition())
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "SubscriptionNotFound"


def pages(client: httpx.Client, method: str) -> list[list[Any]]:
    """All rows, a row a page."""
    body = definition(grouping=BY_TOKEN_TYPE)
    properties = ask(client, body, **{"$top": "1"})["properties"]
    rows = list(properties["rows"])
    while properties["nextLink"]:
        assert properties["nextLink"].startswith(str(client.base_url))
        content = json.dumps(body) if method == "POST" else None
        response = client.request(method, properties["nextLink"], content=content)
        assert response.status_code == 200, response.text
        properties = json.loads(response.text, parse_float=Decimal)["properties"]
        assert len(properties["rows"]) == 1
        assert properties["unpriced"]
        rows += properties["rows"]
    return rows


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_pages_are_the_whole(client: httpx.Client, method: str) -> None:
    whole = ask(client, definition(grouping=BY_TOKEN_TYPE))["properties"]
    rows = pages(client, method)
    assert rows == whole["rows"]
    assert whole["total"] == len(rows) >= 3
    assert sum(row[0] or 0 for row in rows) == Decimal(TOTAL)


@pytest.mark.parametrize("top", ["0", "-1", "many", "1e3", "99999999999", "²"])
def test_a_page_has_a_positive_size(client: httpx.Client, top: str) -> None:
    address = f"/{SCOPE}/providers/Microsoft.CostManagement/query"
    response = client.post(address, params=VERSION | {"$top": top}, json=definition())
    assert response.status_code == 400
    assert response.json()["error"]["target"] == "$top"


@pytest.mark.parametrize("token", ["x", "AQAAAA==", ""])
def test_a_damaged_token(client: httpx.Client, token: str) -> None:
    address = f"/{SCOPE}/providers/Microsoft.CostManagement/query"
    response = client.get(address, params=VERSION | {"$skiptoken": token})
    assert response.status_code == 400
    assert response.json()["error"]["target"] == "$skiptoken"


def test_a_token_of_another_question(client: httpx.Client) -> None:
    body = definition(grouping=BY_TOKEN_TYPE)
    link = ask(client, body, **{"$top": "1"})["properties"]["nextLink"]
    response = client.post(link, json=definition(grouping=BY_MODEL))
    assert response.status_code == 400
    assert "error" in response.json()
