"""The capacity that the catalog has, with its prices: what stood when, and what is reserved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costplane.catalog.model import Deployment
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES, Reservation
from costplane.core.money import LINE_PLACES
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.scope import parse_scope
from costplane.core.tables import SERIES_FACTS
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.capacity import (
    Capacity,
    capacity_timeline,
    hosting_price,
    provisioned_price,
    reservation_price,
)
from costplane.pricing.model_key import ModelKey
from costplane.pricing.model_names import priced_model
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, Resolution
from costplane.pricing.throughput import throughput
from costplane.rating.capacity import (
    HOURS,
    Reserved,
    Standing,
    reserved_amount,
    whole_minute,
)
from costplane.rating.holder import Facts, Holders
from costplane.rating.rates import Rate, Use, on_terms, price_scopes, rate_at, rates_of
from costplane.rating.reservation_payments import term_end_of

_TERMS = {"P1M": "1 Month", "P1Y": "1 Year", "P3Y": "3 Years"}
"""How price rows call the terms."""
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


@dataclass(frozen=True, slots=True)
class CapacityEstate:
    """Reads the catalog for rating, with one price book."""

    catalog: CatalogReader
    book: PriceBook
    holders: Holders

    def standings(self, within: Period) -> list[Standing]:
        """What stood in `within`, cut where prices and tags change."""
        regions = {found.id: found.location for found in self.catalog.resources()}
        return [
            standing
            for entry in capacity_entries(self.catalog)
            for standing in self._standings(entry, regions.get(entry.resource_id), within)
        ]

    def reserved(self, standings: Iterable[Standing]) -> list[Reserved]:
        """The reservations, each with those of `standings` that it can cover."""
        every = list(standings)
        return [self._reserved(one, every) for one in self.catalog.reservations()]

    def _standings(
        self, entry: Deployment, region: str | None, within: Period
    ) -> Iterator[Standing]:
        start = max(whole_minute(entry.valid_from), within.start)
        end = (
            within.end if entry.valid_to is None else min(whole_minute(entry.valid_to), within.end)
        )
        if start >= end:
            return
        period, facts = Period(start, end), _facts(entry, region)
        holder = self.holders.holder(facts)
        capacity = Capacity(
            entry.deployment_type or "",
            region,
            price_scopes(facts, holder),
            entry.model,
            entry.model_version,
        )
        price = provisioned_price if is_provisioned(entry) else hosting_price
        answers = capacity_timeline(self.book, capacity, price, period)
        known = throughput(priced_model(entry.model)[0]) if entry.model else None
        use = Use(0, HOURS, 0, period)
        for rate in rates_of(use, facts, holder, self.holders, self.book, answers):
            minutes = Period(whole_minute(rate.period.start), whole_minute(rate.period.end))
            if is_provisioned(entry):
                yield Standing(rate, minutes, entry.capacity or 0, known)
            else:
                yield Standing(rate, minutes, 1)

    def _reserved(self, one: Reservation, standings: list[Standing]) -> Reserved:
        rate = self._reservation_rate(one)
        total = reserved_amount(one, rate.contracted) if rate.offer else None
        if one.price is not None and rate.offer:
            total = round(Fraction(one.price) * 10**LINE_PLACES * rate.terms.rate)
        start, end = hour_start(one.valid_from), hour_start(term_end_of(one))
        return Reserved(
            reservation=one,
            rate=rate,
            total=total,
            listed=reserved_amount(one, rate.list) if rate.offer else total,
            start=start,
            end=min(end, hour_start(one.valid_to)),
            term_hours=max(1, (end - start) // HOUR),
            covers=frozenset(s.place for s in standings if self._covers(one, s.rate)),
        )

    def _reservation_rate(self, one: Reservation) -> Rate:
        subscription = one.billing_subscription or self._paying(one)
        facts: Facts = {
            **dict.fromkeys(SERIES_FACTS),
            "subscription_id": subscription,
            # Azure's own charges stand in a group; this one's rows leave it out again.
            "resource_group": one.order_id,
            "region": one.region,
            "billing_status": "Billed",
        }
        holder = self.holders.holder(facts)
        scopes = price_scopes(facts, holder)
        capacity = Capacity(one.deployment_scope, one.region, scopes)
        listed = reservation_price(self.book, capacity, _TERMS[one.term], one.valid_from)
        answer = listed if one.price is None else _as_paid(one, listed)
        period = Period(one.valid_from, one.valid_to)
        rate = rate_at(Use(0, HOURS, 0, period), period, facts, holder, {}, answer)
        return next(on_terms(rate, self.book))

    def _paying(self, one: Reservation) -> str | None:
        """A subscription of the reservation's billing account, where it names none."""
        subscriptions = self.catalog.hierarchy().subscriptions
        own = (s.id for s in subscriptions if s.billing_account_id == one.billing_account_id)
        return next(own, None)

    def _covers(self, one: Reservation, rate: Rate) -> bool:
        facts = rate.facts
        kind = PROVISIONED_SCOPES.get((facts["deployment_type"] or "").lower())
        if kind != one.deployment_scope or facts["region"] != one.region:
            return False
        if rate.holder.billing_account_id != one.billing_account_id:
            return False
        return one.applied_scope is None or self._inside(one.applied_scope, facts)

    def _inside(self, scope_id: str, facts: Facts) -> bool:
        selection = self.catalog.hierarchy().select(parse_scope(scope_id))
        chosen = selection.subscriptions
        group = selection.resource_group
        return (chosen is None or facts["subscription_id"] in chosen) and group in (
            None,
            facts["resource_group"],
        )


def _as_paid(one: Reservation, listed: Answer) -> Resolution:
    """The price that the reservation itself tells, beside the list's."""
    price = (one.price or Decimal(0)) / one.units
    row = PriceRow(
        sheet="reservation",
        product="Provisioned Throughput Reservation",
        meter_id=one.id,
        meter_name=f"Provisioned Managed {one.deployment_scope} Unit",
        category="Foundry Models",
        sub_category="Provisioned Throughput Reservation",
        sku_id=None,
        sku_name=None,
        publisher_type="Azure",
        publisher=None,
        offer=None,
        service_name="Foundry Models",
        region=one.region,
        unit_of_measure="1/Hour",
        block_size=Decimal(1),
        unit="Hours",
        tier_minimum=Decimal(0),
        price=price.quantize(Decimal(1).scaleb(-12)),
        currency=one.currency or "USD",
        valid_from=one.valid_from,
        valid_to=None,
        kind="reservation",
        source_line=1,
        term=_TERMS[one.term],
    )
    key = ModelKey("provisioned", None, one.deployment_scope, "Standard", "hours")
    public = listed.offer if isinstance(listed, Resolution) else None
    return Resolution(Offer(key, row, 0, "customer", None), public, ("as paid",))


def _facts(entry: Deployment, region: str | None) -> Facts:
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
