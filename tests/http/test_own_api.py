"""`/v1`, health and the page's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.testclient import TestClient

from costplane.app.status import Loading, write_loading
from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from tests.http.sample import NOW, SCOPE, TOTAL


def test_scopes(client: httpx.Client) -> None:
    scopes = client.get("/v1/scopes").json()["scopes"]
    by_id = {scope["id"]: scope for scope in scopes}
    group = by_id[f"/{SCOPE}/resourcegroups/rg-search"]
    assert (group["kind"], group["parent"]) == ("ResourceGroup", f"/{SCOPE}")
    assert by_id[f"/{SCOPE}"]["kind"] == "Subscription"


def test_dimensions_and_tags(client: httpx.Client) -> None:
    menu = client.get("/v1/dimensions", params={"scope": f"/{SCOPE}"}).json()
    assert "team" in menu["tags"]
    model = next(item for item in menu["dimensions"] if item["name"] == "Model")
    assert set(model) == {"name", "label", "description"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Model", [("gpt-4.1", TOTAL), ("in-house-7b", None)]),
        ("tag:team", [("assistant", "0.0268"), ("search", "0.000782")]),
    ],
)
def test_values_with_their_cost(
    client: httpx.Client, name: str, values: list[tuple[str, str | None]]
) -> None:
    day = {"scope": f"/{SCOPE}", "from": "2026-11-02", "to": "2026-11-02"}
    found = client.get(f"/v1/dimensions/{name}/values", params=day).json()["values"]
    trimmed = [
        (item["value"], item["cost"] and item["cost"].rstrip("0").rstrip(".")) for item in found
    ]
    assert trimmed == values


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/v1/dimensions?scope=nowhere", "scope"),
        ("/v1/dimensions/Model/values?from=soon", "from"),
        ("/v1/dimensions/Model/values?from=2026-11-03&to=2026-11-02", "to"),
        ("/v1/dimensions/Colour/values", "dataset.grouping[0].name"),
    ],
)
def test_what_it_cannot_answer(client: httpx.Client, path: str, target: str) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert response.json()["error"]["target"] == target


def test_status(client: httpx.Client) -> None:
    status = client.get("/v1/status").json()
    assert (status["currency"], status["demo"], status["loading"]) == ("USD", False, None)
    assert status["now"] == NOW.isoformat().replace("+00:00", "Z")
    assert status["newest"].startswith("2026-11-02T10:00:09.42")


def test_ready_once_history_is_loaded(workspace: Workspace) -> None:
    app = create_app(workspace, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        write_loading(workspace.data, Loading(active=True, loaded=7, total=13, what="2026-03"))
        try:
            waiting = client.get("/readyz")
            assert waiting.status_code == 503
            assert waiting.json()["loading"] == {"loaded": 7, "total": 13, "what": "2026-03"}
            assert client.get("/healthz").status_code == 200
            assert client.get("/v1/status").json()["loading"]["what"] == "2026-03"
        finally:
            write_loading(workspace.data, Loading(active=False, loaded=13, total=13, what=""))


def test_the_page_and_its_own_addresses(client: httpx.Client) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/", "/analysis?scope=%2F"):
        response = client.get(path, headers=browser)
        assert response.status_code == 200
        assert "<title>Costplane</title>" in response.text
        assert response.headers["cache-control"] in ("no-cache", "no-store")
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "default-src 'self'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in response.headers


def test_hashed_files_stay_in_caches(client: httpx.Client) -> None:
    response = client.get("/assets/main-0a1b2c3d.js")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    etag = {"if-none-match": response.headers["etag"]}
    assert client.get("/assets/main-0a1b2c3d.js", headers=etag).status_code == 304


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/../conftest.py", "/%2e%2e/conftest.py", "/assets/..%2f..%2fx"]
)
def test_no_other_files(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "InvalidResourceType"


def test_an_installation_without_the_page_says_so(workspace: Workspace, tmp_path: Path) -> None:
    app = create_app(workspace, authentication=AnonymousOwner(), page=tmp_path)
    with TestClient(app, base_url="http://localhost") as client:
        assert "The page is not built" in client.get("/").text


def test_the_description_is_true(workspace: Workspace) -> None:
    """Whatever is asked gets an answer that is described, and nothing makes the server fail.

    A scope or dimension that nobody knows is refused, though its text fits the description; this
    server asks nobody for a token.
    """
    app = create_app(workspace, authentication=AnonymousOwner())
    whole = schemathesis.openapi.from_asgi("/openapi.json", app)
    described = whole.include(path_regex="^/v1/")
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 26
    for operation in operations:

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def probe(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                headers={"host": "localhost"},
                excluded_checks=[positive_data_acceptance, ignored_auth],
            )

        probe()
