"""What users of Azure's API complain of in public threads, year after year: here it is otherwise.

These are the complaints of questions, their pages and limits; two further files have those of
amounts and those of what is kept.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.throttle import Limits, Throttle, parse_rate
from tests.http.azure.further_usage import BUSY, DEPLOYMENTS
from tests.http.azure.kept.kept_client import CONSUMPTION, COST, Known, Server
from tests.http.sample import SCOPE, TOTAL, definition, event

QUERY = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
EVERYWHERE = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"


def by(*names: str) -> list[dict[str, str]]:
    return [{"type": "Dimension", "name": name} for name in names]


def properties(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = json.loads(answer.text, parse_float=Decimal)["properties"]
    return told


def test_more_than_a_thousand_rows(further: Server) -> None:
    """Answers ended at 1,000 rows without a word, and totals were wrong; the link to the others
    could not be followed."""
    body, path = definition(grouping=by("Deployment")), f"{BUSY}/{COST}/query"
    body["timePeriod"] = {"from": "2026-11-03", "to": "2026-11-03"}
    first = properties(further.call("POST", path, body))
    assert (len(first["rows"]), first["total"]) == (1_000, DEPLOYMENTS)
    second = properties(further.client.post(first["nextLink"], json=body))
    assert properties(further.client.get(first["nextLink"]))["rows"] == second["rows"]
    assert second["nextLink"] is None
    rows = first["rows"] + second["rows"]
    assert len({row[1] for row in rows}) == DEPLOYMENTS
    (whole,) = properties(further.call("POST", path, body | {"dataset": definition()["dataset"]}))[
        "rows"
    ]
    assert whole[0] == sum(row[0] for row in rows) == DEPLOYMENTS * Decimal("0.002")
    at_once = properties(further.call("POST", f"{path}?$top=5000", body))
    assert (at_once["rows"], at_once["nextLink"]) == (rows, None)


@pytest.mark.parametrize("size", [500, 700])
def test_pages_of_any_size_have_one_order(further: Server, size: int) -> None:
    """Where rows were sorted, pages had some of them twice."""
    highest = [{"name": "Cost", "direction": "Descending"}]
    body = definition(grouping=by("Deployment"), sorting=highest)
    body["timePeriod"] = {"from": "2026-11-01", "to": "2026-11-20"}
    page = properties(further.call("POST", f"{BUSY}/{COST}/query?$top={size}", body))
    pages = [page["rows"]]
    while page["nextLink"]:
        page = properties(further.client.get(page["nextLink"]))
        pages.append(page["rows"])
    assert [len(rows) for rows in pages] == [size, *[size] * (len(pages) - 2), DEPLOYMENTS % size]
    names = [row[1] for rows in pages for row in rows]
    assert names == sorted(f"d-{number}" for number in range(DEPLOYMENTS))


def test_details_come_in_pages_of_the_asked_size_and_sum_to_the_query(further: Server) -> None:
    """`$top` was passed over, and what came summed to something else each time."""
    link, found = f"{BUSY}/{CONSUMPTION}/usageDetails?$top=900", []
    for size in (900, DEPLOYMENTS - 900):
        page = json.loads(further.call("GET", link).text, parse_float=Decimal)
        assert len(page["value"]) == size
        found += page["value"]
        link = page.get("nextLink")
    assert not link
    costs = [item["properties"]["costInUSD"] for item in found]
    assert sum(costs) == DEPLOYMENTS * Decimal("0.002")


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


def test_no_call_waits_for_another(further: Server) -> None:
    """One question a minute was all that agents got; the limits were not published."""
    body = definition(granularity="Daily") | {
        "timePeriod": {"from": "2026-11-01", "to": "2026-11-30"}
    }
    for kind in ("query", "forecast") * 20:
        answer = further.call("POST", f"{BUSY}/{COST}/{kind}", body)
        assert answer.status_code == 200, answer.text
        assert not [name for name in answer.headers if "retry" in name or "ratelimit" in name]


def test_nobody_uses_up_the_calls_of_others(further: Server) -> None:
    """Limits were the tenant's: who looked at the portal stopped the exporters."""
    known = Known(further.known.caller)
    limits = Limits(callers=Throttle(parse_rate("2/hour", ""), "a caller"))
    app = create_app(further.workspace, authentication=known, limits=limits)
    with TestClient(app, base_url="https://localhost") as client:
        for name in ("exporter", "portal"):
            known.caller = replace(further.known.caller, name=name)
            answers = [client.post(QUERY, json=definition()) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            left = "x-ms-ratelimit-remaining-microsoft.costmanagement-client-requests"
            assert [answer.headers[left] for answer in answers[:2]] == ["1", "0"]


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
