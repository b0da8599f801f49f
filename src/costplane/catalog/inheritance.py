"""Whose tags the charges of a resource have beside its own (billing-rules 24).

A setting of the subscription counts before one of its billing profile, that before one of its
billing account; where none is made, the installation's setting `tag_inheritance` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from costplane.catalog.model import Subscription, lineage
from costplane.catalog.ports import CatalogReader
from costplane.catalog.scopes import Hierarchy


@dataclass(frozen=True)
class TagInheritance:
    """A reading of the settings. `everywhere` is what holds where no scope has one; `preferring`
    says of scopes, by id, whether the container's value counts before the resource's."""

    everywhere: bool
    preferring: Mapping[str, bool]
    hierarchy: Hierarchy

    @classmethod
    def of(cls, catalog: CatalogReader, *, everywhere: bool) -> TagInheritance:
        """The settings as they are now."""
        return cls(everywhere, catalog.tag_preferences(), catalog.hierarchy())

    def sources(self, resource_id: str) -> tuple[str, ...]:
        """The scopes whose tags count, the strongest first; of containers the group is nearer."""
        scopes = lineage(resource_id)
        preferring = self._preferring(scopes[-1]) if self.preferring else None
        if preferring is None:
            return scopes if self.everywhere else scopes[:1]
        return (*scopes[1:], scopes[0]) if preferring else scopes

    def _preferring(self, scope_id: str) -> bool | None:
        if scope_id in self.preferring:
            return self.preferring[scope_id]
        subscription = self._subscriptions.get(scope_id.rpartition("/")[2])
        above = self.hierarchy.places().of(subscription).scope_ids if subscription else ()
        return next((self.preferring[id_] for id_ in above if id_ in self.preferring), None)

    @cached_property
    def _subscriptions(self) -> dict[str, Subscription]:
        return {found.id: found for found in self.hierarchy.subscriptions}
