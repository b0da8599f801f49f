"""What a route demands of its caller: a role, and the scope at which it must be held.

Every route of the application carries an `Access`, from the first day; `tests/http/test_routes.py`
walks them and fails for one without. The roles are those of access/roles.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from costplane.access.roles import PERSON_READER, READER, Role
from costplane.core.scope import Scope
from costplane.errors import Forbidden

ScopeSource = Literal["none", "visible", "query", "path", "body"]

READING: frozenset[Role] = frozenset({READER, "Billing Reader"})
"""Roles that only read: at `/` they are asked for somewhere, since `/` is what one may see."""


@dataclass(frozen=True, slots=True)
class Access:
    """The role that a route needs, and where the scope is told.

    `scope` is "path" (before the provider, as Azure does), "query" (parameter `scope`),
    "visible" (no scope: the answer holds only what the caller may see), "body" (each item of the
    body names its own, and the route asks for the role there) or "none" (anybody, without an
    identity; then `role` is None).
    """

    role: Role | None
    scope: ScopeSource

    def __post_init__(self) -> None:
        if (self.role is None) != (self.scope == "none"):
            raise ValueError("a route is either for anybody, or names a role and a scope")


PUBLIC = Access(None, "none")
"""For anybody: health, the page's files, the description of the API."""


class Principal(Protocol):
    """Who calls."""

    @property
    def name(self) -> str:
        """The caller's name for logs and records."""
        ...

    def holds(self, role: Role, scope: Scope) -> bool:
        """Whether the caller has `role`, or one that includes it, at `scope`."""
        ...

    def granted(self, role: Role) -> tuple[Scope, ...]:
        """The scopes that together are all at which the caller has `role`; none: nowhere."""
        ...


def looker(principal: Principal, scope: Scope) -> str | None:
    """The caller's name, if it may see persons in an answer for `scope`; None: it may not. At
    `/` it must hold the role wherever it reads costs, since one answer has persons or has not."""
    places = principal.granted(READER) if scope.kind == "All" else (scope,)
    sees = all(principal.holds(PERSON_READER, place) for place in places)
    return principal.name if sees else None


def require(principal: Principal, access: Access, scope: Scope) -> None:
    """Raise Forbidden unless `principal` holds the role of `access` at `scope`.

    At `/` a role that only reads may be held anywhere: the answer is the union of what the
    caller may see. A folder of which only a part is visible is refused, as Azure does: an answer
    for it would be no total. The refusal is the same whether the scope exists or not.
    """
    if access.role is None or principal.holds(access.role, scope):
        return
    if scope.kind == "All" and access.role in READING and principal.granted(access.role):
        return
    raise Forbidden(
        f"'{principal.name}' does not hold the role '{access.role}' at '{scope.id}'; "
        "'costplane roles assign' gives it"
    )
