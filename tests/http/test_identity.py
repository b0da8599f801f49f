"""Without authentication only the machine itself is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import Forbidden, UnsafeStart
from costplane.http.identity import AnonymousOwner, anonymous_owner, authenticator, is_loopback
from costplane.http.signed_in import SignedIn


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST.", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    assert isinstance(anonymous_owner(host), AnonymousOwner)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "costs.contoso.com", ""])
def test_an_open_server_is_refused(host: str) -> None:
    with pytest.raises(UnsafeStart, match="every cost"):
        anonymous_owner(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.5"])
def test_a_server_that_knows_nobody_is_refused(host: str, tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path)
    with pytest.raises(UnsafeStart, match="costplane tokens create"):
        authenticator(host, workspace.accounts, workspace.sessions, no_auth=False)
    workspace.accounts.create_token("Owner", parse_scope("/"), "", 1, "test")
    found = authenticator(host, workspace.accounts, workspace.sessions, no_auth=False)
    assert isinstance(found, SignedIn)
    workspace.close()


@pytest.mark.parametrize("header", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_the_machine_itself_owns_everything(header: str) -> None:
    caller = AnonymousOwner().authenticate({"host": header})
    assert caller.holds("Owner", parse_scope("/"))


@pytest.mark.parametrize("header", ["evil.example", "127.0.0.1.evil.example:80", "[::1", ""])
def test_another_name_for_this_machine_is_refused(header: str) -> None:
    with pytest.raises(Forbidden, match="localhost"):
        AnonymousOwner().authenticate({"host": header})
