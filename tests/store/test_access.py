"""Tokens, roles, issuers and the audit log, kept alike on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from costplane.access.assignment import Assignee, Assignment
from costplane.access.audit import AuditEntry
from costplane.access.issuer import Issuer
from costplane.access.tokens import IssuedToken, digest_of
from costplane.store.control_plane import ControlPlane

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENTRY = AuditEntry(NOW, "local ana", "TokenCreated", "a token")
TOKEN = IssuedToken("t1", "nightly", digest_of("secret"), NOW, NOW + timedelta(days=1))
OWNER = Assignment(Assignee("Token", "t1"), "Owner", "/")
READER = Assignment(Assignee("User", "entra:ana"), "Cost Management Reader", "/subscriptions/S1")
ISSUER = Issuer("entra", "https://login.example/v2.0", ("api://costs", "b2"), "oid")


def test_a_token_with_its_role(control: ControlPlane) -> None:
    control.access.add_token(TOKEN, OWNER, ENTRY)
    assert control.access.token(digest_of("secret")) == TOKEN
    assert control.access.token(digest_of("other")) is None
    assert control.access.tokens() == [TOKEN]
    assert control.access.assignments() == [OWNER]


def test_an_ended_token_has_no_roles(control: ControlPlane) -> None:
    control.access.add_token(TOKEN, OWNER, ENTRY)
    ending = AuditEntry(NOW + timedelta(hours=1), "local ana", "TokenRevoked", "t1")
    assert control.access.revoke_token("t1", ending)
    (found,) = control.access.tokens()
    assert found.revoked_at == ending.time
    assert control.access.assignments() == []
    assert not control.access.revoke_token("t1", ending)
    assert control.access.audit(10) == [ending, ENTRY]


def test_assignments_of_some(control: ControlPlane) -> None:
    assert control.access.assign(READER, ENTRY)
    assert not control.access.assign(READER, ENTRY)
    other = Assignment(Assignee("Group", "entra:ana"), "Owner", "/")
    assert control.access.assign(other, ENTRY)
    assert control.access.assignments([Assignee("User", "entra:ana")]) == [READER]
    assert control.access.assignments([]) == []
    assert control.access.assignments() == [other, READER]
    assert READER.scope == "/subscriptions/s1"
    assert control.access.remove(READER, ENTRY)
    assert not control.access.remove(READER, ENTRY)
    assert len(control.access.audit(10)) == 3


def test_issuers(control: ControlPlane) -> None:
    control.access.put_issuer(ISSUER, ENTRY)
    control.access.put_issuer(ISSUER, ENTRY)
    assert control.access.issuers() == [ISSUER]
    assert control.access.remove_issuer("entra", ENTRY)
    assert not control.access.remove_issuer("entra", ENTRY)


def test_the_newest_entries_come_first(control: ControlPlane) -> None:
    entries = [AuditEntry(NOW + timedelta(minutes=n), "x", "SignIn", "", "::1") for n in range(3)]
    for entry in entries:
        control.access.record(entry)
    assert control.access.audit(2) == [entries[2], entries[1]]
    assert control.access.audit(9, NOW + timedelta(minutes=2)) == [entries[2]]


def test_a_use_is_kept_with_its_entry(control: ControlPlane) -> None:
    control.access.add_token(TOKEN, OWNER, ENTRY)
    control.access.record(AuditEntry(NOW, "token t1", "SignIn", ""), used_token="t1")
    assert [token.last_used for token in control.access.tokens()] == [NOW]


def test_a_change_without_its_entry_is_undone(control: ControlPlane) -> None:
    broken = AuditEntry(NOW, None, "TokenCreated", "")  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)null"):
        control.access.add_token(TOKEN, OWNER, broken)
    assert control.access.tokens() == []
    assert control.access.assignments() == []


def test_no_secret_is_kept(control: ControlPlane) -> None:
    control.access.add_token(TOKEN, OWNER, ENTRY)
    with control._database.reading() as connection:
        (row,) = connection.execute(text("SELECT * FROM token")).all()
    assert "secret" not in row
