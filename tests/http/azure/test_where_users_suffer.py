"""What users of Azure's API complain of in public threads, year after year: here it is otherwise.

Totals over all pages, throttling and the lists of usage details are tested where they are made
(`conformance/test_query.py`, `test_throttle.py`, `cost_details/`).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.throttle import Limits, Throttle, parse_rate
from tests.http.sample import SCOPE, TOTAL, definition, event

QUERY = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
EVERYWHERE = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"


def by(*names: str) -> list[dict[str, str]]:
    return [{"type": "Dimension", "name": name} for name in names]


def properties(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = json.loads(answer.text, parse_float=Decimal)["properties"]
    return told


def test_pages_are_of_one_state_though_usage_arrives_between_them(sample: Workspace) -> None:
    """Rows were missing, or came twice, and totals moved from page to page."""
    asked = definition(grouping=by("ResourceGroupName", "TokenType"))
    app = create_app(sample, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        whole = properties(client.post(QUERY, json=asked))
        page = properties(client.post(f"{QUERY}&$top=2", json=asked))
        more = event("late", "rg-search", "search", quantities={"input_text": 1_000_000})
        assert client.post("/v1/events", json=more).json()["accepted"] == 1
        rows = list(page["rows"])
        while page["nextLink"]:
            page = properties(client.post(page["nextLink"], json=asked))
            assert page["total"] == whole["total"]
            rows += page["rows"]
        assert rows == whole["rows"]
        now = properties(client.post(QUERY, json=asked))["rows"]
        assert sum(row[0] or 0 for row in now) == sum(row[0] or 0 for row in rows) + 2


def test_the_same_question_has_the_same_answer(client: httpx.Client) -> None:
    """Sums of identical requests differed, and the order of rows with them."""
    asked = definition(grouping=by("Model", "TokenType"))
    first, *others = (properties(client.post(QUERY, json=asked)) for _ in range(3))
    assert [other["rows"] for other in others] == [first["rows"]] * 2
    usage = f"/{SCOPE}/providers/Microsoft.Consumption/usageDetails?api-version=2024-08-01&$top=2"
    pages = [client.get(usage).json() for _ in range(2)]
    assert pages[0]["value"] == pages[1]["value"]
    assert len(pages[0]["value"]) == 2


def test_hours_and_more_than_two_groups(client: httpx.Client) -> None:
    """Hourly was refused, and so was a third group."""
    groups = by("ResourceGroupName", "Model", "TokenType", "Deployment")
    tags = [{"type": "TagKey", "name": "team"}]
    asked = definition(granularity="Hourly", grouping=groups + tags)
    told = properties(client.post(QUERY, json=asked))
    columns = [column["name"] for column in told["columns"]]
    assert columns[1] == "UsageTime"
    assert {row[1] for row in told["rows"]} == {"2026-11-02T10:00:00"}
    assert sum(row[0] or 0 for row in told["rows"]) == Decimal(TOTAL)
    assert len({tuple(row[2:6]) for row in told["rows"]}) >= 5


def test_names_match_without_regard_to_case(client: httpx.Client) -> None:
    """Clients differ in `dataset` and `dataSet`, `Sum` and `SUM`, `$top` and `$TOP`."""
    asked = definition(grouping=by("Model"), granularity="Daily")
    want = properties(client.post(QUERY, json=asked))["rows"]
    odd = {
        "TYPE": "actualcost",
        "TimeFrame": "CUSTOM",
        "timeperiod": {"From": "2026-11-02", "TO": "2026-11-02"},
        "dataSet": {
            "Granularity": "daily",
            "AGGREGATION": {"total": {"Name": "COST", "function": "SUM"}},
            "Grouping": [{"Type": "dimension", "NAME": "mODEL"}],
        },
    }
    address = f"/{SCOPE.upper()}/PROVIDERS/microsoft.costmanagement/QUERY?API-VERSION=2025-03-01"
    assert properties(client.post(address, json=odd))["rows"] == want
    page = properties(client.post(f"{address}&$TOP=1", json=odd))
    assert (len(page["rows"]), page["total"]) == (1, len(want))


def test_many_resources_cost_one_call(client: httpx.Client) -> None:
    """Who had to ask resource by resource was throttled; tokens had to be asked elsewhere."""
    sums = {
        "cost": {"name": "Cost", "function": "Sum"},
        "tokens": {"name": "TokenCount", "function": "Sum"},
        "calls": {"name": "CallCount", "function": "Sum"},
    }
    asked = definition(aggregation=sums, grouping=by("ResourceId"))
    told = properties(client.post(EVERYWHERE, json=asked))
    rows = {row[3].lower().split("/")[4]: row[:3] for row in told["rows"]}
    assert rows == {
        "rg-search": [Decimal(TOTAL), 391 + 24 + 12_350, 2],
        "rg-agents": [None, 890, 2],
    }


def test_no_header_chooses_a_quota(workspace: Workspace) -> None:
    """`ClientType` was the key of a hidden quota. What is refused is never an empty success."""
    one = Limits(callers=Throttle(parse_rate("1/hour", ""), "a caller"))
    app = create_app(workspace, authentication=AnonymousOwner(), limits=one)
    with TestClient(app, base_url="http://localhost") as client:
        for kind, status in (("a", 200), ("b", 429), ("c", 429)):
            answer = client.post(QUERY, json=definition(), headers={"ClientType": kind})
            assert answer.status_code == status
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["error"]["code"] == "ResourceRequestsThrottled"
