"""Entries that come into the catalog because usage, or a child, names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import Connection, select, update

from costplane.catalog.mentions import MentionedEntries, parents
from costplane.catalog.model import (
    UNASSIGNED,
    Deployment,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.store import tables
from costplane.store.database import chunks, insert_new


def add_parents(connection: Connection, resources: Iterable[Resource]) -> None:
    """Add the subscriptions and groups of `resources` that are not known."""
    found = [parents(resource) for resource in resources]
    add_subscriptions(connection, [subscription for subscription, _ in found])
    add_groups(connection, [group for _, group in found if group is not None])


def add_subscriptions(connection: Connection, subscriptions: Iterable[Subscription]) -> None:
    """Add the subscriptions that are not known."""
    new = list(subscriptions)
    if any(subscription.billing_account_id == UNASSIGNED.id for subscription in new):
        insert_new(connection, tables.billing_account, [asdict(UNASSIGNED)])
    insert_new(connection, tables.subscription, map(asdict, new))


def add_groups(connection: Connection, groups: Iterable[ResourceGroup]) -> None:
    """Add the resource groups that are not known."""
    insert_new(connection, tables.resource_group, map(group_row, groups))


def group_row(group: ResourceGroup) -> dict[str, object]:
    """The row of a resource group."""
    return {**asdict(group), "key": group.name.lower()}


def resource_row(resource: Resource) -> dict[str, object]:
    """The row of a resource."""
    return {
        **asdict(resource),
        "subscription_id": resource.subscription_id,
        "resource_group": resource.resource_group,
    }


def news(connection: Connection, mentioned: Iterable[MentionedEntries]) -> list[MentionedEntries]:
    """Those that would change the catalog."""
    entries = list(mentioned)
    known = _known_resources(connection, {entry.resource.id for entry in entries})
    deployed = _known_deployments(connection, {entry.resource.id for entry in entries})
    placeable = _placeable(connection, entries)
    return [
        entry
        for entry in entries
        if entry.resource.id not in known
        or entry.subscription.id in placeable
        or (entry.deployment and _identity(entry.deployment) not in deployed)
    ]


def add_mentioned(connection: Connection, entries: Collection[MentionedEntries]) -> None:
    """Add what is not known, and place external projects whose organisation is."""
    add_subscriptions(connection, [entry.subscription for entry in entries])
    add_groups(connection, [e.resource_group for e in entries if e.resource_group is not None])
    insert_new(connection, tables.resource, [resource_row(entry.resource) for entry in entries])
    resources = {entry.resource.id for entry in entries}
    deployed = _known_deployments(connection, resources)
    new = [e.deployment for e in entries if e.deployment is not None]
    fresh = [asdict(d) for d in new if _identity(d) not in deployed]
    insert_new(connection, tables.deployment, fresh)
    for subscription_id, organisation in sorted(_placeable(connection, entries).items()):
        table = tables.subscription
        connection.execute(
            update(table)
            .where(table.c.id == subscription_id)
            .values(billing_account_id=organisation)
        )


def _placeable(connection: Connection, entries: Collection[MentionedEntries]) -> dict[str, str]:
    """Unassigned external subscriptions whose organisation is a known billing account."""
    named = {e.subscription.id: e.organisation for e in entries if e.organisation is not None}
    if not named:
        return {}
    table = tables.subscription
    unassigned = select(table.c.id).where(
        table.c.billing_account_id == UNASSIGNED.id, table.c.confirmed.is_(False)
    )
    waiting = {str(id_) for id_ in connection.scalars(unassigned)} & named.keys()
    accounts = set(connection.scalars(select(tables.billing_account.c.id)))
    return {id_: named[id_] for id_ in waiting if named[id_] in accounts}


def _identity(deployment: Deployment) -> tuple[str, str]:
    return deployment.resource_id, deployment.name


def _known_resources(connection: Connection, ids: Collection[str]) -> set[str]:
    column = tables.resource.c.id
    return {
        found
        for part in chunks(sorted(ids))
        for found in connection.scalars(select(column).where(column.in_(part)))
    }


def _known_deployments(connection: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    table = tables.deployment
    return {
        (resource_id, name)
        for part in chunks(sorted(ids))
        for resource_id, name in connection.execute(
            select(table.c.resource_id, table.c.name)
            .where(table.c.resource_id.in_(part))
            .distinct()
        )
    }
