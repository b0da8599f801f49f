"""Use case: what the Azure CLI lists comes into the catalog, with its history.

A list says how things stand at one time. A deployment that has changed since the last import ends
its former entry there; one that a full listing of its account lacks ends when asked (`complete`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from costplane.catalog.azure_lists import AzureList, ItemError, ListedDeployment
from costplane.catalog.azure_reservations import ReservationParts, put_together
from costplane.catalog.management_groups import completed
from costplane.catalog.model import BEGINNING, UNASSIGNED, Deployment, Subscription
from costplane.catalog.ports import CatalogWriter
from costplane.catalog.reservations import Reservation


@dataclass(frozen=True, slots=True)
class ResourcesImport:
    """What an import came to: entries told by kind, and how many deployments began, changed and
    ended. `rejected` are items that could not be taken."""

    management_groups: int = 0
    subscriptions: int = 0
    resource_groups: int = 0
    resources: int = 0
    deployments: int = 0
    reservations: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0
    rejected: tuple[ItemError, ...] = ()

    def words(self) -> str:
        """What was taken, for people."""
        taken = {
            "management groups": self.management_groups,
            "subscriptions": self.subscriptions,
            "resource groups": self.resource_groups,
            "resources": self.resources,
            "deployments": self.deployments,
            "reservations": self.reservations,
        }
        told = ", ".join(f"{count} {name}" for name, count in taken.items() if count)
        return f"{told or 'nothing'}; {len(self.rejected)} rejected"


@dataclass(frozen=True, slots=True)
class ResourceLists:
    """Takes lists into the catalog. `at` None: now, and a deployment since its last change."""

    catalog: CatalogWriter
    now: datetime
    at: datetime | None = None

    def take(
        self,
        lists: Sequence[AzureList],
        *,
        complete: bool = False,
        accounts: Collection[str] = (),
        written: Sequence[Reservation] = (),
    ) -> ResourcesImport:
        """Puts what the lists tell, and reservations `written` by hand. With
        `complete`, deployments that the lists lack end, on every account of which they have one
        and on `accounts`."""
        self._put_scopes(lists)
        before = _open_entries(self.catalog.deployments())
        listed = [deployment for each in lists for deployment in each.deployments]
        self.catalog.put_deployment(*(self._entry(one, before) for one in listed))
        ended = self._end(listed, before, accounts) if complete else 0
        reservations, faults = self._reservations(lists)
        reservations += written
        self.catalog.put_reservation(*reservations)
        after = _open_entries(self.catalog.deployments())
        kept = before.keys() & after.keys()
        return ResourcesImport(
            management_groups=sum(len(t.groups) for each in lists for t in each.management_groups),
            subscriptions=sum(len(_subscriptions(each)) for each in lists),
            resource_groups=sum(len(each.resource_groups) for each in lists),
            resources=sum(len(each.resources) for each in lists),
            deployments=len(listed),
            reservations=len(reservations),
            added=len(after.keys() - before.keys()),
            changed=sum(before[key].valid_from != after[key].valid_from for key in kept),
            ended=ended,
            rejected=(*(error for each in lists for error in each.rejected), *faults),
        )

    def _put_scopes(self, lists: Sequence[AzureList]) -> None:
        before = self.catalog.hierarchy()
        trees = [tree for each in lists for tree in each.management_groups]
        self.catalog.put_management_group(*completed(trees, before.management_groups))
        known = {found.id: found for found in before.subscriptions}
        told = [one for each in lists for one in _subscriptions(each)]
        named = {one.id: _named(one, known) for one in told}
        placed = {one.id: one.management_group_id for one in told if one.management_group_id}
        self.catalog.put_subscription(*(_placed(one, placed) for one in named.values()))
        self.catalog.put_resource_group(*(one for each in lists for one in each.resource_groups))
        self.catalog.put_resource(*(one for each in lists for one in each.resources))
        for scope_id, tags in (pair for each in lists for pair in each.tags.items()):
            self.catalog.put_tags(scope_id, tags, self.at or self.now)

    def _entry(
        self, listed: ListedDeployment, before: dict[tuple[str, str], Deployment]
    ) -> Deployment:
        """The entry with its start: the given date, or else since when Azure says it stands so,
        if that is after what was known before."""
        former = before.get((listed.entry.resource_id, listed.entry.name))
        known = former.valid_from if former is not None and former.confirmed else BEGINNING
        changed = listed.changed
        since = changed if changed is not None and known < changed <= self.now else self.now
        return replace(listed.entry, valid_from=self.at or since)

    def _end(
        self,
        listed: Iterable[ListedDeployment],
        before: dict[tuple[str, str], Deployment],
        accounts: Collection[str],
    ) -> int:
        names = {(one.entry.resource_id, one.entry.name) for one in listed}
        full = {resource_id for resource_id, _ in names} | {id_.lower() for id_ in accounts}
        at = self.at or self.now
        gone = [
            replace(entry, valid_to=at)
            for key, entry in before.items()
            if key[0] in full and key not in names and entry.valid_from < at
        ]
        self.catalog.put_deployment(*gone)
        return len(gone)

    def _reservations(
        self, lists: Sequence[AzureList]
    ) -> tuple[list[Reservation], list[ItemError]]:
        parts: list[ReservationParts] = [part for each in lists for part in each.reservations]
        known = {one.id: one for one in self.catalog.reservations()}
        accounts = {
            one.id: one.billing_account_id or UNASSIGNED.id
            for one in self.catalog.hierarchy().subscriptions
        }
        found, faults = [], []
        for number, one in enumerate(put_together(parts, known, accounts), start=1):
            if isinstance(one, Reservation):
                found.append(one)
            else:
                faults.append(ItemError(number, one.target, one.message))
        return found, faults


def _subscriptions(listed: AzureList) -> tuple[Subscription, ...]:
    """The subscriptions that a list tells, by themselves or in their management group."""
    grouped = (one for tree in listed.management_groups for one in tree.subscriptions)
    return (*listed.subscriptions, *grouped)


def _placed(subscription: Subscription, groups: Mapping[str, str]) -> Subscription:
    """A subscription in the management group that a list tells; else it stays where it is."""
    group = groups.get(subscription.id, subscription.management_group_id)
    return replace(subscription, management_group_id=group)


def _named(told: Subscription, known: dict[str, Subscription]) -> Subscription:
    """A subscription under its new name, where the catalog has it; what pays for it stays."""
    if told.id not in known:
        return told
    return replace(known[told.id], name=told.name, confirmed=True)


def _open_entries(history: Iterable[Deployment]) -> dict[tuple[str, str], Deployment]:
    """The last entry of each deployment that has not ended."""
    last = {(entry.resource_id, entry.name): entry for entry in history}
    return {key: entry for key, entry in last.items() if entry.valid_to is None}
