"""Calls with tokens of an OpenID issuer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.bearer import BearerTokens
from tests.access.local_issuer import LocalIssuer, public, rsa_key, running_issuer
from tests.http.sample import SCOPE

GROUP = f"/{SCOPE}/resourcegroups/rg-search"


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def accounts(workspace: Workspace, issuer: LocalIssuer) -> Iterator[Workspace]:
    """The sample, whose issuer is the local one; a group may read one resource group."""
    held = Assignment(Assignee("Group", "local:finops"), "Cost Management Reader", GROUP)
    workspace.accounts.put_issuer(issuer.issuer, "test")
    workspace.accounts.assign(held, "test")
    yield workspace
    workspace.accounts.remove(held, "test")
    workspace.accounts.remove_issuer("local", "test")


@pytest.fixture
def api(accounts: Workspace) -> Iterator[TestClient]:
    app = create_app(accounts, authentication=BearerTokens(accounts.accounts))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield client


def seen(api: TestClient, token: str) -> list[str]:
    answer = api.get("/v1/scopes", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["scopes"]]


def test_roles_of_a_group(api: TestClient, issuer: LocalIssuer) -> None:
    assert seen(api, issuer.token()) == [GROUP]
    assert seen(api, issuer.token(groups=["others"])) == []


def test_roles_of_a_user(api: TestClient, issuer: LocalIssuer, accounts: Workspace) -> None:
    own = Assignment(Assignee("User", "local:bob"), "Owner", f"/{SCOPE}")
    accounts.accounts.assign(own, "test")
    assert f"/{SCOPE}" in seen(api, issuer.token(sub="bob", groups=None))
    accounts.accounts.remove(own, "test")
    # A group is no user of the same name.
    assert seen(api, issuer.token(sub="finops", groups=None)) == []


def test_keys_may_turn(api: TestClient, issuer: LocalIssuer) -> None:
    issuer.keys = [public("k9", rsa_key("k9"))]
    assert seen(api, issuer.token("k9")) == [GROUP]


def test_a_forged_token_is_kept_in_the_audit_log(
    api: TestClient, issuer: LocalIssuer, accounts: Workspace
) -> None:
    forged = issuer.token(key=rsa_key("forged"))
    answer = api.get("/v1/scopes", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    newest = accounts.accounts.store.audit(1)[0]
    assert (newest.action, newest.actor) == ("SignInRefused", "unknown")
    assert "signature" in newest.target


def test_an_issuer_that_is_away(api: TestClient, issuer: LocalIssuer) -> None:
    issuer.fails = True
    answer = api.get("/v1/scopes", headers={"Authorization": f"Bearer {issuer.token()}"})
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def test_an_issuer_that_is_removed(
    api: TestClient, issuer: LocalIssuer, accounts: Workspace
) -> None:
    token = issuer.token()
    assert seen(api, token) == [GROUP]
    accounts.accounts.remove_issuer("local", "test")
    answer = api.get("/v1/scopes", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    accounts.accounts.put_issuer(issuer.issuer, "test")
