"""A caller, and what the role assignments let it do where."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from costplane.access.assignment import Assignment
from costplane.access.roles import Role, includes
from costplane.catalog.containment import Containment
from costplane.catalog.ports import CatalogReader
from costplane.core.scope import BENEFITS, ROOT, Scope, named_around, parse_scope


@dataclass(frozen=True)
class Caller:
    """Somebody known, for one request: `name` for messages and records, what is assigned to it
    and to its groups. Roles reach downward: a role at a scope is held in all that is below."""

    name: str
    assignments: tuple[Assignment, ...]
    catalog: CatalogReader = field(repr=False, compare=False)

    def holds(self, role: Role, scope: Scope) -> bool:
        """Whether `role`, or one that includes it, is held at `scope`."""
        granted = self._granted(role)
        if granted & named_around(scope):
            return True
        if not granted:
            return False
        holding = self._benefits if scope.kind in BENEFITS else self._containment
        return bool(granted & holding.around(scope))

    def granted(self, role: Role) -> tuple[Scope, ...]:
        """The scopes at which `role` was assigned: together they are all that it reaches."""
        granted = self._granted(role)
        return tuple(parse_scope(scope) for scope in sorted({ROOT} if ROOT in granted else granted))

    def _granted(self, role: Role) -> frozenset[str]:
        return frozenset(a.scope for a in self.assignments if includes(a.role, role))

    @cached_property
    def _containment(self) -> Containment:
        return Containment(self.catalog.hierarchy())

    @cached_property
    def _benefits(self) -> Containment:
        return Containment(self.catalog.hierarchy(), self.catalog.reservations())
