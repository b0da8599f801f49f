"""The capacity that the catalog has, with its prices: what stood when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from costplane.catalog.model import Deployment
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.core.tables import SERIES_FACTS
from costplane.pricing.book import PriceBook
from costplane.pricing.capacity import (
    Capacity,
    capacity_timeline,
    hosting_price,
    provisioned_price,
)
from costplane.pricing.model_names import priced_model
from costplane.pricing.throughput import throughput
from costplane.rating.answers import Use, price_scopes
from costplane.rating.capacity import (
    HOURS,
    Standing,
    whole_minute,
)
from costplane.rating.holder import Facts, HolderInterval, Holders
from costplane.rating.rates import rates_of

_HOSTED = frozenset({"standard", "globalstandard", "datazonestandard"})
_TUNED = ".ft-"
"""In the name of every fine-tuned model."""


def is_provisioned(deployment: Deployment) -> bool:
    """Whether a deployment is charged by units and hours."""
    return (deployment.deployment_type or "").lower() in PROVISIONED_SCOPES


def is_hosted(deployment: Deployment) -> bool:
    """Whether a deployment of a fine-tuned model is charged for hosting (billing-rules 20).

    A provisioned one pays for its units alone, a developer deployment is hosted for nothing.
    """
    kind = (deployment.deployment_type or "").lower()
    return _TUNED in (deployment.model or "") and kind in _HOSTED


def capacity_entries(catalog: CatalogReader) -> list[Deployment]:
    """The entries of deployments that are charged by the hour."""
    return [
        entry
        for entry in catalog.deployments()
        if is_hosted(entry) or (is_provisioned(entry) and entry.capacity)
    ]


Versions = Callable[[str, Period], Iterable[tuple[Period, int]]]
"""The versions of the prices that hold for a place (a deployment's or reservation's id) in a
period, without a gap."""


def place_of(entry: Deployment) -> str:
    """What tells a deployment from others, whatever it is made of at the time."""
    return f"{entry.resource_id}/deployments/{entry.name}"


def stood(entry: Deployment, within: Period) -> Period | None:
    """When an entry of the history stood in `within`, to the minute; None for never."""
    start = whole_minute(entry.valid_from)
    end = within.end if entry.valid_to is None else whole_minute(entry.valid_to)
    return Period(start, end).intersection(within) if start < end else None


@dataclass(frozen=True, slots=True)
class CapacityEstate:
    """Reads the catalog for rating. `book` has the prices of a version, and `versions` tells
    which one holds where and when."""

    catalog: CatalogReader
    book: Callable[[int], PriceBook]
    versions: Versions
    holders: Holders

    def standings(self, within: Period) -> list[Standing]:
        """What stood in `within`, cut where prices and tags change."""
        regions = {found.id: found.location for found in self.catalog.resources()}
        return [
            standing
            for version, found in self._by_version(within)
            for entry, period in found
            for standing in self._standings(
                entry, regions.get(entry.resource_id), period, self.book(version)
            )
        ]

    def _by_version(self, within: Period) -> Iterator[tuple[int, list[tuple[Deployment, Period]]]]:
        """Entries of the history by the version that holds: one book is read after another."""
        found: dict[int, list[tuple[Deployment, Period]]] = {}
        for entry in capacity_entries(self.catalog):
            period = stood(entry, within)
            if period is not None:
                for part, version in self.versions(place_of(entry), period):
                    found.setdefault(version, []).append((entry, part))
        yield from sorted(found.items(), key=lambda one: one[0])

    def _standings(
        self, entry: Deployment, region: str | None, period: Period, book: PriceBook
    ) -> Iterator[Standing]:
        facts = facts_of(entry, region)
        for held in self.holders.holders(facts, period):
            yield from self._held(entry, region, facts, held, book)

    def _held(
        self,
        entry: Deployment,
        region: str | None,
        facts: Facts,
        held: HolderInterval,
        book: PriceBook,
    ) -> Iterator[Standing]:
        holder, period = held.holder, held.period
        capacity = Capacity(
            entry.deployment_type or "",
            region,
            price_scopes(facts, holder),
            entry.model,
            entry.model_version,
        )
        price = provisioned_price if is_provisioned(entry) else hosting_price
        answers = capacity_timeline(book, capacity, price, period)
        known = throughput(priced_model(entry.model)[0]) if entry.model else None
        use = Use(0, HOURS, 0, period)
        for rate in rates_of(use, facts, holder, self.holders, book, answers):
            minutes = Period(whole_minute(rate.period.start), whole_minute(rate.period.end))
            if is_provisioned(entry):
                yield Standing(rate, minutes, entry.capacity or 0, known)
            else:
                yield Standing(rate, minutes, 1)


def facts_of(entry: Deployment, region: str | None) -> Facts:
    """What an entry tells of its charges."""
    scope = dict(parse_scope(entry.resource_id).parts)
    return {
        **dict.fromkeys(SERIES_FACTS),
        "subscription_id": scope.get("subscription"),
        "resource_group": scope.get("group"),
        "resource_id": entry.resource_id,
        "deployment": entry.name,
        "model": entry.model,
        "model_version": entry.model_version,
        "deployment_type": entry.deployment_type,
        "region": region,
        "billing_status": "Billed",
        "allocation_tags": "{}",
    }
