"""Rates: for each use that occurs, which price it gets from when to when, or why none.

A rate is a use (answers.py) during an interval in which neither its price nor its tags change;
everything that stands on its charge rows but amounts, times and counts follows from it. There are
few rates, however many events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from costplane.core.money import EXACT, line_units
from costplane.core.period import Period
from costplane.core.quantities import Quantity
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.question import Answer, Resolution
from costplane.rating.answers import Use, answers, price_scopes
from costplane.rating.holder import Facts, Holder, Holders
from costplane.rating.terms import PLAIN, USD, Deal, Terms


@dataclass(frozen=True, slots=True)
class Rate:
    """The outcome for a use during `period`: a price (`offer`), with the `steps` that led to it,
    or a `reason` for none.

    Where the meter has tiers, `tiers` are those that may hold (`list_tiers` the list's), and
    `offer` is the first until the month's quantity has chosen one (rating/tiers.py).
    """

    use: Use
    period: Period
    facts: Facts
    holder: Holder
    tags: Mapping[str, str]
    offer: Offer | None
    list_offer: Offer | None
    status: str
    reason: str | None
    steps: tuple[str, ...] = ()
    tiers: tuple[Offer, ...] = ()
    list_tiers: tuple[Offer, ...] = ()
    terms: Terms = PLAIN

    def at_tier(self, tier: Offer) -> Rate:
        """The rate at one of its `tiers`, beside the tier of the list in which that begins."""
        begun = [t for t in self.list_tiers if _begins(t) <= _begins(tier)]
        return replace(self, offer=tier, list_offer=begun[-1] if begun else None)

    @property
    def currency(self) -> str | None:
        """What the charge is billed in: the payer's currency; the price's where nobody knows who
        pays. None for a use without price whose payer is not known."""
        return self.holder.currency or (self.offer.row.currency if self.offer else None)

    @property
    def covered(self) -> bool:
        """Whether provisioned throughput pays for the use: `offer` is that of its hours."""
        return self.offer is not None and self.offer.row.kind == "hourly" and not self._of_hours

    @property
    def _of_hours(self) -> bool:
        return self.use.quantity is not None and self.use.quantity.name == "hours"

    @property
    def contracted(self) -> tuple[int, int]:
        """1e-12 of the billing currency for one stored unit, as a reduced fraction
        (core.money.line_units): price x discount x exchange rate."""
        return _ratio(self._contracted)

    @property
    def list(self) -> tuple[int, int]:
        """The same at list price; at the contracted one where no list price is known."""
        if self.list_offer is None or self.covered:
            return self.contracted
        return _ratio(_units(self.list_offer, self.use.quantity) * self.list_rate)

    @property
    def list_rate(self) -> Fraction:
        """Billing currency for one of the list price's."""
        listed, priced = ((o.row.currency if o else None) for o in (self.list_offer, self.offer))
        if listed is None or listed == priced:
            return self.terms.rate
        return self.terms.public.rate if self.terms.public else Fraction(1)

    @property
    def priced(self) -> tuple[int, int]:
        """The contracted one in the price's own currency."""
        return _ratio(self._priced)

    @property
    def usd(self) -> tuple[int, int] | None:
        """The contracted one in USD; None where no rate is known."""
        if self.currency == USD:
            return self.contracted
        if self.offer is not None and self.offer.row.currency == USD:
            return self.priced
        usd = self.terms.usd
        return None if usd is None else _ratio(self._priced * usd.rate)

    @property
    def cross_charge(self) -> tuple[int, int]:
        """The contracted one with the markup for cross-charging."""
        if self.use.quantity is None or self.offer is None:
            return 0, 1
        return _ratio(self.terms.marked_up(self._contracted, self.use.quantity))

    @property
    def _priced(self) -> Fraction:
        if self.covered:
            return Fraction(0)
        return _units(self.offer, self.use.quantity) * self.terms.left

    @property
    def _contracted(self) -> Fraction:
        return self._priced * self.terms.rate

    @property
    def pricing(self) -> tuple[int, int]:
        """1e-12 of a pricing unit for one stored unit, as a fraction: of a block, or of the
        consumption units that a block stands for."""
        offer, quantity = self.offer, self.use.quantity
        if offer is None or quantity is None or self.covered:
            return 0, 1
        units = offer.conversion.units if offer.conversion else Decimal(1)
        return line_units(units, offer.row.block_size, quantity.scale)


def rates(
    uses: Iterable[Use], series: Mapping[int, Facts], book: PriceBook, holders: Holders
) -> list[Rate]:
    """The rates of every use, in the order of the uses."""
    return [rate for use in uses for rate in _of_use(use, series[use.series], book, holders)]


def _of_use(use: Use, facts: Facts, book: PriceBook, holders: Holders) -> Iterator[Rate]:
    for held in holders.holders(facts, use.period):
        part = replace(use, period=held.period)
        found = answers(part, facts, held.holder, book, holders)
        yield from rates_of(part, facts, held.holder, holders, book, found)


def rates_of(
    use: Use,
    facts: Facts,
    holder: Holder,
    holders: Holders,
    book: PriceBook,
    found: Iterable[tuple[Period, Answer | None]],
) -> Iterator[Rate]:
    """The rates of a use whose price in each period is known, cut where its tags change."""
    intervals = holders.tags(facts, use.period)
    for period, answer in found:
        for interval in intervals:
            shared = period.intersection(interval.period)
            if shared is not None:
                rate = rate_at(use, shared, facts, holder, interval.tags, answer)
                yield from on_terms(_with_tiers(rate, answer, book), book)


def on_terms(rate: Rate, book: PriceBook) -> Iterator[Rate]:
    """`rate` on the payer's terms, cut where these change; unpriced where they are not known."""
    offer, quantity = rate.offer, rate.use.quantity
    if offer is None or quantity is None:
        yield rate
        return
    scopes = price_scopes(rate.facts, rate.holder)
    currency = rate.currency or offer.row.currency
    deal = Deal(offer, rate.list_offer, scopes, rate.facts, rate.tags, quantity, currency)
    for period, terms in deal.terms(book.adjustments, rate.period):
        if isinstance(terms, Terms):
            found = rate if terms is PLAIN else replace(rate, period=period, terms=terms)
            yield replace(found, list_offer=None, list_tiers=()) if terms.no_public else found
        elif rate.covered:  # it costs nothing, whatever its hours cost in another currency
            yield replace(rate, period=period)
        else:
            yield replace(
                rate,
                period=period,
                offer=None,
                list_offer=None,
                status="Unpriced",
                reason=terms.reason,
                steps=(),
                tiers=(),
                list_tiers=(),
            )


def rate_at(
    use: Use,
    period: Period,
    facts: Facts,
    holder: Holder,
    tags: Mapping[str, str],
    answer: Answer | None,
) -> Rate:
    """The rate of a use for which `answer` holds during `period`."""
    status = facts["billing_status"] or "Billed"
    offer = list_offer = None
    steps: tuple[str, ...] = ()
    reason = facts["status_reason"]
    if isinstance(answer, Resolution):
        offer, list_offer, steps = answer.offer, answer.list_offer, answer.steps
    elif answer is not None:
        status, reason = "Unpriced", answer.reason
    return Rate(use, period, facts, holder, tags, offer, list_offer, status, reason, steps)


def _with_tiers(rate: Rate, answer: Answer | None, book: PriceBook) -> Rate:
    """`rate` with its tiers, if its meter has tiers at any time: what the meter counts at a time
    without tiers counts in the month, too."""
    if not isinstance(answer, Resolution) or answer.offer.row.meter_id not in book.tiered_meters:
        return rate
    return replace(rate, tiers=answer.tiers, list_tiers=answer.list_tiers)


def _begins(tier: Offer) -> Decimal:
    """The units of the month from which a tier holds."""
    return EXACT.multiply(tier.row.tier_minimum, tier.row.block_size)


def _units(offer: Offer | None, quantity: Quantity | None) -> Fraction:
    """The row's price of one stored unit, in 1e-12 of its currency."""
    if offer is None or quantity is None:
        return Fraction(0)
    return Fraction(*line_units(offer.row.price, offer.row.block_size, quantity.scale))


def _ratio(units: Fraction) -> tuple[int, int]:
    return units.numerator, units.denominator
