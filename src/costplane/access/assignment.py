"""Role assignments: who holds which role, from which scope downward."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from costplane.access.roles import Role
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput

PrincipalKind = Literal["User", "Group", "Token"]

_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who can hold a role. A user's or group's `name` is `issuer:value`: the configured name of
    the OpenID issuer, then what its claim says, letter by letter. A token's is its id."""

    kind: PrincipalKind
    name: str

    def __post_init__(self) -> None:
        issuer, colon, value = self.name.partition(":")
        whole = bool(self.name) if self.kind == "Token" else bool(issuer and colon and value)
        if not whole or len(self.name) > _LONGEST or not self.name.isprintable():
            raise InvalidInput(
                f"'{self.name[:80]}' names nobody; write <issuer>:<name>, as in "
                "'entra:7d1c…' (costplane issuers list)",
                target="principal",
            )

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.name}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """`assignee` holds `role` at `scope` (an id in lower case) and in all that is below it.
    `name` is what a caller of the API called the assignment, in lower case; none: as it is."""

    assignee: Assignee
    role: Role
    scope: str
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", parse_scope(self.scope).id)

    def __str__(self) -> str:
        return f"{self.assignee}: {self.role} at {self.scope}"
