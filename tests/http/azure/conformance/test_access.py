"""Tokens that open nothing are refused by every operation alike, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.otlp import TRACES
from costplane.http.signed_in import SignedIn
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.test_description import VERSION, asked_for
from tests.http.test_hostile_input import jwt

PUBLIC = re.compile("/v1/(session|report-files)")


@pytest.fixture(scope="module")
def guarded(demo: Workspace) -> Iterator[TestClient]:
    app = create_app(demo, authentication=SignedIn(demo.accounts, demo.sessions))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield client


@pytest.fixture(scope="module")
def worthless(demo: Workspace) -> list[str]:
    """Tokens that ended, that were taken back, that were never given, or nearly one that was."""
    root, accounts = parse_scope("/"), demo.accounts
    before = replace(accounts, now=lambda: estate.NOW - timedelta(days=2))
    _, expired = before.create_token("Owner", root, "", 1, "test")
    taken_back, revoked = accounts.create_token("Owner", root, "", 1, "test")
    accounts.revoke_token(taken_back.id, "test")
    _, good = accounts.create_token("Owner", root, "", 1, "test")
    altered = good[:-1] + ("A" if good[-1] != "A" else "B")
    claims = {"iss": "https://login.example", "sub": "owner", "exp": 4_000_000_000}
    unsigned = jwt({"alg": "none"}, claims)
    signed = jwt({"alg": "HS256", "kid": "1"}, claims, "c2lnbmVk")
    return [expired, revoked, altered, good[:-1], good.upper(), unsigned, signed, ""]


def every(client: TestClient) -> list[tuple[str, str]]:
    """Method and address of each operation that is not for anybody."""
    azure = {o.name: (o.method, f"{path}?{VERSION}") for o, path in asked_for()}
    paths = client.get("/openapi.json").json()["paths"]
    own = [
        (method.upper(), re.sub("{.*?}", "a-name", path))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/v1/") and not PUBLIC.match(path)
    ]
    return [*azure.values(), *own]


def test_every_operation_refuses_them(
    guarded: TestClient,
    worthless: list[str],
    demo: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("read before the caller was known")

    asked = every(guarded)
    monkeypatch.setattr(type(demo.engine), "execute", read)
    monkeypatch.setattr(type(demo.kept.store), "find", read)
    monkeypatch.setattr(type(demo.kept.store), "at", read)
    for number, (method, address) in enumerate(asked):
        for turn in (number, number + 3):
            token = worthless[turn % len(worthless)]
            headers = {"Authorization": f"Bearer {token}"}
            answer = guarded.request(method, address, json={}, headers=headers)
            assert answer.status_code == 401, (method, address, answer.text)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            if address.startswith(TRACES):
                assert answer.json()["message"]  # google.rpc.Status, as the protocol wants it
            elif method != "HEAD":
                assert answer.json()["error"]["code"] == "Unauthorized"
            assert not token or token not in answer.text
    assert len(asked) > 120


def test_a_session_is_not_opened_with_them(guarded: TestClient, worthless: list[str]) -> None:
    for token in worthless:
        answer = guarded.post("/v1/session", json={"token": token})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
