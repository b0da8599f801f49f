"""Rates: for each use that occurs, which price it gets from when to when, or why none.

A use is a series, a quantity and a context band. A rate is a use during an interval in which
neither its price nor its tags change; everything that stands on its charge rows but amounts,
times and counts follows from it. There are few rates, however many events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from costplane.core.money import EXACT, line_units
from costplane.core.period import Period
from costplane.core.quantities import Quantity
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.capacity import Capacity, capacity_timeline, provisioned_price
from costplane.pricing.model_key import ANY_MODEL
from costplane.pricing.model_names import priced_model, priced_variant
from costplane.pricing.providers import serving_provider
from costplane.pricing.question import Answer, PriceQuestion, Resolution, Unresolved
from costplane.pricing.resolution import timeline
from costplane.pricing.served import OF_TOOLS, PROVISIONED
from costplane.rating.holder import Facts, Holder, Holders
from costplane.rating.terms import PLAIN, USD, Deal, Terms


@dataclass(frozen=True, slots=True)
class Use:
    """A series' use of one quantity in one context band, somewhere in `period`.

    `band` counts the book's context thresholds that the prompt exceeds. `quantity` None stands
    for events that told none.
    """

    series: int
    quantity: Quantity | None
    band: int
    period: Period


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
    holder = holders.holder(facts)
    answers = _answers(use, facts, holder, book, holders)
    yield from rates_of(use, facts, holder, holders, book, answers)


def rates_of(
    use: Use,
    facts: Facts,
    holder: Holder,
    holders: Holders,
    book: PriceBook,
    answers: Iterable[tuple[Period, Answer | None]],
) -> Iterator[Rate]:
    """The rates of a use whose price in each period is known, cut where its tags change."""
    intervals = holders.tags(facts, use.period)
    for period, answer in answers:
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


def _answers(
    use: Use, facts: Facts, holder: Holder, book: PriceBook, holders: Holders
) -> Sequence[tuple[Period, Answer | None]]:
    if use.quantity is None or facts["billing_status"] != "Billed":
        return [(use.period, None)]
    covered = (facts["deployment_type"] or "").lower() in PROVISIONED
    if covered and use.quantity.name not in OF_TOOLS:
        return list(provisioned_answers(use.period, facts, holder, book, holders))
    thresholds = (-1, *book.context_thresholds)
    provider, model, version = _model(facts)
    question = PriceQuestion(
        scopes=price_scopes(facts, holder),
        model=model,
        model_version=version,
        deployment_type=facts["deployment_type"],
        service_tier=facts["service_tier"],
        region=facts["region"],
        quantity=use.quantity.name,
        context_tokens=thresholds[use.band] + 1,
        provider=provider,
        variant=priced_variant(facts["model"], facts.get("variant"), provider),
    )
    return timeline(book, question, use.period)


def _model(facts: Facts) -> tuple[str | None, str | None, str | None]:
    """Who served the series' model, and its name and version as prices know them."""
    told = facts["model"]
    provider = serving_provider(facts["provider"], in_azure=bool(facts["resource_group"]))
    model, version = priced_model(told, facts["model_version"], provider) if told else (None, None)
    return provider, model, version


def may_have_tiers(facts: Facts, book: PriceBook) -> bool:
    """Whether some meter of a series' model has tiers."""
    _, model, _ = _model(facts)
    if facts["billing_status"] != "Billed":
        return False
    offers = (*book.of_model(model or ""), *book.of_model(ANY_MODEL))
    return any(offer.row.meter_id in book.tiered_meters for offer in offers)


def provisioned_answers(
    period: Period, facts: Facts, holder: Holder, book: PriceBook, holders: Holders
) -> Iterator[tuple[Period, Answer]]:
    """The hourly price of a provisioned deployment during `period`: it pays for all calls, if
    somebody has told its units (billing-rules 19)."""
    kind = facts["deployment_type"] or ""
    told = (facts["model"], facts["model_version"])
    capacity = Capacity(kind, facts["region"], price_scopes(facts, holder), *told)
    for interval in holders.units(facts, period):
        if interval.units:
            yield from capacity_timeline(book, capacity, provisioned_price, interval.period)
        else:
            yield interval.period, Unresolved("ProvisionedUnitsUnknown", kind)


def price_scopes(facts: Facts, holder: Holder) -> tuple[str, ...]:
    """Scope ids whose own sheets may price the use, the narrowest first."""
    subscription, group = facts["subscription_id"], facts["resource_group"]
    scopes = [facts["resource_id"]]
    if group:
        scopes.append(f"/subscriptions/{subscription}/resourcegroups/{group}")
        scopes.append(f"/subscriptions/{subscription}")
        account = f"/providers/microsoft.billing/billingaccounts/{holder.billing_account_id}"
        scopes += holder.billing_scopes or (account,)
    else:
        external = "/providers/microsoft.costmanagement/external"
        scopes.append(f"{external}subscriptions/{subscription}")
        scopes.append(f"{external}billingaccounts/{holder.billing_account_id}")
    return tuple(dict.fromkeys(scope.lower() for scope in scopes if scope))


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
