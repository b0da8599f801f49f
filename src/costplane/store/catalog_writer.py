"""Writes of the catalog's tables (catalog/ports.py, CatalogWriter)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, Table, select

from costplane.catalog.checks import in_utc, is_storable
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
from costplane.catalog.tags import TagHistory
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
from costplane.store.catalog_reader import deployment_entries, tag_history
from costplane.store.database import insert_new, upsert


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
            stored = deployment_entries(connection, set(on))
            upsert(connection, tables.deployment, map(asdict, _changes(deployments, stored)))

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
            history = tag_history(connection, [scope])
            if dict(TagHistory(history).at(scope, valid_from)) != dict(tags):
                row = {"scope_id": scope, "valid_from": valid_from, "tags": tags}
                upsert(connection, tables.tag_set, [row])

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


def _changes(new: Iterable[Deployment], stored: Iterable[Deployment]) -> list[Deployment]:
    """Those of `new` that say something else than the entry before them."""
    histories: dict[tuple[str, str], dict[datetime, Deployment]] = defaultdict(dict)
    for entry in stored:
        histories[entry.resource_id, entry.name][entry.valid_from] = entry
    changes = []
    for entry in sorted(new, key=lambda entry: entry.valid_from):
        history = histories[entry.resource_id, entry.name]
        start = max((start for start in history if start <= entry.valid_from), default=None)
        if start is None or not _holds_on(history[start], entry):
            history[entry.valid_from] = entry
            changes.append(entry)
    return changes


def _holds_on(former: Deployment, entry: Deployment) -> bool:
    """Whether `former` still holds at the start of `entry`, and says the same."""
    ended = former.valid_to is not None and former.valid_to <= entry.valid_from
    return not ended and replace(former, valid_from=entry.valid_from) == entry


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
