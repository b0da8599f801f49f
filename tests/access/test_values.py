"""Roles, assignees, tokens and issuers as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from costplane.access.assignment import Assignee
from costplane.access.issuer import Issuer
from costplane.access.roles import ROLES, Role, includes, parse_role
from costplane.access.tokens import IssuedToken, digest_of, new_secret
from costplane.errors import InvalidInput

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_which_role_includes_which() -> None:
    found = {(a, b) for a in ROLES for b in ROLES if a != b and includes(a, b)}
    assert found == {
        *(("Owner", role) for role in get_args(Role) if role not in ("Owner", "Person Reader")),
        ("Cost Management Contributor", "Cost Management Reader"),
        ("Billing Reader", "Cost Management Reader"),
    }
    assert all(includes(role, role) for role in ROLES)


def test_names_of_roles() -> None:
    assert parse_role(" cost management READER") == "Cost Management Reader"
    with pytest.raises(InvalidInput, match="Ingest Writer"):
        parse_role("Root")


@pytest.mark.parametrize("name", ["", "ana", "entra:", ":ana", "entra:a\nb", "e:" + "a" * 600])
def test_who_is_nobody(name: str) -> None:
    with pytest.raises(InvalidInput):
        Assignee("User", name)


def test_a_token_is_long_and_new_each_time() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {len("costplane_") + 43}
    assert len({digest_of(secret) for secret in made}) == 100


def test_until_when_a_token_stands() -> None:
    token = IssuedToken("t", "", "d", NOW, NOW + timedelta(days=1))
    assert token.stands(NOW)
    assert not token.stands(NOW + timedelta(days=1))
    assert not IssuedToken("t", "", "d", NOW, NOW + timedelta(days=1), NOW).stands(NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example",
        "ftp://x",
        "login.example",
        "https://",
        "https://x?a=b",
        "",
        "https://[",
        "http://localhost.evil.example",
        "https://user:pass@x",
    ],
)
def test_an_issuer_needs_a_safe_address(url: str) -> None:
    with pytest.raises(InvalidInput):
        Issuer("entra", url, ("costs",))


@pytest.mark.parametrize(
    "url", ["https://login.example/t/v2.0", "http://127.0.0.1:9/x", "http://[::1]"]
)
def test_issuers(url: str) -> None:
    found = Issuer("entra", url, ("costs",)).discovery_url
    assert found == f"{url}/.well-known/openid-configuration"


def test_an_issuer_needs_an_audience() -> None:
    with pytest.raises(InvalidInput, match="audience"):
        Issuer("entra", "https://login.example", ())
