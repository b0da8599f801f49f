"""Tokens over the own API: issued, listed without secret, revoked, by Owners within their scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import ROLES, Role
from costplane.core.scope import parse_scope
from tests.http.azure.kept.kept_client import GROUP, SUBSCRIPTION, Server, error_of, serving

SIBLING = "/subscriptions/S-1/resourceGroups/rg-ab"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def issue(server: Server, scope: str, role: str = "Cost Management Reader", **wish: Any) -> Any:
    return server.call("POST", f"/v1/tokens?scope={scope}", {"role": role} | wish)


def ids(server: Server, scope: str) -> list[str]:
    answer = server.call("GET", f"/v1/tokens?scope={scope}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["tokens"]]


def test_issued_listed_and_revoked(server: Server) -> None:
    made = issue(server, GROUP, name="dashboard", days=7)
    assert made.status_code == 201, made.text
    told = made.json()
    secret = told["token"]
    assert told["roles"] == [{"role": "Cost Management Reader", "scope": GROUP.lower()}]
    accounts = server.workspace.accounts
    caller, _ = accounts.token_caller(secret)
    assert caller.holds("Cost Management Reader", parse_scope(GROUP))
    listed = server.call("GET", f"/v1/tokens?scope={GROUP}")
    assert secret not in listed.text
    assert [{**item, "token": secret} for item in listed.json()["tokens"]] == [told]
    assert server.call("DELETE", f"/v1/tokens/{told['id']}?scope={GROUP}").status_code == 204
    assert ids(server, GROUP) == []
    assert not accounts.store.tokens()[0].stands(server.workspace.now())
    again = server.call("DELETE", f"/v1/tokens/{told['id']}?scope={GROUP}")
    assert error_of(again)[0] == 404
    actions = [(entry.actor, entry.action) for entry in accounts.store.audit(2)]
    assert actions == [("owner", "TokenRevoked"), ("owner", "TokenCreated")]


def test_an_owner_of_a_group_has_that_group_alone(server: Server) -> None:
    own = issue(server, GROUP).json()["id"]
    other = issue(server, SIBLING).json()["id"]
    above = issue(server, SUBSCRIPTION).json()["id"]
    assert set(ids(server, SUBSCRIPTION)) == {own, other, above}
    server.become("local", ("Owner", GROUP))
    assert ids(server, GROUP) == [own]
    for scope in (SIBLING, SUBSCRIPTION, "/"):
        assert issue(server, scope).status_code == 403
        assert server.call("GET", f"/v1/tokens?scope={scope}").status_code == 403
    texts = set()
    for hidden in (other, above, "0" * 12):
        answer = server.call("DELETE", f"/v1/tokens/{hidden}?scope={GROUP}")
        assert error_of(answer)[0] == 404
        texts.add(answer.json()["error"]["message"].replace(hidden, "#"))
    assert len(texts) == 1, "the same for what is hidden and for what is not there"


def test_a_token_with_roles_elsewhere_is_not_ended_by_one_of_its_owners(server: Server) -> None:
    token = issue(server, GROUP).json()["id"]
    server.workspace.accounts.assign(
        Assignment(Assignee("Token", token), "Ingest Writer", SIBLING), "test"
    )
    server.become("local", ("Owner", GROUP))
    shown = server.call("GET", f"/v1/tokens?scope={GROUP}")
    assert "rg-ab" not in shown.text
    answer = server.call("DELETE", f"/v1/tokens/{token}?scope={GROUP}")
    assert error_of(answer)[0] == 403
    assert "rg-ab" not in answer.text
    server.become("whole", ("Owner", SUBSCRIPTION))
    assert server.call("DELETE", f"/v1/tokens/{token}?scope={SUBSCRIPTION}").status_code == 204


@pytest.mark.parametrize("role", [role for role in ROLES if role != "Owner"])
def test_owners_alone(server: Server, role: Role) -> None:
    server.become("other", (role, "/"))
    assert issue(server, GROUP).status_code == 403
    assert server.call("GET", f"/v1/tokens?scope={GROUP}").status_code == 403
    assert server.call("DELETE", f"/v1/tokens/x?scope={GROUP}").status_code == 403


def test_nobody_gives_more_than_it_holds(server: Server) -> None:
    assert issue(server, GROUP, "Person Reader").status_code == 403
    server.become("seer", ("Owner", GROUP), ("Person Reader", SUBSCRIPTION))
    assert issue(server, GROUP, "Person Reader").status_code == 201


@pytest.mark.parametrize("wish", [{"role": "Root"}, {"days": 0}, {"name": "a\nb"}])
def test_what_is_wrong_is_refused(server: Server, wish: dict[str, Any]) -> None:
    assert issue(server, GROUP, **{"role": "Owner"} | wish).status_code == 400
    assert server.workspace.accounts.store.tokens() == []
