"""Azure's own client for Python gets the sample's figures, without TLS and with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest
from azure.mgmt.costmanagement import CostManagementClient

from tests.http.sample import SCOPE, TOTAL

DAY = datetime(2026, 11, 2, tzinfo=UTC)


class Credential:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("none", 2**31)


class PlainHttp(SansIOHTTPPolicy[Any, Any]):
    """The SDK sends no token without TLS unless each call says that it may."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.context.options["enforce_https"] = False


@pytest.fixture(params=["http", "https"])
def azure(request: pytest.FixtureRequest) -> Iterator[CostManagementClient]:
    if request.param == "http":
        address = request.getfixturevalue("url")
        options: dict[str, Any] = {"per_call_policies": [PlainHttp()]}
    else:
        address, authority = request.getfixturevalue("secure")
        options = {"connection_verify": str(authority)}
    credential = Credential()
    client = CostManagementClient(
        credential, base_url=address, credential_scopes=["none"], **options
    )
    with client:
        yield client


def test_a_call_may_be_plain(url: str) -> None:
    with CostManagementClient(Credential(), base_url=url, credential_scopes=["none"]) as client:
        answer = client.query.usage(SCOPE, definition(), enforce_https=False)  # type: ignore[call-overload]
    assert answer.rows == [[float(TOTAL), "USD"]]


def definition(*groupings: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": DAY, "to": DAY},
        "dataset": {
            "granularity": "None",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": list(groupings),
        },
    }


def test_query(azure: CostManagementClient) -> None:
    grouping = {"type": "TagKey", "name": "team"}
    answer = azure.query.usage(f"/{SCOPE}", definition(grouping))  # type: ignore[call-overload]
    assert answer is not None
    names = [column.name for column in answer.columns]
    assert names == ["Cost", "TagKey", "TagValue", "Currency"]
    rows = {row[2]: row[0] for row in answer.rows}
    assert rows == {"assistant": 0.0268, "search": 0.000782}
    assert answer.next_link is None


def test_following_pages_as_its_users_do(azure: CostManagementClient) -> None:
    body = definition({"type": "Dimension", "name": "TokenType"})
    path = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01&$top=2"
    request: HttpRequest | None = HttpRequest("POST", path, json=_plain(body))
    total = 0.0
    while request is not None:
        response = azure.send_request(request)
        response.raise_for_status()
        properties = response.json()["properties"]
        total += sum(row[0] or 0 for row in properties["rows"])
        link = properties["nextLink"]
        request = HttpRequest("POST", link, json=_plain(body)) if link else None
    assert round(total, 12) == float(TOTAL)


def test_dimensions(azure: CostManagementClient) -> None:
    told = (
        "properties/category eq 'Model' and properties/usageStart ge '2026-11-02' "
        "and properties/usageEnd le '2026-11-02'"
    )
    (model,) = azure.dimensions.list(SCOPE, filter=told, expand="properties/data")
    assert model.category == "Model"
    assert sorted(model.data or []) == ["gpt-4.1", "in-house-7b"]


def test_an_error_has_its_code(azure: CostManagementClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        azure.query.usage("subscriptions/unknown", definition())  # type: ignore[call-overload]
    assert caught.value.status_code == 404
    assert caught.value.error is not None
    assert caught.value.error.code == "SubscriptionNotFound"


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"timePeriod": {"from": "2026-11-02", "to": "2026-11-02"}}
