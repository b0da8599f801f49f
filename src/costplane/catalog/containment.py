"""Which scopes hold a scope: what a role that is assigned somewhere reaches.

Ids are compared whole, so that the role at `rg-a` never reaches `rg-ab`. A scope that the catalog
does not know is held by what stands in its own id, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from costplane.catalog.reservations import Reservation
from costplane.catalog.scopes import Hierarchy
from costplane.core.scope import Scope, named_around, parse_scope


class Containment:
    """The parents of every scope of a hierarchy, read once. Threads may share it.

    A reservation is held by what pays for it, its order by what pays for all that it has.
    """

    def __init__(self, hierarchy: Hierarchy, reservations: Iterable[Reservation] = ()) -> None:
        self._parents: dict[str, tuple[str, ...]] = {
            node.id: node.parents for node in hierarchy.nodes()
        }
        for section in hierarchy.invoice_sections:
            self._parents.setdefault(section.short_scope_id, (section.scope_id,))
        payers: dict[str, set[str]] = {}
        for reservation in reservations:
            self._parents[reservation.resource_id] = (reservation.payer,)
            order = reservation.resource_id.rpartition("/reservations/")[0]
            payers.setdefault(order, set()).add(reservation.payer)
        for order, found in payers.items():
            self._parents[order] = self._common(found)

    def around(self, scope: Scope) -> frozenset[str]:
        """The ids of all scopes that hold `scope`: itself, those above it, and `/`."""
        found = set(named_around(scope))
        waiting = list(found)
        while waiting:
            above = self._parents.get(waiting.pop(), ())
            fresh = {name for a in above for name in named_around(parse_scope(a))} - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def _common(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """The scopes that hold each of `scopes`."""
        first, *others = (self.around(parse_scope(scope)) for scope in scopes)
        return tuple(first.intersection(*others))
