"""Roles as Azure defines them: fixed ids, and what each may do in its words.

Ids of Azure's own roles are Azure's (its list of built-in roles); Costplane's have their own.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from costplane.access.roles import ROLES, Role
from costplane.errors import InvalidInput

PROVIDER = "Microsoft.Authorization"

_COSTS = ("Microsoft.Consumption", "Microsoft.CostManagement")
_READS = tuple(f"{provider}/*/read" for provider in _COSTS)

DEFINITIONS: dict[Role, tuple[str, tuple[str, ...]]] = {
    "Owner": ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", ("*",)),
    "Cost Management Contributor": (
        "434105ed-43f6-45c7-a02f-909b2ba83430",
        tuple(f"{provider}/*" for provider in _COSTS),
    ),
    "Cost Management Reader": ("72fafb9e-0641-4937-9268-a91bfd8191a3", _READS),
    "Billing Reader": (
        "fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64",
        ("Microsoft.Billing/*/read", *_READS),
    ),
    "Ingest Writer": (
        str(uuid5(NAMESPACE_URL, "costplane:Ingest Writer")),
        ("Costplane/events/write",),
    ),
    "Person Reader": (
        str(uuid5(NAMESPACE_URL, "costplane:Person Reader")),
        ("Costplane/persons/read",),
    ),
}
"""The id of each role, and its actions."""


def definition_id(role: Role) -> str:
    """The whole id of a role."""
    return f"/providers/{PROVIDER}/roleDefinitions/{DEFINITIONS[role][0]}"


def role_of_definition(definition: str) -> Role:
    """The role that an id names, whole or its last part, at any scope. Raises InvalidInput."""
    name = definition.rstrip("/").rpartition("/")[2].lower()
    for role, (id_, _) in DEFINITIONS.items():
        if id_ == name:
            return role
    raise InvalidInput(
        f"'{definition[:200]}' is no role definition here; there are "
        + ", ".join(f"{DEFINITIONS[role][0]} ({role})" for role in ROLES),
        target="properties.roleDefinitionId",
    )
