"""Business counts as a use case: taken whole, listed, removed, and each change recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from costplane.access.audit import ITSELF
from costplane.app.access.accounts import Accounts
from costplane.app.access.visible import EVERYTHING
from costplane.app.unit_costs.ports import CountStore
from costplane.catalog.containment import Containment
from costplane.catalog.ports import CatalogReader
from costplane.core.business_count import BusinessCount
from costplane.core.scope import Scope, parse_scope


@dataclass(frozen=True, slots=True)
class BusinessCounts:
    """Keeps business counts. Threads may share it."""

    store: CountStore
    catalog: CatalogReader
    accounts: Accounts
    now: Callable[[], datetime]

    def put(self, counts: Sequence[BusinessCount], who: str = ITSELF) -> None:
        """Keep counts, all or none, in place of those of the same unit, day, scope and
        dimensions."""
        units = ", ".join(sorted({count.unit for count in counts})[:20])
        days = sorted({count.day for count in counts})
        told = f"{len(counts)} counts of {units}, {days[0]} to {days[-1]}" if counts else "none"
        with self.accounts.together():
            self.store.put(counts, self.now())
            self.accounts.record(who, "CountsImported", told)

    def list(
        self,
        scope: Scope,
        first: date,
        last: date,
        unit: str | None = None,
        visible: Sequence[Scope] = EVERYTHING,
    ) -> list[BusinessCount]:
        """The counts in a scope for the days from `first` to `last`; `visible` is what `/` means
        for the caller."""
        within = {s.id for s in visible} if scope.kind == "All" else {scope.id}
        containment = Containment(self.catalog.hierarchy())
        found = self.store.between(first, last, unit)
        inside = {
            scope_id
            for scope_id in {count.scope for count in found}
            if containment.around(parse_scope(scope_id)) & within
        }
        return [count for count in found if count.scope in inside]

    def remove(self, unit: str, scope: Scope, first: date, last: date, who: str = ITSELF) -> int:
        """Forget the counts of a unit at a scope itself, for these days; how many there were."""
        with self.accounts.together():
            removed = self.store.remove(unit, scope.id, first, last)
            told = f"{removed} counts of {unit} at {scope.id}, {first} to {last}"
            self.accounts.record(who, "CountsRemoved", told)
        return removed
