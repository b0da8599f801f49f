"""What no honest client sends: refused with the documented code, quickly, and nothing is told."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import httpx2
import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.errors import InvalidInput
from costplane.http.app import create_app
from costplane.http.bearer import BearerTokens
from costplane.http.ranges import days, parse_day
from tests.http.sample import NOW, SCOPE, TOTAL, definition

VERSION = "api-version=2025-03-01"
COST = "providers/Microsoft.CostManagement"
QUERY = f"/{SCOPE}/{COST}/query?{VERSION}"
USAGE = f"/{SCOPE}/providers/Microsoft.Consumption/usageDetails?{VERSION}"
QUOTED = "'; DROP TABLE charges; --"
TOLD = re.compile(r'Traceback|File "|\.py\b|/tmp/|site-packages|SELECT |duckdb|sqlite', re.I)
"""What would tell of the inside."""

Answer = httpx.Response | httpx2.Response


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, code and target of a refusal, which has the envelope and tells nothing more."""
    error = answer.json()["error"]
    assert error["message"]
    assert len(answer.content) < 20_000
    assert not TOLD.search(answer.text), answer.text
    return answer.status_code, error["code"], error.get("target", "")


def leaf(value: Any, name: str = "Model", operator: str = "In") -> dict[str, Any]:
    return {"dimensions": {"name": name, "operator": operator, "values": value}}


def deep(levels: int) -> dict[str, Any]:
    found = leaf(["a"])
    for _ in range(levels):
        found = {"not": found}
    return found


@pytest.mark.parametrize(
    ("dataset", "target"),
    [
        ({"filter": deep(200)}, r"dataset\.filter.*"),
        ({"filter": {"or": [leaf(["a"])] * 5_000}}, r"dataset\.filter.*"),
        ({"filter": {"or": [{"and": [leaf(["a"])] * 100}] * 100}}, r"dataset\.filter.*"),
        ({"filter": leaf([str(n) for n in range(20_000)])}, r"dataset\.filter\..*values"),
        ({"filter": leaf(["x" * 5_000])}, r"dataset\.filter\..*values.*"),
        ({"filter": leaf(["a\0b"])}, r"dataset\.filter\..*values.*"),
        ({"filter": leaf([{}])}, r"dataset\.filter\..*values.*"),
        ({"filter": leaf(["a"], name=QUOTED)}, r"dataset\.filter\..*name"),
        ({"filter": leaf(["a"], operator=QUOTED)}, r"dataset\.filter\..*operator"),
        ({"grouping": [{"type": "Dimension", "name": QUOTED}]}, r"dataset\.grouping\[0\]\.name"),
        ({"grouping": [{"type": "Dimension", "name": "Model"}] * 60}, r"dataset\.grouping.*"),
        ({"aggregation": {"a": {"name": QUOTED, "function": "Sum"}}}, r"dataset\.aggregation.*"),
        ({"sorting": [{"name": QUOTED, "direction": "Ascending"}]}, r"dataset\.sorting\[0\]\.name"),
        ({"granularity": QUOTED}, r"dataset\.granularity"),
        ({"configuration": {"timeZone": "../../etc/passwd"}}, r"dataset\.configuration\.timeZone"),
        ({"configuration": {"columns": [QUOTED]}, "aggregation": None}, r"dataset\.config.*"),
    ],
)
def test_hostile_definitions(client: httpx.Client, dataset: dict[str, Any], target: str) -> None:
    began = time.perf_counter()
    status, code, place = refusal(client.post(QUERY, json=definition(**dataset)))
    assert (status, code) == (400, "BadRequest")
    assert re.fullmatch(target, place), place
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "dataset",
    [
        {"filter": {"or": [leaf([f"m{n}"]) for n in range(400)]}},
        {"filter": leaf([QUOTED, '"', "\\", "%", "_", "é", "\u202e", "💸", "a\nb"])},
        {"filter": {"tags": {"name": QUOTED, "operator": "In", "values": [QUOTED]}}},
        {"grouping": [{"type": "TagKey", "name": f'"{QUOTED}\\'}]},
        {"filter": leaf(["%", "_"], operator="Contains")},
        {
            "filter": {"or": [leaf(["a"]), leaf(["b"])]},
            "aggregation": {QUOTED: {"name": "Cost", "function": "Sum"}},
        },
    ],
)
def test_odd_text_is_only_text(client: httpx.Client, dataset: dict[str, Any]) -> None:
    """Quotes, wildcards and statements in values, keys and aliases match themselves alone."""
    answer = client.post(QUERY, json=definition(**dataset))
    assert answer.status_code == 200, answer.text
    rows = answer.json()["properties"]["rows"]
    shown = [row for row in rows if "grouping" not in dataset]
    assert shown in ([], [[None, "USD"]])
    total = client.post(QUERY, json=definition()).json()["properties"]["rows"]
    assert total == [[float(TOTAL), "USD"]]


@pytest.mark.parametrize("size", ["0", "-1", "1e3", "1.5", "9" * 40, "١٠", "five", "%00"])
@pytest.mark.parametrize("path", [QUERY, USAGE])
def test_sizes_of_pages(client: httpx.Client, path: str, size: str) -> None:
    address = f"{path}&$top={size}"
    answer = client.get(address) if path == USAGE else client.post(address, json=definition())
    assert refusal(answer) == (400, "BadRequest", "$top")


def test_a_huge_page_is_a_page(client: httpx.Client) -> None:
    answer = client.post(f"{QUERY}&$top=999999999", json=definition())
    assert len(answer.json()["properties"]["rows"]) == 1


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "%00",
        "é",
        "A" * 10_000,
        packed([]),
        packed({"a": 1}),
        packed([-1, "", "2026-11-20T00:00:00Z", {}, "0" * 16]),
        packed([0, "", "2026-11-20T00:00:00Z", {"../../etc": 1}, "0" * 16]),
        packed([0, "", "2026-11-20T00:00:00Z", {"charges": 2**63}, "0" * 16]),
        packed([0, "", "9999-12-31T23:59:59Z", {"charges": 1}, "0" * 16]),
        packed(["[" * 1_000, "2026-11-20T00:00:00Z", None]),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        QUERY,
        USAGE,
        f"/{SCOPE}/{COST}/dimensions?{VERSION}",
        f"/{SCOPE}/{COST}/budgets?{VERSION}",
        f"/subscriptions?{VERSION}",
    ],
)
def test_continuation_tokens_that_are_none(client: httpx.Client, path: str, token: str) -> None:
    assert refusal(client.get(f"{path}&$skiptoken={token}")) == (400, "BadRequest", "$skiptoken")


def test_a_continuation_token_of_another_question(client: httpx.Client) -> None:
    """One of another scope, and one whose question is another."""
    link = client.get(f"{USAGE}&$top=1").json()["nextLink"]
    group = link.replace(SCOPE, f"{SCOPE}/resourceGroups/rg-search")
    for other in (group, f"{link}&metric=usage", link.replace("usageDetails", "marketplaces")):
        assert refusal(client.get(other)) == (400, "BadRequest", "$skiptoken")
    assert client.get(link).status_code == 200


SEGMENTS = [
    *("..%2f..%2fetc%2fpasswd", "%252e%252e%252f", "a%00b", "%ff%fe", "💸"),
    *("'%20OR%201=1--", '"', "a;b", "{0}", "%s%n", "x" * 2_000, "\u202e", "a%0d%0aSet-Cookie:b"),
]


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize(
    "path",
    [
        "/subscriptions/{}/providers/Microsoft.CostManagement/budgets",
        "/providers/Microsoft.Management/managementGroups/{}/providers/Microsoft.Consumption/tags",
        "/providers/Microsoft.Billing/billingAccounts/{}/providers/Microsoft.Consumption/balances",
        "/subscriptions/{}/resourceGroups/{}",
        f"/{SCOPE}/{COST}/budgets/{{}}",
        f"/{SCOPE}/{COST}/costDetailsOperationResults/{{}}",
        f"/{SCOPE}/providers/Microsoft.Billing/billingPeriods/{{}}/providers/"
        "Microsoft.Consumption/charges",
        "/v1/dimensions/{}/values",
        "/v1/report-files/{}/{}",
        "/assets/{}",
    ],
)
def test_odd_names_in_paths(client: httpx.Client, path: str, segment: str) -> None:
    answer = client.get(f"{path.replace('{}', segment)}?{VERSION}")
    if answer.status_code == 200:  # a scope may have any name; nothing is in it
        assert answer.json().get("value", answer.json()) != ""
        assert not TOLD.search(answer.text)
        return
    status, code, _ = refusal(answer)
    assert (status, code) in {
        (400, "BadRequest"),
        (400, "InvalidScope"),
        *((404, known) for known in ("NotFound", "InvalidResourceType", "OperationNotFound")),
        *((404, known) for known in ("ResourceGroupNotFound", "SubscriptionNotFound")),
    }
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-12-31T23:59:59+14:00", QUOTED])
def test_days_at_the_ends_of_the_calendar(day: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_day(day, "startDate")
    assert refused.value.target == "startDate"


@pytest.mark.parametrize("day", [date.min, date.max])
def test_ranges_at_the_ends_of_the_calendar(day: date) -> None:
    for first, last in ((day, None), (None, day), (day, day)):
        with pytest.raises(InvalidInput):
            days(first, last, NOW)


@pytest.fixture
def guarded(workspace: Workspace) -> Iterator[TestClient]:
    """A server that asks who calls."""
    app = create_app(workspace, authentication=BearerTokens(workspace.accounts))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield client


def jwt(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    return f"{packed(header)}.{packed(claims)}.{signature}"


@pytest.mark.parametrize(
    "token",
    [
        "costplane_" + "A" * 43,
        "costplane_" + QUOTED,
        "x" * 200_000,
        jwt({"alg": "none"}, {"iss": "https://evil.example", "sub": "owner"}),
        jwt({"alg": "HS256", "kid": "../../key"}, {"iss": "https://evil.example"}, "c2ln"),
        jwt({"alg": "RS256", "jku": "http://127.0.0.1/"}, {"iss": "http://127.0.0.1:1/"}, "c2ln"),
        jwt({"alg": "RS256"}, {"iss": {"a": 1}, "exp": "never"}, "c2ln"),
        "e30.e30.",
        "..",
    ],
)
def test_forged_tokens(guarded: TestClient, token: str) -> None:
    began = time.perf_counter()
    answer = guarded.post(QUERY, json=definition(), headers={"Authorization": f"Bearer {token}"})
    assert refusal(answer)[:2] == (401, "Unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert token not in answer.text
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "a/b; charset=utf-16"])
def test_the_type_of_a_body_counts_for_nothing(client: httpx.Client, kind: str) -> None:
    """Clients of Azure forget it; what is sent is JSON, or refused as none."""
    headers = {"content-type": kind}
    body = json.dumps(definition()).encode()
    assert client.post(QUERY, content=body, headers=headers).status_code == 200
    refused = client.post(QUERY, content=b"<query/>", headers=headers)
    assert refusal(refused) == (400, "BadRequest", "body")
