"""Giving and taking roles and tokens on behalf of a caller, who must be Owner where it does so.

Nobody gives more than it holds: who is Owner, but may not see persons, lets nobody see them. An
assignment is known by a name of its own at its scope, as in Azure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.access.tokens import IssuedToken
from costplane.app.access.accounts import Accounts
from costplane.catalog.containment import Containment
from costplane.core.scope import Scope, parse_scope
from costplane.errors import Conflict, Forbidden, NotFound


class Granter(Protocol):
    """Who gives and takes."""

    @property
    def name(self) -> str:
        """Its name for the audit log."""
        ...

    def holds(self, role: Role, scope: Scope) -> bool:
        """Whether it has the role at the scope."""
        ...


@dataclass(frozen=True, slots=True)
class TokenAt:
    """A token, and the roles that it holds at a scope and below it."""

    token: IssuedToken
    held: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Granting:
    """Roles and tokens, as one caller may change them."""

    accounts: Accounts
    granter: Granter

    def at(self, scope: Scope, *, below: bool) -> list[Assignment]:
        """What is assigned at `scope` or above it, and, if asked, in what lies below it."""
        containment = self._containment()
        around = containment.around(scope)
        return [
            _named(one)
            for one in self.accounts.store.assignments()
            if one.scope in around or (below and _lies_in(containment, one, scope))
        ]

    def find(self, scope: Scope, name: str) -> Assignment:
        """The assignment of a name at that very scope. Raises NotFound."""
        for one in map(_named, self.accounts.store.assignments()):
            if one.scope == scope.id and one.name == name.lower():
                return one
        raise NotFound(
            f"there is no role assignment '{name[:80]}' at '{scope.id}'",
            code="RoleAssignmentNotFound",
        )

    def assign(self, wanted: Assignment) -> bool:
        """Give a role under `wanted.name`; False if that very assignment stands. Raises Conflict
        if the name or the role is taken, Forbidden for more than the caller holds."""
        self._check_holds(wanted.role, parse_scope(wanted.scope))
        for one in map(_named, self.accounts.store.assignments()):
            if one == wanted and one.name == wanted.name:
                return False
            if one == wanted:
                raise Conflict(
                    f"the role assignment already exists; its name is {one.name}",
                    code="RoleAssignmentExists",
                )
            if one.name == wanted.name:
                raise Conflict(
                    f"'{wanted.name}' is another role assignment, and none is changed; remove it "
                    "first, or choose another name",
                    code="RoleAssignmentUpdateNotPermitted",
                )
        self.accounts.assign(wanted, self.granter.name)
        return True

    def remove(self, scope: Scope, name: str) -> Assignment:
        """Take back the assignment of a name at that very scope. Raises NotFound."""
        found = self.find(scope, name)
        self.accounts.remove(found, self.granter.name)
        return found

    def issue(self, scope: Scope, role: Role, name: str, days: int) -> tuple[TokenAt, str]:
        """A new token with a role at `scope`, and its text, which is not kept."""
        self._check_holds(role, scope)
        token, secret = self.accounts.create_token(role, scope, name, days, self.granter.name)
        return TokenAt(token, (Assignment(Assignee("Token", token.id), role, scope.id),)), secret

    def tokens(self, scope: Scope) -> list[TokenAt]:
        """The tokens that hold roles at `scope` or below it, the oldest first."""
        held = self._of_tokens(scope)
        known = self.accounts.store.tokens()
        return [TokenAt(token, tuple(held[token.id])) for token in known if token.id in held]

    def revoke(self, scope: Scope, token_id: str) -> None:
        """End a token all of whose roles are at `scope` or below it. Raises NotFound for one that
        has none there, Forbidden for one that has others elsewhere too."""
        here = self._of_tokens(scope).get(token_id, [])
        everywhere = self.accounts.store.assignments([Assignee("Token", token_id)])
        if not here:
            raise NotFound(f"no token '{token_id[:40]}' holds a role at '{scope.id}'", target="id")
        if len(here) < len(everywhere):
            raise Forbidden(
                f"the token '{token_id}' holds roles beyond '{scope.id}', too; an Owner of all of "
                "them revokes it, and its roles here can be removed one by one"
            )
        self.accounts.revoke_token(token_id, self.granter.name)

    def _of_tokens(self, scope: Scope) -> dict[str, list[Assignment]]:
        containment, found = self._containment(), dict[str, list[Assignment]]()
        for one in self.accounts.store.assignments():
            if one.assignee.kind == "Token" and _lies_in(containment, one, scope):
                found.setdefault(one.assignee.name, []).append(one)
        return found

    def _check_holds(self, role: Role, scope: Scope) -> None:
        if not self.granter.holds("Owner", scope) or not self.granter.holds(role, scope):
            raise Forbidden(
                f"'{self.granter.name}' cannot give the role '{role}' at '{scope.id}': nobody "
                "gives more than it holds; 'costplane roles assign' on the machine itself does"
            )

    def _containment(self) -> Containment:
        return Containment(self.accounts.catalog.hierarchy())


def _lies_in(containment: Containment, one: Assignment, scope: Scope) -> bool:
    return scope.id in containment.around(parse_scope(one.scope))


def _named(one: Assignment) -> Assignment:
    """With the name that it was given, else one that follows from what it is."""
    return one if one.name else replace(one, name=str(uuid5(NAMESPACE_URL, f"costplane:{one}")))


def principals(assignments: Iterable[Assignment], name: str) -> list[Assignment]:
    """Those of a principal, as its id is written (role_assignments of Azure: principalId)."""
    return [one for one in assignments if one.assignee.name.lower() == name.lower()]
