"""Calls with tokens that Costplane issued: who is known, what a reader of one group sees."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.mgmt.costmanagement import CostManagementClient
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.bearer import BearerTokens
from costplane.http.server import listen
from costplane.http.tls import self_signed
from tests.http.azure.test_azure_client import definition as azure_definition
from tests.http.conftest import Clock, running
from tests.http.sample import NOW, SCOPE, SUBSCRIPTION, definition

SEARCH = f"/{SCOPE}/resourcegroups/rg-search"
AGENTS = f"/{SCOPE}/resourcegroups/rg-agents"
READER = "Cost Management Reader"
QUERY = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"


@pytest.fixture
def api(sample: Workspace) -> Iterator[TestClient]:
    app = create_app(sample, authentication=BearerTokens(sample.accounts))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield client


def token(workspace: Workspace, scope: str, role: Any = READER, days: int = 1) -> dict[str, str]:
    """The header of a new token."""
    _, secret = workspace.accounts.create_token(role, parse_scope(scope), "", days, "test")
    return {"Authorization": f"Bearer {secret}"}


def total(api: TestClient, headers: dict[str, str], scope: str = "", **dataset: Any) -> Any:
    answer = api.post(f"{scope}{QUERY}", json=definition(**dataset), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["properties"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic YTpi",
        "Bearer",
        "Bearer ",
        "Bearer costplane_0",
        "Bearer a.b.c",
        "Bearer " + "a" * 20_000,
    ],
)
def test_who_is_not_known(api: TestClient, header: str) -> None:
    answer = api.get("/v1/scopes", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["code"] == "Unauthorized"


def test_anybody_may_ask_whether_it_lives(api: TestClient) -> None:
    assert api.get("/healthz").status_code == 200


def test_an_owner_sees_all(api: TestClient, sample: Workspace) -> None:
    assert total(api, token(sample, "/", "Owner"))["rows"] == [[0.027582, "USD"]]


def test_a_token_ends_when_it_expires(api: TestClient, sample: Workspace, clock: Clock) -> None:
    own = token(sample, "/", days=1)
    assert api.get("/v1/status", headers=own).status_code == 200
    clock.now = NOW + timedelta(days=1)
    assert api.get("/v1/status", headers=own).status_code == 401


def test_a_revoked_token_ends_at_once(api: TestClient, sample: Workspace) -> None:
    own = token(sample, "/")
    assert api.get("/v1/status", headers=own).status_code == 200
    (kept,) = sample.accounts.store.tokens()
    sample.accounts.revoke_token(kept.id, "test")
    assert api.get("/v1/status", headers=own).status_code == 401


def test_a_role_that_is_taken_back_ends_at_once(api: TestClient, sample: Workspace) -> None:
    own = token(sample, SEARCH)
    (kept,) = sample.accounts.store.tokens()
    held = Assignment(Assignee("Token", kept.id), "Cost Management Reader", SEARCH)
    sample.accounts.remove(held, "test")
    assert api.post(f"{SEARCH}{QUERY}", json=definition(), headers=own).status_code == 403
    assert api.get("/v1/scopes", headers=own).json() == {"scopes": []}


def test_a_reader_of_one_group_sees_its_costs_alone(api: TestClient, sample: Workspace) -> None:
    own = token(sample, SEARCH)
    for scope in ("", SEARCH):
        found = total(api, own, scope, grouping=[{"type": "Dimension", "name": "ResourceGroup"}])
        assert found["rows"] == [[0.027582, "rg-search", "USD"]]
        assert found["unpriced"] == []
        assert found["total"] == 1


def test_counts_and_requests_are_held_to_it_too(api: TestClient, sample: Workspace) -> None:
    calls = {"calls": {"name": "CallCount", "function": "Sum"}}
    for grouping in ([], [{"type": "Dimension", "name": "HttpStatus"}]):
        found = total(api, token(sample, AGENTS), "", aggregation=calls, grouping=grouping)
        assert sum(row[0] for row in found["rows"]) == 2


@pytest.mark.parametrize(
    "scope",
    [
        AGENTS,
        f"/{SCOPE}",
        f"/{SCOPE}/resourcegroups/unknown",
        "/subscriptions/unknown",
        "/providers/Microsoft.Management/managementGroups/x",
    ],
)
def test_elsewhere_is_refused_alike(api: TestClient, sample: Workspace, scope: str) -> None:
    own = token(sample, SEARCH)
    answer = api.post(f"{scope}{QUERY}", json=definition(), headers=own)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "RBACAccessDenied"
    shown = answer.json()["error"]["message"].replace(parse_scope(scope).id, "<scope>")
    other = api.post(f"/subscriptions/z{QUERY}", json=definition(), headers=own)
    assert shown == other.json()["error"]["message"].replace("/subscriptions/z", "<scope>")


def test_an_unknown_resource_names_no_sibling(api: TestClient, sample: Workspace) -> None:
    near = f"{SEARCH}/providers/microsoft.cognitiveservices/accounts/aj"
    answer = api.post(f"{near}{QUERY}", json=definition(), headers=token(sample, SEARCH))
    assert answer.status_code == 404
    message = answer.json()["error"]["message"]
    assert "accounts/aj" in message
    assert "accounts/ai" not in message
    named = api.post(f"{near}{QUERY}", json=definition(), headers=token(sample, "/"))
    assert "accounts/ai" in named.json()["error"]["message"]


def test_a_role_at_an_unknown_scope_names_no_other(api: TestClient, sample: Workspace) -> None:
    unknown = f"/{SCOPE}/resourcegroups/rg-searc"
    answer = api.post(f"{unknown}{QUERY}", json=definition(), headers=token(sample, unknown))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "ResourceGroupNotFound"
    assert "rg-search" not in answer.json()["error"]["message"]


def test_menus_hold_what_may_be_seen(api: TestClient, sample: Workspace) -> None:
    own = token(sample, AGENTS)
    found = api.get("/v1/scopes", headers=own).json()["scopes"]
    assert [(item["id"], item["parent"]) for item in found] == [(AGENTS, None)]
    values = api.get("/v1/dimensions/Model/values?from=2026-11-02", headers=own).json()["values"]
    assert [value["value"] for value in values] == ["gpt-4.1", "in-house-7b"]
    refused = api.get(f"/v1/dimensions?scope={SEARCH}", headers=own)
    assert refused.status_code == 403


def test_nobody_without_a_role(api: TestClient, sample: Workspace) -> None:
    own = token(sample, "/", "Ingest Writer")
    assert api.post(QUERY, json=definition(), headers=own).status_code == 403
    assert api.get("/v1/dimensions", headers=own).status_code == 403
    status = api.get("/v1/status", headers=own).json()
    assert (status["newest"], status["oldest"]) == (None, None)
    assert api.get("/v1/explain?event=gateway/eu-1%23a1", headers=own).status_code == 404


def test_how_far_data_reaches_is_told_of_what_may_be_seen(
    api: TestClient, sample: Workspace
) -> None:
    assert api.get("/v1/status", headers=token(sample, SEARCH)).json()["newest"] is not None
    empty = f"/{SCOPE}/resourcegroups/rg-empty"
    assert api.get("/v1/status", headers=token(sample, empty)).json()["newest"] is None


def test_a_sign_in_is_kept_once_an_hour(api: TestClient, sample: Workspace, clock: Clock) -> None:
    own = token(sample, SEARCH)
    for _ in range(3):
        assert api.get("/v1/status", headers=own).status_code == 200
        assert api.get("/v1/status", headers={"Authorization": "Bearer costplane_x"}).is_error
    found = [(entry.action, entry.client) for entry in sample.accounts.store.audit(10)]
    host = found[0][1]
    assert host
    assert found == [("SignInRefused", host), ("SignIn", host), ("TokenCreated", "")]
    (kept,) = sample.accounts.store.tokens()
    assert kept.last_used == NOW
    clock.now = NOW + timedelta(hours=1)
    assert api.get("/v1/status", headers=own).status_code == 200
    assert sample.accounts.store.audit(1)[0].action == "SignIn"
    assert sample.accounts.store.tokens()[0].last_used == clock.now


class Credential:
    """What azure-identity's credentials are to the SDK: something that has a token."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._token = headers["Authorization"].removeprefix("Bearer ")

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self._token, 2**31)


def test_azures_client_signs_in_over_tls(sample: Workspace, page: Path, tmp_path: Path) -> None:
    made = self_signed(tmp_path / "tls", NOW)
    listener = listen("127.0.0.1", 0, certificate=made.certificate, key=made.key)
    with running(sample, page, listener, BearerTokens(sample.accounts)) as address:

        def client(headers: dict[str, str]) -> CostManagementClient:
            return CostManagementClient(
                Credential(headers),
                base_url=address,
                credential_scopes=["none"],
                connection_verify=str(made.authority),
            )

        grouping = {"type": "Dimension", "name": "ResourceGroup"}
        with client(token(sample, SEARCH)) as azure:
            answer = azure.query.usage(SEARCH, azure_definition(grouping))  # type: ignore[call-overload]
            assert answer.rows == [[0.027582, "rg-search", "USD"]]
            told = "properties/category eq 'ResourceGroup'"
            (found,) = azure.dimensions.list(SEARCH, filter=told, expand="properties/data")
            assert found.data == ["rg-search"]
            with pytest.raises(HttpResponseError) as refused:
                azure.query.usage(SCOPE, azure_definition())  # type: ignore[call-overload]
            assert refused.value.status_code == 403
            assert refused.value.error is not None
            assert refused.value.error.code == "RBACAccessDenied"
        with (
            client({"Authorization": "Bearer costplane_forged"}) as azure,
            pytest.raises(ClientAuthenticationError),
        ):
            azure.query.usage(SCOPE, azure_definition())  # type: ignore[call-overload]
        trust = ssl.create_default_context(cafile=made.authority)
        own = token(sample, f"/{SCOPE}")
        plain = httpx.get(f"{address}/v1/scopes", headers=own, verify=trust)
        assert {item["id"] for item in plain.json()["scopes"]} == {
            f"/subscriptions/{SUBSCRIPTION}",
            SEARCH,
            AGENTS,
        }
