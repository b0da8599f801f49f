"""Without authentication only the machine itself is served."""

from __future__ import annotations

import pytest

from costplane.core.scope import parse_scope
from costplane.errors import Forbidden, UnsafeStart
from costplane.http.identity import AnonymousOwner, authenticator, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST.", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    assert isinstance(authenticator(host, no_auth=True), AnonymousOwner)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "costs.contoso.com", ""])
def test_an_open_server_is_refused(host: str) -> None:
    with pytest.raises(UnsafeStart, match="every cost"):
        authenticator(host, no_auth=True)


def test_accounts_are_missing_yet() -> None:
    with pytest.raises(UnsafeStart, match="--no-auth"):
        authenticator("127.0.0.1", no_auth=False)


@pytest.mark.parametrize("header", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_the_machine_itself_owns_everything(header: str) -> None:
    caller = AnonymousOwner().authenticate({"host": header})
    assert caller.holds("Owner", parse_scope("/"))


@pytest.mark.parametrize("header", ["evil.example", "127.0.0.1.evil.example:80", "[::1", ""])
def test_another_name_for_this_machine_is_refused(header: str) -> None:
    with pytest.raises(Forbidden, match="localhost"):
        AnonymousOwner().authenticate({"host": header})
