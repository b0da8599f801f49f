"""Signing in to the page: cookies, their proof, issuers, and what ends a session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.signed_in import PROOF_HEADER, SECURE_COOKIE, SignedIn
from tests.access.local_issuer import LocalIssuer, rsa_key, running_issuer
from tests.http.conftest import Clock
from tests.http.sample import NOW, SCOPE, definition

READER: Role = "Cost Management Reader"
QUERY = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
BASE = "https://costs.contoso.com"


@pytest.fixture
def browser(sample: Workspace) -> Iterator[TestClient]:
    app = create_app(sample, authentication=SignedIn(sample.accounts, sample.sessions))
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield client


def new_token(workspace: Workspace, days: int = 30, name: str = "") -> tuple[str, str]:
    """Id and text of a token that reads everything."""
    scope = parse_scope("/")
    token, secret = workspace.accounts.create_token(READER, scope, name, days, "test")
    return token.id, secret


def sign_in(browser: TestClient, secret: str) -> dict[str, Any]:
    answer = browser.post("/v1/session", json={"token": secret})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ask(browser: TestClient, **headers: str) -> Any:
    return browser.post(QUERY, json=definition(), headers=headers)


def test_a_token_opens_a_session(browser: TestClient, sample: Workspace) -> None:
    before = browser.get("/v1/session").json()
    assert (before["authentication"], before["name"], before["proof"]) == (True, None, None)
    assert ask(browser).status_code == 401
    _, secret = new_token(sample, name="laptop")
    answer = browser.post("/v1/session", json={"token": secret})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= flags
    assert secret not in cookie
    told = answer.json()
    assert told["name"].endswith("(laptop)")
    assert browser.get("/v1/session").json() == told
    assert ask(browser, **{PROOF_HEADER: told["proof"]}).status_code == 200
    assert browser.get("/v1/scopes").status_code == 200


def test_what_is_kept_does_not_open_a_session(browser: TestClient, sample: Workspace) -> None:
    sign_in(browser, new_token(sample)[1])
    kept = (sample.data / "control.sqlite").read_bytes() + b"".join(
        path.read_bytes() for path in sample.data.glob("control.sqlite-*")
    )
    assert browser.cookies[SECURE_COOKIE].encode() not in kept


@pytest.mark.parametrize(
    "headers",
    [{}, {PROOF_HEADER: "0" * 64}, {"sec-fetch-site": "cross-site"}],
    ids=["no proof", "forged proof", "another site"],
)
def test_another_site_changes_nothing(
    browser: TestClient, sample: Workspace, headers: dict[str, str]
) -> None:
    told = sign_in(browser, new_token(sample)[1])
    sent = {PROOF_HEADER: told["proof"]} | headers if "sec-fetch-site" in headers else headers
    answer = ask(browser, **sent)
    assert answer.status_code == 403, answer.text
    assert browser.delete("/v1/session", headers=sent).status_code == 403
    assert browser.get("/v1/session").json()["name"] == told["name"]


def test_another_site_signs_nobody_in(browser: TestClient, sample: Workspace) -> None:
    _, secret = new_token(sample)
    body = {"token": secret}
    answer = browser.post("/v1/session", json=body, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, browser.cookies.get(SECURE_COOKIE)) == (403, None)


def test_signing_out(browser: TestClient, sample: Workspace) -> None:
    told = sign_in(browser, new_token(sample)[1])
    cookie = browser.cookies[SECURE_COOKIE]
    answer = browser.delete("/v1/session", headers={PROOF_HEADER: told["proof"]})
    assert answer.status_code == 204
    assert browser.cookies.get(SECURE_COOKIE) is None
    # The cookie itself opens nothing any more.
    again = browser.get("/v1/scopes", headers={"cookie": f"{SECURE_COOKIE}={cookie}"})
    assert again.status_code == 401
    assert [entry.action for entry in sample.accounts.store.audit(2)] == ["SignOut", "SignIn"]


def test_a_session_ends_with_its_token(browser: TestClient, sample: Workspace) -> None:
    token_id, secret = new_token(sample)
    sign_in(browser, secret)
    sample.accounts.revoke_token(token_id, "test")
    assert browser.get("/v1/scopes").status_code == 401
    assert browser.get("/v1/session").json()["name"] is None


def test_a_session_ends_by_itself(browser: TestClient, sample: Workspace, clock: Clock) -> None:
    sign_in(browser, new_token(sample)[1])
    cookie = {"cookie": f"{SECURE_COOKIE}={browser.cookies[SECURE_COOKIE]}"}
    clock.now = NOW + timedelta(hours=12) - timedelta(microseconds=1)
    assert browser.get("/v1/scopes", headers=cookie).status_code == 200
    clock.now = NOW + timedelta(hours=12)
    assert browser.get("/v1/scopes", headers=cookie).status_code == 401


def test_a_wrong_token_and_a_wrong_cookie(browser: TestClient, sample: Workspace) -> None:
    for text in ("", "costplane_" + "A" * 43, "x" * 20_000, "é"):
        answer = browser.post("/v1/session", json={"token": text})
        assert answer.status_code == 401, text
    for value in ("A" * 43, "x" * 300):
        answer = browser.get("/v1/scopes", headers={"cookie": f"{SECURE_COOKIE}={value}"})
        assert answer.status_code == 401, value
    assert sample.accounts.store.audit(1)[0].action == "SignInRefused"


def test_without_authentication_nobody_signs_in(sample: Workspace) -> None:
    app = create_app(sample, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        told = client.get("/v1/session").json()
        assert (told["authentication"], told["name"]) == (False, "anonymous")
        assert client.post("/v1/session", json={"token": "x"}).status_code == 400
        answer = client.post(QUERY, json=definition(), headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403


@pytest.fixture
def issuer(sample: Workspace) -> Iterator[LocalIssuer]:
    """A local issuer, with which persons sign in; its group may read everything."""
    with running_issuer() as running:
        sample.accounts.put_issuer(running.issuer, "test")
        held = Assignment(Assignee("Group", "local:finops"), READER, f"/{SCOPE}")
        sample.accounts.assign(held, "test")
        yield running


def begun(browser: TestClient, target: str = "/analysis?view=smart") -> str:
    """The address to which the issuer sends the browser back."""
    (way,) = browser.get("/v1/session").json()["ways"]
    assert way["name"] == "local"
    answer = browser.get(way["address"], params={"target": target})
    assert answer.status_code == 302
    wish = parse_qs(urlsplit(answer.headers["location"]).query)
    assert wish["redirect_uri"] == [f"{BASE}/v1/session/callback"]
    assert wish["code_challenge_method"] == ["S256"]
    back = httpx.get(answer.headers["location"])
    assert back.status_code == 302
    return str(back.headers["location"])


def test_a_user_signs_in_with_an_issuer(
    browser: TestClient, issuer: LocalIssuer, sample: Workspace
) -> None:
    answer = browser.get(begun(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, "/analysis?view=smart")
    told = browser.get("/v1/session").json()
    assert told["name"] == "user local:ana"
    assert ask(browser, **{PROOF_HEADER: told["proof"]}).status_code == 200
    assert issuer.secrets == [None]
    # An issuer that is removed takes its users' sessions along.
    sample.accounts.remove_issuer("local", "test")
    assert browser.get("/v1/scopes").status_code == 401


def test_a_client_with_a_secret(
    browser: TestClient, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSTPLANE_OPENID_SECRET_LOCAL", "s3:cret")
    assert browser.get(begun(browser)).status_code == 303
    assert issuer.secrets == ["Basic Y29zdHBsYW5lLXBhZ2U6czMlM0FjcmV0"]


def refused(browser: TestClient, address: str, reason: str = "refused") -> bool:
    answer = browser.get(address)
    where = answer.headers.get("location")
    return (answer.status_code, where) == (303, f"/?sign-in={reason}") and (
        browser.cookies.get(SECURE_COOKIE) is None
    )


def test_a_sign_in_is_its_browsers_own(browser: TestClient, issuer: LocalIssuer) -> None:
    address = begun(browser)
    browser.cookies.clear()
    assert refused(browser, address)
    begun(browser)
    # State of another sign-in.
    assert refused(browser, address)
    assert refused(browser, begun(browser).replace("code=", "error=access_denied&no="))
    assert issuer.secrets == []


@pytest.mark.parametrize(
    "changes",
    [{"nonce": "other"}, {"aud": "api://costs"}, {"exp": 1}, {"iss": "https://evil.example"}],
)
def test_an_id_token_that_is_not_for_us(
    browser: TestClient, issuer: LocalIssuer, changes: dict[str, Any]
) -> None:
    issuer.changes = changes
    assert refused(browser, begun(browser))


def test_an_id_token_with_a_forged_signature(browser: TestClient, issuer: LocalIssuer) -> None:
    issuer.changes = {"key": rsa_key("forged")}
    assert refused(browser, begun(browser))


def test_a_code_counts_once(browser: TestClient, issuer: LocalIssuer) -> None:
    address = begun(browser)
    issuer.wishes.clear()
    assert refused(browser, address, "unavailable")


def test_an_issuer_that_is_away(browser: TestClient, issuer: LocalIssuer) -> None:
    issuer.fails = True
    assert browser.get("/v1/session/openid/local").status_code == 503


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(browser: TestClient, issuer: LocalIssuer, target: str) -> None:
    answer = browser.get("/v1/session/openid/local", params={"target": target})
    assert answer.status_code == 400, issuer.url


def test_an_unknown_issuer(browser: TestClient) -> None:
    assert browser.get("/v1/session/openid/other").status_code == 404
