"""Writes of the catalog's tables (catalog/ports.py, CatalogWriter)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import takewhile
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, select

from costplane.catalog.checks import in_utc, is_storable
from costplane.catalog.management_groups import require_tree
from costplane.catalog.mentions import Mention, entries
from costplane.catalog.model import (
    UNASSIGNED,
    BillingAccount,
    Deployment,
    FormerPlace,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.catalog.reservations import Reservation
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, InvalidScope
from costplane.store import tables
from costplane.store.catalog_agreements import CatalogAgreements, require_places
from costplane.store.catalog_mentions import (
    add_mentioned,
    add_parents,
    add_subscriptions,
    group_row,
    news,
    resource_row,
)
from costplane.store.database import insert_new, upsert
from costplane.store.histories import Row, stored_entries, tell

_SAID = tuple(
    field.name for field in fields(Deployment) if field.name not in ("valid_from", "valid_to")
)


class Catalog(CatalogAgreements):
    """The catalog as a database holds it, to read and to write."""

    def put_billing_account(self, *accounts: BillingAccount) -> None:
        """Add or replace billing accounts."""
        with self._database.writing() as connection:
            upsert(connection, tables.billing_account, map(asdict, accounts))

    def put_management_group(self, *groups: ManagementGroup) -> None:
        """Add or replace management groups."""
        with self._database.writing() as connection:
            new = {group.id for group in groups}
            parents = {group.parent for group in groups} - new
            _require(connection, tables.management_group, "parent", parents)
            # Children refer to parents: all are added without one, then all are completed.
            rows = [asdict(group) for group in groups]
            insert_new(connection, tables.management_group, [{**r, "parent": None} for r in rows])
            upsert(connection, tables.management_group, rows)
            table = tables.management_group
            require_tree(
                ManagementGroup(**row) for row in connection.execute(select(table)).mappings()
            )

    def put_subscription(self, *subscriptions: Subscription) -> None:
        """Add or replace subscriptions; former places stay where none are told."""
        accounts = {s.billing_account_id for s in subscriptions}
        folders = {s.management_group_id for s in subscriptions}
        with self._database.writing() as connection:
            _require(connection, tables.management_group, "management_group_id", folders)
            known = accounts - {UNASSIGNED.id}
            _require(connection, tables.billing_account, "billing_account_id", known)
            require_places(connection, subscriptions)
            add_subscriptions(connection, subscriptions)
            former = _former(connection, {s.id for s in subscriptions})
            rows = (asdict(s) | {"former": s.former or former.get(s.id, ())} for s in subscriptions)
            upsert(connection, tables.subscription, rows)

    def put_resource_group(self, *groups: ResourceGroup) -> None:
        """Add or replace resource groups."""
        over = {group.subscription_id for group in groups}
        with self._database.writing() as connection:
            add_subscriptions(connection, [Subscription(id_, id_, confirmed=False) for id_ in over])
            upsert(connection, tables.resource_group, map(group_row, groups))

    def put_resource(self, *resources: Resource) -> None:
        """Add or replace resources."""
        with self._database.writing() as connection:
            add_parents(connection, resources)
            upsert(connection, tables.resource, map(resource_row, resources))

    def put_deployment(self, *deployments: Deployment) -> None:
        """Add entries to the history of deployments."""
        on = {d.resource_id: entries(Mention(d.resource_id)) for d in deployments}
        with self._database.writing() as connection:
            add_mentioned(connection, [entry for entry in on.values() if entry is not None])
            _tell_deployments(connection, list(map(asdict, deployments)))

    def put_reservation(self, *reservations: Reservation) -> None:
        """Add or replace reservations."""
        with self._database.writing() as connection:
            upsert(connection, tables.reservation, map(asdict, reservations))

    def put_tags(self, scope_id: str, tags: Mapping[str, str], valid_from: datetime) -> None:
        """Set all tags of a scope from an instant on."""
        _check_tags(tags)
        in_utc("valid_from", valid_from)
        scope = _tagged_scope(scope_id)
        with self._database.writing() as connection:
            told = [{"scope_id": scope, "valid_from": valid_from, "tags": dict(tags)}]
            stored = stored_entries(connection, tables.tag_set, told)
            tell(connection, tables.tag_set, told, stored, _same_tags)

    def mention(self, mentions: Iterable[Mention]) -> None:
        """Add what usage tells of and the catalog lacks, as unconfirmed."""
        found = [entries(mention) for mention in dict.fromkeys(mentions)]
        named = [entry for entry in found if entry is not None]
        # Most usage tells nothing new: it must not wait for a writer.
        with self._database.reading() as connection:
            new = news(connection, named)
        if new:
            with self._database.writing() as connection:
                add_mentioned(connection, new)


def _former(connection: Connection, ids: Collection[str]) -> dict[str, tuple[FormerPlace, ...]]:
    table = tables.subscription
    query = select(table.c.id, table.c.former).where(table.c.id.in_(ids))
    return {row.id: row.former for row in connection.execute(query)}


def _require(connection: Connection, table: Table, field: str, ids: Iterable[str | None]) -> None:
    """Raise InvalidInput for an id that `table` does not have."""
    known = set(connection.scalars(select(table.c.id)))
    for missing in sorted({id_ for id_ in ids if id_ is not None} - known):
        raise InvalidInput(
            f"{field} '{missing}' is not in the catalog; put the "
            f"{table.name.replace('_', ' ')} first",
            target=field,
        )


def _tell_deployments(connection: Connection, told: Sequence[Row]) -> None:
    if told:
        stored = stored_entries(connection, tables.deployment, told)
        ended = [row for entry in told for row in _ended_with(entry, stored)]
        tell(connection, tables.deployment, [*ended, *told], stored, _holds_on)


def _ended_with(entry: Row, stored: Iterable[Row]) -> Iterator[Row]:
    """The repeats of an entry between its start and its end, which is theirs too."""
    end = entry["valid_to"]
    if end is not None:
        later = [
            row
            for row in stored
            if (row["resource_id"], row["name"]) == (entry["resource_id"], entry["name"])
            and entry["valid_from"] < row["valid_from"] < end
        ]
        in_time = sorted(later, key=itemgetter("valid_from"))
        for row in takewhile(lambda row: row["repeats"] and _says(row) == _says(entry), in_time):
            yield {**row, "valid_to": end}


def _holds_on(former: Row | None, entry: Row) -> bool:
    """Whether `former` still holds at the start of `entry`, and says the same."""
    if former is None or former["valid_to"] != entry["valid_to"]:
        return False
    return _says(former) == _says(entry)


def _says(entry: Row) -> tuple[Any, ...]:
    return tuple(entry[name] for name in _SAID)


def _same_tags(former: Row | None, entry: Row) -> bool:
    return bool((former["tags"] if former else {}) == entry["tags"])


def _tagged_scope(scope_id: str) -> str:
    scope = parse_scope(scope_id)
    if scope.kind in ("Subscription", "ExternalSubscription", "ResourceGroup", "Resource"):
        return scope.id
    raise InvalidScope(
        f"'{scope_id}' has no tags; they are set on subscriptions, resource groups and resources",
        target="scope_id",
    )


def _check_tags(tags: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for key, value in tags.items():
        if not key.strip() or not is_storable(key + value):
            raise InvalidInput(f"tag {key!r} has no key or broken text", target="tags")
        if key.lower() in seen:
            raise InvalidInput(
                f"tag '{key}' is given twice; keys do not differ by case", target="tags"
            )
        seen.add(key.lower())
