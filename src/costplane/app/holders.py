"""The catalog as rating asks for it: whose a series is, and its tags over time."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from itertools import pairwise

from costplane.catalog.agreement import AgreementPart
from costplane.catalog.billing_place import BillingPlace, BillingPlaces
from costplane.catalog.inheritance import TagInheritance
from costplane.catalog.model import UNASSIGNED, Deployment, Resource, Subscription
from costplane.catalog.ports import CatalogReader
from costplane.catalog.scopes import Hierarchy
from costplane.catalog.tags import TagHistory
from costplane.core.period import Period
from costplane.core.tags import merge, parse
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval

_ACCOUNT_TYPES = {
    "EnterpriseAgreement": "Billing Account",
    "MicrosoftCustomerAgreement": "Billing Account",
    "MicrosoftOnlineServicesProgram": "Billing Account",
    "External": "Organisation",
}


class CatalogHolders:
    """A reading of the catalog, taken once for a rating. `inheritance` is the installation's
    setting, which holds where no scope has one of its own."""

    def __init__(self, catalog: CatalogReader, *, inheritance: bool) -> None:
        self._catalog = catalog
        self._inheritance = inheritance

    def holder(self, facts: Facts) -> Holder:
        """Whose the series is now; a subscription that nobody placed is under `Unassigned`."""
        return self._holder(facts, None)

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        """Whose it is over time: cut where its subscription moved."""
        subscription = self._subscriptions.get(facts["subscription_id"] or "")
        moves = [one.until for one in subscription.former] if subscription else []
        bounds = [period.start, *(move for move in moves if move in period), period.end]
        return [
            HolderInterval(Period(start, end), self._holder(facts, start))
            for start, end in pairwise(bounds)
            if start < end
        ]

    def _holder(self, facts: Facts, at: datetime | None) -> Holder:
        subscription = self._subscriptions.get(facts["subscription_id"] or "")
        place = self._places.of(subscription, at) if subscription else BillingPlace()
        account = place.account or UNASSIGNED
        resource = self._resources.get(facts["resource_id"] or "")
        return Holder(
            billing_account_id=account.id,
            billing_account_name=account.name,
            billing_account_type=_ACCOUNT_TYPES[account.agreement_type],
            currency=_currency(place),
            sub_account_name=subscription.name if subscription else facts["subscription_id"] or "",
            sub_account_type="Subscription" if facts["resource_group"] else "Project",
            resource_name=resource.name if resource else _last(facts["resource_id"]),
            billing_profile_id=_id(place.profile),
            billing_profile_name=_name(place.profile),
            invoice_section_id=_id(place.section),
            invoice_section_name=_name(place.section),
            customer_id=_id(place.customer),
            customer_name=_name(place.customer),
            department_name=_name(place.department),
            enrollment_account_name=_name(place.enrollment_account),
            billing_scopes=place.scope_ids,
        )

    def changes(self) -> frozenset[datetime]:
        """Every instant at which some tags or places change."""
        bounds = ((i.valid_from, i.valid_to) for i in self._catalog.tag_history())
        moves = frozenset(p.until for s in self._hierarchy.subscriptions for p in s.former)
        return moves.union(i for pair in bounds for i in pair if i is not None)

    def tags(self, facts: Facts, period: Period) -> list[TagInterval]:
        """The event's allocation tags over those of resource, group and subscription."""
        own = parse(facts["allocation_tags"])
        return [
            TagInterval(shared, merge([own, interval.tags]))
            for interval in self._timeline(facts["resource_id"] or "", period)
            if (shared := period.intersection(interval.period)) is not None
        ]

    def units(self, facts: Facts, period: Period) -> list[UnitsInterval]:
        """The capacity of the series' deployment over time, as its history has it."""
        key = (facts["resource_id"] or "", (facts["deployment"] or "").lower())
        found: list[UnitsInterval] = []
        start = period.start
        for entry in self._deployments.get(key, ()):
            until = period.end if entry.valid_to is None else min(entry.valid_to, period.end)
            since = max(entry.valid_from, start)
            if since >= until:
                continue
            if start < since:
                found.append(UnitsInterval(Period(start, since), None))
            found.append(UnitsInterval(Period(since, until), entry.capacity))
            start = until
        if start < period.end:
            found.append(UnitsInterval(Period(start, period.end), None))
        return found

    def _timeline(self, resource_id: str, period: Period) -> list[TagInterval]:
        stretches = self._history.timeline(resource_id, sources=self._inherited.sources)
        return [
            TagInterval(Period(s.valid_from, max(s.valid_from, s.valid_to or period.end)), s.tags)
            for s in stretches
            if s.valid_from < period.end
        ]

    @cached_property
    def _history(self) -> TagHistory:
        return TagHistory(self._catalog.tag_history())

    @cached_property
    def _inherited(self) -> TagInheritance:
        return TagInheritance.of(self._catalog, everywhere=self._inheritance)

    @cached_property
    def _hierarchy(self) -> Hierarchy:
        return self._catalog.hierarchy()

    @cached_property
    def _places(self) -> BillingPlaces:
        return self._hierarchy.places()

    @cached_property
    def _subscriptions(self) -> dict[str, Subscription]:
        return {found.id: found for found in self._hierarchy.subscriptions}

    @cached_property
    def _deployments(self) -> dict[tuple[str, str], list[Deployment]]:
        found: dict[tuple[str, str], list[Deployment]] = {}
        for entry in self._catalog.deployments():
            found.setdefault((entry.resource_id, entry.name), []).append(entry)
        return found

    @cached_property
    def _resources(self) -> dict[str, Resource]:
        return {resource.id: resource for resource in self._catalog.resources()}


def _currency(place: BillingPlace) -> str | None:
    """The billing currency; None under `Unassigned`, whose payer is not known."""
    if place.profile is not None:
        return place.profile.currency
    known = place.account is not None and place.account.id != UNASSIGNED.id
    return place.account.currency if place.account and known else None


def _id(level: AgreementPart | None) -> str | None:
    return None if level is None else level.id


def _name(level: AgreementPart | None) -> str | None:
    return None if level is None else level.name


def _last(resource_id: str | None) -> str:
    return (resource_id or "").rpartition("/")[2]
