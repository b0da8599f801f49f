"""The reservations that the catalog has, with their prices and what they can cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costplane.app.capacity.estate import Versions
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES, Reservation
from costplane.core.money import LINE_PLACES
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.scope import parse_scope
from costplane.core.tables import SERIES_FACTS
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.capacity import Capacity, reservation_price
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, Resolution
from costplane.rating.answers import Use, price_scopes
from costplane.rating.capacity import HOURS, Reserved, Standing, reserved_amount
from costplane.rating.holder import Facts, Holders
from costplane.rating.rates import Rate, on_terms, rate_at

_TERMS = {"P1M": "1 Month", "P1Y": "1 Year", "P3Y": "3 Years"}
"""How price rows call the terms."""


def charged_hours(one: Reservation, within: Period) -> Period | None:
    """The hours in `within` in which a reservation covers something or is paid for."""
    return Period(hour_start(one.valid_from), hour_start(one.ends) + HOUR).intersection(within)


@dataclass(frozen=True, slots=True)
class ReservedEstate:
    """Reads the reservations for rating. `book` has the prices of a version, and `versions`
    tells which one holds where and when."""

    catalog: CatalogReader
    book: Callable[[int], PriceBook]
    versions: Versions
    holders: Holders

    def reserved(self, standings: Iterable[Standing], within: Period) -> list[Reserved]:
        """The reservations in `within`, each with those of `standings` that it can cover."""
        every = list(standings)
        return [
            self._reserved(one, every, part, self.book(version))
            for one in self.catalog.reservations()
            if (hours := charged_hours(one, within)) is not None
            for part, version in self.versions(one.resource_id, hours)
        ]

    def _reserved(
        self, one: Reservation, standings: list[Standing], held: Period, book: PriceBook
    ) -> Reserved:
        rate = reservation_rate(one, book, self.catalog, self.holders)
        total = reserved_amount(one, rate.contracted) if rate.offer else None
        if one.price is not None and rate.offer:
            total = round(Fraction(one.price) * 10**LINE_PLACES * rate.terms.rate)
        start, end = hour_start(one.valid_from), hour_start(one.term_end)
        return Reserved(
            reservation=one,
            rate=rate,
            total=total,
            listed=reserved_amount(one, rate.list) if rate.offer else total,
            start=start,
            end=hour_start(one.ends),
            term_hours=max(1, (end - start) // HOUR),
            covers=frozenset(s.place for s in standings if self._covers(one, rate, s.rate)),
            held=held,
        )

    def _covers(self, one: Reservation, own: Rate, rate: Rate) -> bool:
        facts = rate.facts
        kind = PROVISIONED_SCOPES.get((facts["deployment_type"] or "").lower())
        if kind != one.deployment_scope or facts["region"] != one.region:
            return False
        if rate.holder.billing_account_id != one.billing_account_id:
            return False
        if one.applied_scope is not None:
            return self._inside(one.applied_scope, facts)
        # Azure shares within a billing profile, where the agreement has them.
        profile = own.holder.billing_profile_id if one.billing_subscription else None
        return profile in (None, rate.holder.billing_profile_id)

    def _inside(self, scope_id: str, facts: Facts) -> bool:
        selection = self.catalog.hierarchy().select(parse_scope(scope_id))
        chosen = selection.subscriptions
        group = selection.resource_group
        return (chosen is None or facts["subscription_id"] in chosen) and group in (
            None,
            facts["resource_group"],
        )


def reservation_rate(
    one: Reservation, book: PriceBook, catalog: CatalogReader, holders: Holders
) -> Rate:
    """The rate of a reservation's term for one unit, on the terms of who pays for it; it has a
    reason in place of a price where none is known."""
    facts: Facts = {
        **dict.fromkeys(SERIES_FACTS),
        "subscription_id": one.billing_subscription or _paying(one, catalog),
        # Azure's own charges stand in a group; this one's rows leave it out again.
        "resource_group": one.order_id,
        "region": one.region,
        "billing_status": "Billed",
    }
    holder = holders.holders(facts, Period(one.valid_from, one.valid_to))[0].holder
    scopes = price_scopes(facts, holder)
    capacity = Capacity(one.deployment_scope, one.region, scopes)
    listed = reservation_price(book, capacity, _TERMS[one.term], one.valid_from)
    answer = listed if one.price is None else _as_paid(one, listed)
    period = Period(one.valid_from, one.valid_to)
    rate = rate_at(Use(0, HOURS, 0, period), period, facts, holder, {}, answer)
    return next(on_terms(rate, book))


def _paying(one: Reservation, catalog: CatalogReader) -> str | None:
    """A subscription of the reservation's billing account, where it names none."""
    subscriptions = catalog.hierarchy().subscriptions
    own = (s.id for s in subscriptions if s.billing_account_id == one.billing_account_id)
    return next(own, None)


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
