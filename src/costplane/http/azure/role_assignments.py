"""Roles in the shape of Azure's Authorization API (azure-mgmt-authorization): definitions, and
assignments listed, read, given and taken back at each scope by its Owners.

A principal is `issuer:name`, as `costplane roles list` shows it, or the id of a token, whose
principalType is ServicePrincipal. A bare name is one of the only issuer, if there is one alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from costplane.access.assignment import Assignee, Assignment, PrincipalKind
from costplane.access.role_definitions import (
    DEFINITIONS,
    PROVIDER,
    definition_id,
    role_of_definition,
)
from costplane.access.roles import ROLES, Role
from costplane.analysis.body import as_object, as_text, member
from costplane.app.access.granting import Granting, principals
from costplane.errors import InvalidInput, NotFound
from costplane.http.access import Access
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import READ, Call, Operation
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import resource

OWN = Access("Owner", "path")
"""Who holds what is told to Owners alone, and changed by them."""

_ASSIGNED_TO = re.compile(
    r"\s*(?:principalId\s+eq|assignedTo\(|atScope\(\)\s+and\s+assignedTo\()\s*'([^']*)'\s*\)?\s*",
    re.IGNORECASE,
)
_KINDS: dict[str, PrincipalKind] = {"user": "User", "group": "Group", "serviceprincipal": "Token"}
_TYPES: dict[PrincipalKind, str] = {
    "User": "User",
    "Group": "Group",
    "Token": "ServicePrincipal",
}


def definitions(call: Call) -> Response:
    """GET: the roles that there are; `$filter=roleName eq '...'` names one."""
    told = re.fullmatch(r"\s*roleName\s+eq\s+'([^']*)'\s*", call.options.get("$filter", ""), re.I)
    named = [role for role in ROLES if told is None or role.lower() == told[1].lower()]
    return paged(call, [_definition(role) for role in named])


def definition(call: Call) -> Response:
    """GET: one role."""
    try:
        return json_answer(_definition(role_of_definition(call.names["roleDefinitionId"])))
    except InvalidInput as unknown:
        raise NotFound(unknown.message, code="RoleDefinitionDoesNotExist") from None


def assignments(call: Call) -> Response:
    """GET: what is assigned at the scope, above it and below it; with `$filter=atScope()` not
    below, with `principalId eq '...'` or `assignedTo('...')` of one principal."""
    text = call.options.get("$filter", "")
    at_scope = text.strip().lower().startswith("atscope()")
    told = _ASSIGNED_TO.fullmatch(text)
    if text.strip() and told is None and text.strip().lower() != "atscope()":
        raise InvalidInput(
            "$filter of role assignments is atScope(), principalId eq '...' or assignedTo('...')",
            target="$filter",
        )
    found = _granting(call).at(call.scope, below=not at_scope)
    chosen = found if told is None else principals(found, told[1])
    return paged(call, [_shown(one) for one in chosen])


def assignment(call: Call) -> Response:
    """GET: one assignment, at the scope where it was made."""
    return json_answer(_shown(_granting(call).find(call.scope, _name(call))))


def assign(call: Call) -> Response:
    """PUT: give a role. Nobody gives more than it holds; no assignment is changed."""
    body = as_object(member(call.body(), "properties", "properties"), "properties")
    role = role_of_definition(_text(body, "roleDefinitionId"))
    wanted = Assignment(_assignee(call, body), role, call.scope.id, _name(call))
    created = _granting(call).assign(wanted)
    return json_answer(_shown(wanted), HTTPStatus.CREATED if created else HTTPStatus.OK)


def remove(call: Call) -> Response:
    """DELETE: take a role back, at the scope where it was given."""
    try:
        return json_answer(_shown(_granting(call).remove(call.scope, _name(call))))
    except NotFound:
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _granting(call: Call) -> Granting:
    return Granting(call.services.workspace.accounts, call.principal)


def _name(call: Call) -> str:
    try:
        return str(UUID(call.names["roleAssignmentName"]))
    except ValueError:
        raise InvalidInput(
            "the name of a role assignment is a GUID", target="roleAssignmentName"
        ) from None


def _text(body: Mapping[str, object], name: str) -> str:
    found = member(body, name, f"properties.{name}")
    if found is None:
        raise InvalidInput(f"properties.{name} is missing", target=f"properties.{name}")
    return as_text(found, f"properties.{name}")


def _assignee(call: Call, body: Mapping[str, object]) -> Assignee:
    accounts, name = call.services.workspace.accounts, _text(body, "principalId")
    told = member(body, "principalType", "properties.principalType")
    if told is None:
        kind: PrincipalKind = "User" if accounts.store.token_of_id(name) is None else "Token"
    else:
        found = _KINDS.get(as_text(told, "properties.principalType").lower())
        if found is None:
            raise InvalidInput(
                "properties.principalType is User, Group or ServicePrincipal (a token)",
                target="properties.principalType",
            )
        kind = found
    issuers = accounts.store.issuers()
    if kind != "Token" and ":" not in name and len(issuers) == 1:
        name = f"{issuers[0].name}:{name}"
    return Assignee(kind, name)


def _shown(one: Assignment) -> dict[str, object]:
    scope = "" if one.scope == "/" else one.scope
    return resource(
        f"{scope}/providers/{PROVIDER}/roleAssignments/{one.name}",
        f"{PROVIDER}/roleAssignments",
        {
            "scope": one.scope,
            "roleDefinitionId": f"{scope}{definition_id(one.role)}",
            "principalId": one.assignee.name,
            "principalType": _TYPES[one.assignee.kind],
        },
    )


def _definition(role: Role) -> dict[str, object]:
    actions = list(DEFINITIONS[role][1])
    return resource(
        definition_id(role),
        f"{PROVIDER}/roleDefinitions",
        {
            "roleName": role,
            "type": "BuiltInRole",
            "description": ROLES[role].meaning,
            "assignableScopes": ["/"],
            "permissions": [
                {"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}
            ],
        },
    )


_ONE = "roleAssignments/{roleAssignmentName}"

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(name, method, PROVIDER, path, access, operate)
    for name, method, path, access, operate in (
        ("role_definitions.list", "GET", "roleDefinitions", READ, definitions),
        ("role_definitions.get", "GET", "roleDefinitions/{roleDefinitionId}", READ, definition),
        ("role_assignments.list_for_scope", "GET", "roleAssignments", OWN, assignments),
        ("role_assignments.get", "GET", _ONE, OWN, assignment),
        ("role_assignments.create", "PUT", _ONE, OWN, assign),
        ("role_assignments.delete", "DELETE", _ONE, OWN, remove),
    )
)
