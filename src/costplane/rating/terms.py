"""The terms of a price row for one payer: discount, exchange rates and markup, over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from costplane.core.money import LINE_PLACES
from costplane.core.period import Period, month_start, next_month
from costplane.core.quantities import Quantity
from costplane.pricing.adjustment import Discount, Markup
from costplane.pricing.adjustments import Adjustments, Charged, Exchange, bounds, first_at
from costplane.pricing.book import Offer
from costplane.pricing.question import Unresolved
from costplane.rating.holder import Facts

USD = "USD"
_MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class Terms:
    """What happens to a price: `discount` on it, `exchange` into the billing currency, `markup`
    for cross-charging. `usd` is the rate from the price's currency to USD, where the charge is
    not billed in USD. `public` is the rate into the billing currency for a list price that stands
    in a third one; `no_public` names the pair where none is known. None is nothing of that kind."""

    discount: Discount | None = None
    exchange: Exchange | None = None
    usd: Exchange | None = None
    markup: Markup | None = None
    public: Exchange | None = None
    no_public: str = ""

    @property
    def left(self) -> Fraction:
        """What the discount leaves of a price."""
        return 1 - Fraction(self.discount.percent) / 100 if self.discount else Fraction(1)

    @property
    def rate(self) -> Fraction:
        """Billing currency for one of the price's currency."""
        return self.exchange.rate if self.exchange else Fraction(1)

    def marked_up(self, unit: Fraction, quantity: Quantity) -> Fraction:
        """The price of a stored unit (core.money.line_units) for cross-charging."""
        if self.markup is None:
            return unit
        if self.markup.percent is not None:
            return unit * (1 + Fraction(self.markup.percent) / 100)
        amount, block = Fraction(self.markup.amount or 0), Fraction(self.markup.block_size or 1)
        return unit + amount / block * Fraction(10) ** (LINE_PLACES - quantity.scale)


PLAIN = Terms()
"""The price row's own price, in the billing currency."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A price row for a payer, beside that of the list: whose scopes, which quantity, billed in
    which currency."""

    offer: Offer
    list_offer: Offer | None
    scopes: tuple[str, ...]
    facts: Facts
    tags: Mapping[str, str]
    quantity: Quantity
    currency: str

    def terms(
        self, adjustments: Adjustments, period: Period
    ) -> list[tuple[Period, Terms | Unresolved]]:
        """`period` cut wherever the terms change, with those of each part; Unresolved where the
        price's currency is another than the billing currency, and no rate is known."""
        if adjustments.is_empty and {self.offer.row.currency, self._listed} == {self.currency}:
            return [(period, PLAIN)]
        discounts, markups = self._discounts(adjustments), self._markups(adjustments)
        cuts = bounds(discounts) | bounds(markups) | self._rate_changes(adjustments, period)
        inside = sorted(cut for cut in cuts if period.start < cut < period.end)
        found: list[tuple[Period, Terms | Unresolved]] = []
        for start, end in pairwise([period.start, *inside, period.end]):
            here = self._at(start, adjustments, discounts, markups)
            if found and found[-1][1] == here:
                start = found.pop()[0].start
            found.append((Period(start, end), here))
        return found

    def _at(
        self,
        instant: datetime,
        adjustments: Adjustments,
        discounts: Sequence[Discount],
        markups: Sequence[Markup],
    ) -> Terms | Unresolved:
        priced, day = self.offer.row.currency, instant.date()
        same = priced == self.currency
        exchange = None if same else adjustments.exchange(priced, self.currency, day)
        if exchange is None and not same:
            pair = f"{priced} to {self.currency}"
            return Unresolved("NoExchangeRate", f"{pair} for {instant:%Y-%m}")
        needs_usd = USD not in (priced, self.currency)
        third = self._listed not in (priced, self.currency)
        public = adjustments.exchange(self._listed, self.currency, day) if third else None
        return Terms(
            first_at(discounts, instant),
            exchange,
            adjustments.exchange(priced, USD, day) if needs_usd else None,
            first_at(markups, instant),
            public,
            f"{self._listed} to {self.currency}" if third and public is None else "",
        )

    @property
    def _listed(self) -> str:
        """The currency of the list price."""
        return (self.list_offer or self.offer).row.currency

    def _rate_changes(self, adjustments: Adjustments, period: Period) -> set[datetime]:
        """The instants at which a rate changes; months, too, which the reason for none names."""
        priced = self.offer.row.currency
        found = {
            day
            for other in {self.currency, USD} - {priced}
            for day in adjustments.exchange_days(priced, other)
        }
        if self._listed != priced:
            found.update(adjustments.exchange_days(self._listed, self.currency))
        month = next_month(month_start(period.start))
        while priced != self.currency and month < period.end:
            found.add(month)
            month = next_month(month)
        return found

    def _discounts(self, adjustments: Adjustments) -> list[Discount]:
        """Discounts on this price: on list prices alone, and on those of the Marketplace only
        where they say so."""
        if self.offer.sheet_kind != "list":
            return []
        elsewhere = self._charged.facts["publisher_type"] == _MARKETPLACE
        found = adjustments.discounts_of(self._charged)
        return [d for d in found if not elsewhere or d.applies.publisher_type == _MARKETPLACE]

    def _markups(self, adjustments: Adjustments) -> list[Markup]:
        """Markups of this charge; those per unit only in their unit and currency."""
        mine = (None, None), (self.quantity.unit, self.currency)
        return [m for m in adjustments.markups_of(self._charged) if (m.unit, m.currency) in mine]

    @property
    def _charged(self) -> Charged:
        row = self.offer.row
        facts = {
            "provider": self.offer.key.provider,
            "publisher_type": row.publisher_type,
            "publisher": row.publisher or "",
            "product": row.product,
            "meter": row.meter_name,
            "model": self.facts["model"] or "",
            "deployment_type": self.facts["deployment_type"] or "",
        }
        lowered = {name: text.lower() for name, text in facts.items()}
        tags = {key.lower(): value for key, value in self.tags.items()}
        return Charged(self.scopes, lowered, tags)
