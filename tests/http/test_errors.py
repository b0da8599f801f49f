"""Every error is Azure's envelope; nothing that is sent makes the server fail."""

from __future__ import annotations

import json
import logging
import uuid

import httpx
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.azure.protocol.operation import BODY_LIMIT
from costplane.http.identity import AnonymousOwner
from tests.http.sample import SCOPE, definition

QUERY = f"/{SCOPE}/providers/Microsoft.CostManagement/query"
VERSION = {"api-version": "2025-03-01"}


def error(response: httpx.Response | httpx2.Response) -> dict[str, str]:
    """The error of an answer, whose shape and headers are checked."""
    assert response.headers["content-type"] == "application/json"
    assert uuid.UUID(response.headers["x-ms-request-id"])
    body = response.json()
    assert list(body) == ["error"]
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "target", "details"}
    found: dict[str, str] = body["error"]
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/v1/nothing",
        "/nothing",
        f"/{SCOPE}/providers/Microsoft.CostManagement/nothing",
        f"/{SCOPE}/providers/Microsoft.Compute/virtualMachines",
        "/providers/Microsoft.CostManagement/query/deeper",
    ],
)
def test_no_operation(client: httpx.Client, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        response = client.request(method, path, params=VERSION)
        assert (response.status_code, error(response)["code"]) == (404, "InvalidResourceType")


@pytest.mark.parametrize(("path", "allowed"), [(QUERY, "GET, POST"), ("/v1/status", "GET")])
def test_wrong_method(client: httpx.Client, path: str, allowed: str) -> None:
    response = client.delete(path, params=VERSION)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
    assert allowed in error(response)["message"]


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("2013-01-31", "InvalidApiVersionParameter"),
        ("2025-13-01", "InvalidApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
    ],
)
def test_api_version(client: httpx.Client, version: str, code: str) -> None:
    response = client.post(QUERY, params={"api-version": version}, json=definition())
    assert response.status_code == 400
    assert error(response)["code"] == code
    assert error(response)["target"] == "api-version"


@pytest.mark.parametrize("version", ["2019-10-01", "2023-11-01", "2031-01-01-preview"])
def test_any_recent_api_version(client: httpx.Client, version: str) -> None:
    answer = client.post(QUERY, params={"API-Version": version}, json=definition())
    assert answer.status_code == 200


def test_broken_json_tells_its_place(client: httpx.Client) -> None:
    response = client.post(QUERY, params=VERSION, content=b'{"type": Usage}')
    assert response.status_code == 400
    assert error(response)["code"] == "BadRequest"
    assert "byte 9" in error(response)["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff\xfe", b'{"type":', b"[" * 200_000, b'{"a":' * 20_000, b"1e999"],
)
def test_hostile_bodies(client: httpx.Client, body: bytes) -> None:
    response = client.post(QUERY, params=VERSION, content=body)
    assert response.status_code == 400
    assert error(response)["code"] == "BadRequest"


def test_a_body_over_the_limit(client: httpx.Client) -> None:
    for content in (b" " * (BODY_LIMIT + 1), iter([b" " * BODY_LIMIT, b" "])):
        response = client.post(QUERY, params=VERSION, content=content)
        assert (response.status_code, error(response)["code"]) == (413, "PayloadTooLarge")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
names = st.sampled_from(["aggregation", "grouping", "filter", "granularity", "sorting", "x"])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(dataset=st.dictionaries(names, json_values), whole=st.booleans())
def test_any_definition_is_answered_or_refused(
    client: httpx.Client, dataset: dict[str, object], whole: bool
) -> None:
    body = definition(**dataset) if whole else {"dataset": dataset, "type": "Usage"}
    response = client.post(QUERY, params=VERSION, content=json.dumps(body))
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert error(response)["target"]


@pytest.mark.parametrize("scope", ["subscriptions", "foo/bar", "subscriptions/a/b/c", "%00"])
def test_no_scope(client: httpx.Client, scope: str) -> None:
    path = f"/{scope}/providers/Microsoft.CostManagement/query"
    response = client.post(path, params=VERSION, json=definition())
    assert (response.status_code, error(response)["code"]) == (400, "InvalidScope")


def test_a_fault_tells_no_more_than_its_request_id(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(workspace, "scopes", fail)
    app = create_app(workspace, authentication=AnonymousOwner())
    with caplog.at_level(logging.ERROR), TestClient(app, base_url="http://localhost") as client:
        response = client.get("/v1/scopes")
    assert response.status_code == 500
    request_id = response.headers["x-ms-request-id"]
    assert error(response)["message"].endswith(f"(Request ID: {request_id})")
    assert "secret" not in response.text
    assert request_id in caplog.text


def test_a_correlation_id_comes_back(client: httpx.Client) -> None:
    mine = str(uuid.uuid4())
    told = client.get("/healthz", headers={"x-ms-correlation-request-id": mine}).headers
    assert told["x-ms-correlation-request-id"] == mine
    hostile = client.get("/healthz", headers={"x-ms-correlation-request-id": "a b"}).headers
    assert hostile["x-ms-correlation-request-id"] == hostile["x-ms-request-id"]


def test_no_request_for_another_host(client: httpx.Client) -> None:
    response = client.get("/v1/status", headers={"host": "evil.example"})
    assert (response.status_code, error(response)["code"]) == (403, "RBACAccessDenied")
