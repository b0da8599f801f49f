"""Reads of the catalog's tables (catalog/ports.py, CatalogReader)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Connection, RowMapping, Select, Table, select

from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import (
    BillingAccount,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.catalog.reservations import Reservation
from costplane.catalog.scopes import EVERYTHING, Hierarchy, ScopeNode, ScopeSelection, unknown
from costplane.catalog.tags import TagHistory, TagInterval
from costplane.core.scope import Scope
from costplane.store import tables
from costplane.store.database import Database, chunks


class _Value(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


V = TypeVar("V", bound=_Value)
H = TypeVar("H", Deployment, TagInterval)


class CatalogTables:
    """The catalog as a database holds it, to read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[int | None, Hierarchy | None] = None, None

    def hierarchy(self) -> Hierarchy:
        """All billing accounts with their levels, management groups and subscriptions."""
        changes = self._database.changes()
        read_at, kept = self._kept
        if kept is None or changes is None or read_at != changes:
            kept = self._read_hierarchy()
            self._kept = changes, kept
        return kept

    def _read_hierarchy(self) -> Hierarchy:
        with self._database.reading() as connection:
            return Hierarchy(
                tuple(_all(connection, tables.billing_account, BillingAccount)),
                tuple(_all(connection, tables.management_group, ManagementGroup)),
                tuple(_all(connection, tables.subscription, Subscription)),
                tuple(_all(connection, tables.department, Department)),
                tuple(_all(connection, tables.enrollment_account, EnrollmentAccount)),
                tuple(_all(connection, tables.billing_profile, BillingProfile)),
                tuple(_all(connection, tables.invoice_section, InvoiceSection)),
                tuple(_all(connection, tables.customer, Customer)),
            )

    def scopes(self) -> list[ScopeNode]:
        """Every scope to choose from, with its parents."""
        return self.hierarchy().nodes(self.resource_groups())

    def select(self, scope: Scope) -> ScopeSelection:
        """The filter that a scope means; NotFound if nobody knows it."""
        selection = self.hierarchy().select(scope)
        if scope.kind == "ResourceGroup" and not self.resource_groups(selection):
            raise unknown(scope, (node.id for node in self.scopes()))
        if scope.kind == "Resource" and self.resource(scope.id) is None:
            near = ScopeSelection(selection.subscriptions)
            raise unknown(scope, (resource.id for resource in self.resources(near)))
        return selection

    def resource_groups(self, within: ScopeSelection = EVERYTHING) -> list[ResourceGroup]:
        """The resource groups in a selection, by id."""
        table = tables.resource_group
        query = _in(select(table), table, within)
        if within.resource_group is not None:
            query = query.where(table.c.key == within.resource_group)
        with self._database.reading() as connection:
            found = [value_of(ResourceGroup, row) for row in connection.execute(query).mappings()]
        return sorted(found, key=lambda group: group.id)

    def resources(self, within: ScopeSelection = EVERYTHING) -> list[Resource]:
        """The resources in a selection, by id."""
        table = tables.resource
        query = _in(select(table), table, within)
        if within.resource_group is not None:
            query = query.where(table.c.resource_group == within.resource_group)
        if within.resource_id is not None:
            query = query.where(table.c.id == within.resource_id)
        with self._database.reading() as connection:
            found = [value_of(Resource, row) for row in connection.execute(query).mappings()]
        return sorted(found, key=lambda resource: resource.id)

    def resource(self, resource_id: str) -> Resource | None:
        """One resource, if it is known."""
        query = select(tables.resource).where(tables.resource.c.id == resource_id)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else value_of(Resource, row)

    def deployments(self, resource_ids: Collection[str] | None = None) -> list[Deployment]:
        """The history of deployments, of some resources or of all."""
        with self._database.reading() as connection:
            rows = _changes(connection, tables.deployment, "resource_id", resource_ids)
            found = [value_of(Deployment, row) for row in rows]
        return list(_without_overlap(found, lambda d: (d.resource_id, d.name)))

    def reservations(self) -> list[Reservation]:
        """All reservations, by start and id."""
        with self._database.reading() as connection:
            found = _all(connection, tables.reservation, Reservation)
        return sorted(found, key=lambda reservation: reservation.valid_from)

    def tags_at(
        self, scope_ids: Collection[str], instant: datetime
    ) -> dict[str, Mapping[str, str]]:
        """Each scope's own tags at an instant."""
        history = TagHistory(self.tag_history(scope_ids))
        found = {scope_id: history.at(scope_id, instant) for scope_id in scope_ids}
        return {scope_id: tags for scope_id, tags in found.items() if tags}

    def tag_history(self, scope_ids: Collection[str] | None = None) -> list[TagInterval]:
        """The tags of some scopes or of all over time."""
        with self._database.reading() as connection:
            return tag_history(connection, scope_ids)

    def tag_preferences(self) -> dict[str, bool]:
        """What the scopes' settings of tag inheritance say (app/arm/setting.py)."""
        table = tables.arm_resource
        query = select(table.c.scope, table.c.document).where(
            table.c.kind == "settings", table.c.key == "taginheritance"
        )
        with self._database.reading() as connection:
            return {
                scope: json.loads(document)["properties"]["preferContainerTags"]
                for scope, document in connection.execute(query)
            }


def tag_history(connection: Connection, scope_ids: Collection[str] | None) -> list[TagInterval]:
    """Tags by scope and start, each set ended by the next."""
    rows = _changes(connection, tables.tag_set, "scope_id", scope_ids)
    found = [value_of(TagInterval, row) for row in rows]
    return list(_without_overlap(found, lambda t: (t.scope_id,)))


def value_of(cls: type[V], row: RowMapping) -> V:
    """A catalog value from a row whose columns are named as its fields."""
    return cls(**{field.name: row[field.name] for field in fields(cls) if field.name in row})


def _all(connection: Connection, table: Table, cls: type[V]) -> list[V]:
    found = [value_of(cls, row) for row in connection.execute(select(table)).mappings()]
    # Databases sort text by their own rules; Python's order is the same on all.
    return sorted(found, key=lambda v: (attrgetter("id")(v), getattr(v, "billing_account_id", "")))


def _in(query: Select[Any], table: Table, within: ScopeSelection) -> Select[Any]:
    if within.subscriptions is None:
        return query
    return query.where(table.c.subscription_id.in_(within.subscriptions))


def _changes(
    connection: Connection, table: Table, column: str, ids: Collection[str] | None
) -> Iterator[RowMapping]:
    """The entries of histories that do not repeat the one before them (store/histories.py)."""
    changes = select(table).where(table.c.repeats.is_(False))
    if ids is None:
        yield from connection.execute(changes).mappings()
        return
    for part in chunks(sorted(set(ids))):
        yield from connection.execute(changes.where(table.c[column].in_(part))).mappings()


def _without_overlap(entries: Iterable[H], same: Callable[[H], tuple[str, ...]]) -> Iterator[H]:
    """Entries in order, each ended where the next of the same thing begins at the latest.

    Ends are found when read, not stored: two writers can then never leave an overlap or a gap.
    """
    ordered = sorted(entries, key=lambda entry: (same(entry), entry.valid_from))
    for _, group in groupby(ordered, key=same):
        history = list(group)
        starts: list[datetime | None] = [entry.valid_from for entry in history[1:]]
        for entry, following in zip(history, [*starts, None], strict=True):
            ends = [end for end in (entry.valid_to, following) if end is not None]
            yield replace(entry, valid_to=min(ends, default=None))
