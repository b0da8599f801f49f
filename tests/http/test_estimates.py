"""`/v1/estimates`: the same answers as the command's, kept for those who may see who pays."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.identity import authenticator
from tests.http.sample import SCOPE

GROUP = f"/{SCOPE}/resourcegroups/rg-search"
OTHER = f"/{SCOPE}/resourcegroups/rg-agents"


@pytest.fixture
def server(sample: Workspace) -> Iterator[TestClient]:
    sample.accounts.create_token("Owner", parse_scope("/"), "", 30, "test")
    known = authenticator("127.0.0.1", sample.accounts, sample.sessions, no_auth=False)
    with TestClient(create_app(sample, authentication=known), base_url="http://localhost") as app:
        yield app


def bearer(workspace: Workspace, role: Any, scope: str) -> dict[str, str]:
    _, secret = workspace.accounts.create_token(role, parse_scope(scope), "", 30, "test")
    return {"authorization": f"Bearer {secret}"}


def plan(scope: str = GROUP, **more: object) -> dict[str, object]:
    served = {"model": "gpt-4.1", "calls_per_day": 1000, "start": "2027-02"}
    shape = {"input_tokens": 1000, "cached_share": 0.4, "output_tokens": 100}
    return {"scope": scope, "workloads": [{"name": "answers", **served, **shape}], **more}


def test_a_plan_costs_what_its_calls_do(server: TestClient, sample: Workspace) -> None:
    reader = bearer(sample, "Cost Management Reader", GROUP)
    found = server.post("/v1/estimates", json=plan(), headers=reader)
    assert found.status_code == 200
    told = found.json()
    # 28 days of 1,000 calls: 600 x 2.00, 400 x 0.50 and 100 x 8.00 a million.
    want = 28_000 * (Decimal("0.0012") + Decimal("0.0002") + Decimal("0.0008"))
    assert Decimal(told["total"]["costs"][0]["cost"]) == want
    assert (told["total"]["calls"], told["complete"], told["saved"]) == (28_000, True, None)
    compared = server.post("/v1/estimates", json=plan(compare=True), headers=reader).json()
    (planned,) = [one for one in compared["alternatives"] if one["planned"]]
    assert Decimal(planned["total"]) == want


def test_estimates_are_kept_listed_and_forgotten(server: TestClient, sample: Workspace) -> None:
    keeper = bearer(sample, "Cost Management Contributor", GROUP)
    for version in (1, 2):
        kept = server.put("/v1/estimates/next year", json=plan(), headers=keeper).json()
        assert kept["saved"] == {"name": "next year", "version": version}
    shown = server.get("/v1/estimates/next year", headers=keeper).json()
    assert shown == kept
    first = server.get("/v1/estimates/next year?version=1", headers=keeper).json()
    assert first["saved"]["version"] == 1
    listed = server.get("/v1/estimates", headers=keeper).json()["estimates"]
    assert [(one["name"], one["version"]) for one in listed] == [("next year", 1), ("next year", 2)]
    removed = server.delete("/v1/estimates/next year", headers=keeper)
    assert removed.json() == {"removed": 2}
    assert server.get("/v1/estimates/next year", headers=keeper).status_code == 404


def test_estimates_of_others_are_not_told(server: TestClient, sample: Workspace) -> None:
    keeper = bearer(sample, "Cost Management Contributor", GROUP)
    server.put("/v1/estimates/secret", json=plan(), headers=keeper)
    other = bearer(sample, "Owner", OTHER)
    assert server.get("/v1/estimates", headers=other).json() == {"estimates": []}
    hidden = server.get("/v1/estimates/secret", headers=other)
    missing = server.get("/v1/estimates/secrex", headers=other)
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json() == {"error": missing.json()["error"] | {"message": _told("secret")}}
    assert server.delete("/v1/estimates/secret", headers=other).status_code == 404
    taken = server.put("/v1/estimates/secret", json=plan(OTHER), headers=other)
    assert (taken.status_code, "rg-search" in taken.text) == (409, False)
    reader = bearer(sample, "Cost Management Reader", GROUP)
    assert server.delete("/v1/estimates/secret", headers=reader).status_code == 403
    assert server.put("/v1/estimates/mine", json=plan(), headers=reader).status_code == 403
    assert server.post("/v1/estimates", json=plan(OTHER), headers=reader).status_code == 403


def test_the_newest_version_that_one_may_see(server: TestClient, sample: Workspace) -> None:
    both = bearer(sample, "Owner", "/")
    for scope in (GROUP, OTHER):
        server.put("/v1/estimates/moved", json=plan(scope), headers=both)
    reader = bearer(sample, "Cost Management Reader", GROUP)
    shown = server.get("/v1/estimates/moved", headers=reader).json()
    assert shown["saved"]["version"] == 1
    assert server.get("/v1/estimates/moved?version=2", headers=reader).status_code == 404
    assert server.get("/v1/estimates/moved", headers=both).json()["saved"]["version"] == 2


def _told(name: str) -> str:
    return f"there is no estimate '{name}' that you may see"


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({}, "workloads"),
        ({"workloads": []}, "workloads"),
        ({"workloads": [7]}, "workloads"),
        ({"workloads": [{"model": "gpt-4.1"}]}, "calls_per_day"),
        (plan(text="/etc/passwd"), "text"),
        ({"workloads": [{"model": "x", "text": ["/etc/passwd"]}]}, "text"),
        (plan(images=5), "images"),
        (plan(compare="yes"), "compare"),
        (plan(prices_at="soon"), "prices_at"),
        (plan(months="9" * 5000), "months"),
        (plan(colour="red"), "colour"),
    ],
)
def test_faults_name_the_field(
    server: TestClient, sample: Workspace, body: dict[str, object], target: str | None
) -> None:
    owner = bearer(sample, "Owner", "/")
    refused = server.post("/v1/estimates", json=body, headers=owner)
    assert refused.status_code == 400
    assert refused.json()["error"].get("target") == target
