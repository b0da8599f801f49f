"""Signing in to the page in a browser, with a token and with an OpenID issuer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.access.local_issuer import LocalIssuer, running_issuer
from tests.cli.conftest import run_command
from tests.environment.server import running_server
from tests.web.sample import write_events, write_prices

READER: Role = "Cost Management Reader"


@pytest.fixture(scope="module")
def issuer() -> Iterator[LocalIssuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory, issuer: LocalIssuer
) -> Iterator[tuple[str, str]]:
    """The address of a server that asks who is there, and a token that reads everything."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    for command in (("prices", "import", write_prices(folder)), ("ingest", write_events(folder))):
        ended = run_command(folder / "data", tuple(map(str, command)))
        assert ended.status == 0, ended.err
    workspace = Workspace.open(folder / "data")
    accounts = workspace.accounts
    _, secret = accounts.create_token(READER, parse_scope("/"), "browser", 1, "test")
    accounts.put_issuer(issuer.issuer, "test")
    accounts.assign(Assignment(Assignee("Group", "local:finops"), READER, "/"), "test")
    workspace.close()
    with running_server(folder, "serve", no_auth=False) as server:
        yield server.url, secret


def shown(page: Page) -> None:
    """Waits for the smart view with its numbers."""
    expect(page.get_by_role("treegrid")).to_be_visible()


def test_a_token_signs_in_and_out(guarded: tuple[str, str], page: Page) -> None:
    url, secret = guarded
    page.goto(f"{url}/analysis?view=ai")
    expect(page.get_by_role("heading", name="Sign in to Costplane")).to_be_visible()
    page.get_by_label("Token").fill("costplane_wrong")
    page.get_by_role("button", name="Sign in with a token").click()
    expect(page.get_by_text("not known here, has expired or was revoked")).to_be_visible()
    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in with a token").click()
    shown(page)
    assert "view=ai" in page.url
    # The browser's scripts cannot read what signs it in, and no token is kept anywhere.
    assert secret not in page.evaluate("document.cookie + JSON.stringify({...localStorage})")
    assert page.evaluate("document.cookie") == ""
    page.reload()
    shown(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Costplane")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to Costplane")).to_be_visible()


def test_an_issuer_signs_in(guarded: tuple[str, str], page: Page) -> None:
    url, _ = guarded
    page.goto(f"{url}/analysis?view=ai")
    page.get_by_role("link", name="Sign in with local").click()
    shown(page)
    assert page.url == f"{url}/analysis?view=ai"
    expect(page.get_by_text("user local:ana")).to_be_visible()


def test_an_issuer_that_refuses(guarded: tuple[str, str], page: Page, issuer: LocalIssuer) -> None:
    url, _ = guarded
    issuer.changes = {"nonce": "other"}
    page.goto(url)
    page.get_by_role("link", name="Sign in with local").click()
    expect(page.get_by_role("alert")).to_contain_text("You were not signed in")
    issuer.changes = {}
