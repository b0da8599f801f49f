"""What rows of the ledger are on, for what is known of them by place."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.analysis.plan import ScopeFilter, Scopes


@dataclass(frozen=True, slots=True)
class Place:
    """What a row is on; ids in lower case."""

    subscription: str | None
    group: str | None
    resource: str | None

    def lies_in(self, scopes: Scopes) -> bool:
        """Whether it is in any of the parts."""
        return any(self._is_of(part) for part in scopes)

    def _is_of(self, part: ScopeFilter) -> bool:
        return (
            (part.subscriptions is None or self.subscription in part.subscriptions)
            and (part.resource_group is None or self.group == part.resource_group)
            and (part.resource_id is None or self.resource == part.resource_id)
        )
