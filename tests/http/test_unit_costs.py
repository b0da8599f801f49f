"""`/v1/unit-costs` and `/v1/counts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.identity import authenticator
from tests.http.sample import SCOPE

DAY = {"from": "2026-11-02", "to": "2026-11-02"}
GROUP = f"/{SCOPE}/resourcegroups/rg-search"
OTHER = f"/{SCOPE}/resourcegroups/rg-agents"


@pytest.fixture
def server(sample: Workspace) -> Iterator[TestClient]:
    headers(sample, "Owner", "/")
    app = create_app(
        sample,
        authentication=authenticator("127.0.0.1", sample.accounts, sample.sessions, no_auth=False),
    )
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def headers(workspace: Workspace, role: Any, scope: str) -> dict[str, str]:
    _, secret = workspace.accounts.create_token(role, parse_scope(scope), "", 30, "test")
    return {"authorization": f"Bearer {secret}"}


def chats(count: object, scope: str = "/", **dimensions: str) -> dict[str, object]:
    return {
        "unit": "chats",
        "day": "2026-11-02",
        "count": count,
        "scope": scope,
        "dimensions": dimensions,
    }


def test_counts_go_in_and_costs_come_out(server: TestClient, sample: Workspace) -> None:
    writer, reader = headers(sample, "Ingest Writer", "/"), headers(sample, "Billing Reader", "/")
    body = {"counts": [chats(5, GROUP), chats("2.5", OTHER)]}
    assert server.post("/v1/counts", json=body, headers=writer).json() == {"taken": 2}
    csv = f"unit,day,count,scope\nchats,2026-11-02,8,{GROUP}\n"
    typed = writer | {"content-type": "text/csv; charset=utf-8"}
    assert server.post("/v1/counts", content=csv, headers=typed).json() == {"taken": 1}
    listed = server.get("/v1/counts", headers=reader).json()["counts"]
    assert [(c["scope"], c["count"]) for c in listed] == [(OTHER, "2.5"), (GROUP, "8")]
    asked = {"timePeriod": DAY, "per": ["count:chats"]}
    answer = server.post(f"/v1/unit-costs?scope={GROUP}", json=asked, headers=reader).json()
    (unit,) = answer["rows"][0]["units"]
    assert (unit["state"], unit["quantity"]) == ("Known", "8")
    assert unit["cost_per_unit"] == "0.003447750000"
    gone = server.delete(f"/v1/counts?unit=chats&scope={GROUP}", headers=writer)
    assert gone.json() == {"removed": 1}
    actions = [entry.action for entry in sample.accounts.store.audit(100)]
    assert {"CountsImported", "CountsRemoved"} <= set(actions)


def test_counts_are_taken_from_writers_of_their_scope_all_or_none(
    server: TestClient, sample: Workspace
) -> None:
    writer, reader = headers(sample, "Ingest Writer", GROUP), headers(sample, "Owner", OTHER)
    for given in ({}, headers(sample, "Cost Management Contributor", GROUP)):
        refused = server.post("/v1/counts", json={"counts": [chats(1, GROUP)]}, headers=given)
        assert refused.status_code == (403 if given else 401)
    both = {"counts": [chats(1, GROUP), chats(2, OTHER)]}
    assert server.post("/v1/counts", json=both, headers=writer).status_code == 403
    assert server.post("/v1/counts", json=both, headers=reader).status_code == 403
    assert server.get("/v1/counts", headers=headers(sample, "Owner", "/")).json()["counts"] == []
    assert server.delete("/v1/counts?unit=chats&scope=/", headers=writer).status_code == 403


def test_a_reader_of_a_group_sees_nothing_of_its_sibling(
    server: TestClient, sample: Workspace
) -> None:
    writer = headers(sample, "Ingest Writer", "/")
    reader = headers(sample, "Cost Management Reader", GROUP)
    body = {"counts": [chats(5, GROUP), chats(7, OTHER), chats(100)]}
    server.post("/v1/counts", json=body, headers=writer)
    listed = server.get("/v1/counts", headers=reader).json()["counts"]
    assert [c["scope"] for c in listed] == [GROUP]
    asked = {"timePeriod": DAY, "per": ["Call", "count:chats"]}
    (row,) = server.post("/v1/unit-costs", json=asked, headers=reader).json()["rows"]
    assert (row["calls"], row["units"][1]["quantity"]) == (2, "5")
    for path in (f"/v1/unit-costs?scope={OTHER}", f"/v1/unit-costs?scope=/{SCOPE}"):
        assert server.post(path, json=asked, headers=reader).status_code == 403


@pytest.mark.parametrize(
    ("body", "target", "message"),
    [
        ({"counts": [chats(-1)]}, "counts[0].count", "0 to"),
        ({"counts": [chats(True)]}, "counts[0].count", "a number"),
        ({"counts": [chats("0.1234567")]}, "counts[0].count", "six decimal places"),
        ({"counts": [chats(1) | {"day": "soon"}]}, "counts[0].day", "2026-10-31"),
        ({"counts": [chats(1) | {"unit": "a b"}]}, "counts[0].unit", "such as chats"),
        ({"counts": [chats(1), chats(2)]}, "counts[1].count", "counts[0]"),
        ({"counts": [chats(1, "nowhere")]}, "counts[0].scope", "not a scope"),
        ({"counts": [chats(1, Colour="x")]}, "counts[0].Colour", "no field"),
        ({"counts": [chats(1, User="u")]}, "counts[0].User", "single user"),
        ({"counts": []}, "counts", "1 to 100,000"),
        ({"counts": 1}, "counts", "list"),
        ([1], "counts", "list"),
    ],
)
def test_faults_of_counts_name_the_field(
    server: TestClient, sample: Workspace, body: object, target: str, message: str
) -> None:
    owner = headers(sample, "Owner", "/")
    refused = server.post("/v1/counts", json=body, headers=owner)
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["target"] == target
    assert message.replace("six", "6") in error["message"]


def test_other_media_types_are_refused(server: TestClient, sample: Workspace) -> None:
    given = headers(sample, "Owner", "/") | {"content-type": "application/xml"}
    refused = server.post("/v1/counts", content="<a/>", headers=given)
    assert (refused.status_code, refused.json()["error"]["target"]) == (415, "Content-Type")
