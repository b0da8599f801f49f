"""Roles over HTTP in Azure's shape: listed, given, taken back, by Owners, within what they hold."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from costplane.access.issuer import Issuer
from costplane.access.roles import ROLES, Role
from costplane.core.scope import parse_scope
from tests.http.azure.kept.kept_client import GROUP, SUBSCRIPTION, Server, error_of, serving

AUTHORIZATION = "/providers/Microsoft.Authorization"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "72fafb9e-0641-4937-9268-a91bfd8191a3"
NAME = "3f8e2c10-5a0b-4a37-9d1e-1b2c3d4e5f60"
ANA = "0b5d0b5d-0000-4000-8000-000000000001"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        issuer = Issuer("entra", "https://login.example/v2.0", ("costplane",))
        server.workspace.accounts.put_issuer(issuer, "test")
        yield server


def assignment(role: str = READER, principal: str = ANA, **changes: Any) -> dict[str, Any]:
    definition = f"{SUBSCRIPTION}{AUTHORIZATION}/roleDefinitions/{role}"
    told = {"roleDefinitionId": definition, "principalId": principal, "principalType": "User"}
    return {"properties": told | changes}


def path(scope: str, name: str = NAME) -> str:
    return f"{scope}{AUTHORIZATION}/roleAssignments/{name}"


def listed(server: Server, scope: str, options: str = "") -> set[tuple[str, str]]:
    answer = server.call("GET", f"{scope}{AUTHORIZATION}/roleAssignments?{options}x=1")
    assert answer.status_code == 200, answer.text
    found = [item["properties"] for item in answer.json()["value"]]
    return {(item["scope"], item["principalId"]) for item in found}


def test_given_read_listed_and_taken_back(server: Server) -> None:
    made = server.call("PUT", path(GROUP), assignment())
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["id"] == path(GROUP.lower())
    assert (shown["name"], shown["type"]) == (NAME, "Microsoft.Authorization/roleAssignments")
    assert shown["properties"]["principalId"] == f"entra:{ANA}", "of the only issuer"
    assert shown["properties"]["principalType"] == "User"
    assert shown["properties"]["roleDefinitionId"].endswith(f"/roleDefinitions/{READER}")
    assert server.call("GET", path(GROUP)).json() == shown
    assert server.call("PUT", path(GROUP), assignment()).status_code == 200
    assert listed(server, GROUP) == {(GROUP.lower(), f"entra:{ANA}")}
    assert server.call("DELETE", path(GROUP)).json() == shown
    assert server.call("DELETE", path(GROUP)).status_code == 204
    gone = server.call("GET", path(GROUP))
    assert error_of(gone)[:2] == (404, "RoleAssignmentNotFound")
    told = [(e.actor, e.action) for e in server.workspace.accounts.store.audit(2)]
    assert told == [("owner", "RoleRemoved"), ("owner", "RoleAssigned")]


def test_inherited_ones_show_and_those_below(server: Server) -> None:
    for scope in ("", SUBSCRIPTION, GROUP, "/subscriptions/S-2"):
        made = server.call("PUT", path(scope, str(uuid.uuid4())), assignment())
        assert made.status_code == 201
    everything = {"/", SUBSCRIPTION.lower(), GROUP.lower(), "/subscriptions/s-2"}
    assert {scope for scope, _ in listed(server, "")} == everything
    assert {scope for scope, _ in listed(server, SUBSCRIPTION)} == everything - {
        "/subscriptions/s-2"
    }
    above = {scope for scope, _ in listed(server, SUBSCRIPTION, "$filter=atScope()&")}
    assert above == {"/", SUBSCRIPTION.lower()}
    assert listed(server, GROUP, "$filter=principalId eq 'entra:nobody'&") == set()
    assert len(listed(server, GROUP, f"$filter=assignedTo('entra:{ANA}')&")) == 3
    assert server.call("GET", path(GROUP)).status_code == 404, "an inherited one is elsewhere"


def test_assignments_of_the_command_line_have_names_too(server: Server) -> None:
    accounts = server.workspace.accounts
    token, _ = accounts.create_token("Ingest Writer", parse_scope(GROUP), "gateway", 9, "test")
    (item,) = server.call("GET", f"{GROUP}{AUTHORIZATION}/roleAssignments").json()["value"]
    assert item["properties"]["principalType"] == "ServicePrincipal"
    assert item["properties"]["principalId"] == token.id
    assert server.call("GET", item["id"]).json() == item
    assert server.call("DELETE", item["id"]).status_code == 200
    assert accounts.store.assignments() == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "Owner"])
def test_who_is_no_owner_changes_and_sees_nothing(server: Server, role: Role) -> None:
    server.call("PUT", path(GROUP), assignment())
    server.become("other", (role, "/"), ("Owner", "/subscriptions/s-2"))
    for method in ("GET", "PUT", "DELETE"):
        answer = server.call(method, path(GROUP), assignment() if method == "PUT" else None)
        assert error_of(answer)[:2] == (403, "RBACAccessDenied")
    assert server.call("GET", f"{GROUP}{AUTHORIZATION}/roleAssignments").status_code == 403


def test_nobody_gives_more_than_it_holds(server: Server) -> None:
    person = server.call(
        "GET", f"{AUTHORIZATION}/roleDefinitions?$filter=roleName eq 'Person Reader'"
    )
    (definition,) = person.json()["value"]
    wanted = assignment(definition["name"])
    refused = server.call("PUT", path(GROUP), wanted)
    assert error_of(refused)[:2] == (403, "RBACAccessDenied")
    server.become("local", ("Owner", GROUP), ("Person Reader", GROUP))
    assert server.call("PUT", path(GROUP), wanted).status_code == 201
    assert server.call("PUT", path(SUBSCRIPTION), assignment()).status_code == 403
    assert (
        server.call("PUT", path("/subscriptions/S-1/resourceGroups/rg-ab"), wanted).status_code
        == 403
    )
    assert server.call("DELETE", path(SUBSCRIPTION)).status_code == 403


def test_what_contradicts_is_refused(server: Server) -> None:
    server.call("PUT", path(GROUP), assignment())
    again = server.call("PUT", path(GROUP, str(uuid.uuid4())), assignment())
    assert error_of(again)[:2] == (409, "RoleAssignmentExists")
    other = server.call("PUT", path(GROUP), assignment(OWNER))
    assert error_of(other)[:2] == (409, "RoleAssignmentUpdateNotPermitted")


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({}, "properties"),
        (assignment("00000000-0000-0000-0000-000000000000"), "properties.roleDefinitionId"),
        (assignment(principalType="Robot"), "properties.principalType"),
        (assignment(principalId=None), "properties.principalId"),
        (assignment(principalId="other:ana"), "principal"),
    ],
)
def test_what_is_wrong_is_named(server: Server, body: dict[str, Any], target: str) -> None:
    answer = server.call("PUT", path(GROUP), body)
    assert error_of(answer)[0] == 400
    assert error_of(answer)[2] == target
    assert server.workspace.accounts.store.assignments() == []


def test_the_roles_that_there_are(server: Server) -> None:
    server.become("reader", ("Cost Management Reader", GROUP))
    found = server.call("GET", f"{GROUP}{AUTHORIZATION}/roleDefinitions").json()["value"]
    assert [item["properties"]["roleName"] for item in found] == list(ROLES)
    for item in found:
        assert server.call("GET", f"{GROUP}{item['id']}").json() == item
    unknown = server.call("GET", f"{GROUP}{AUTHORIZATION}/roleDefinitions/{NAME}")
    assert error_of(unknown)[:2] == (404, "RoleDefinitionDoesNotExist")
