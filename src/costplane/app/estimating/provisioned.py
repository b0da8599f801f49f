"""A workload on provisioned throughput: how many units, what they cost, and where they pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from costplane.app.estimating.average import average_call
from costplane.app.estimating.calls import growth, months
from costplane.app.estimating.payer import Payers, facts_of
from costplane.app.estimating.workload import Workload
from costplane.core.money import LINE_PLACES, round_line
from costplane.core.period import HOUR, Period, day_start, next_month
from costplane.core.quantities import BY_NAME, PROMPT_TYPES
from costplane.pricing.book import PriceBook
from costplane.pricing.capacity import Capacity, provisioned_price, reservation_terms
from costplane.pricing.model_names import priced_model
from costplane.pricing.question import Answer, Resolution
from costplane.pricing.throughput import Throughput, UnitSizes, throughput
from costplane.rating.answers import Use, price_scopes
from costplane.rating.rates import Rate, rates_of

PROVISIONED = {
    "GlobalProvisionedManaged": ("Global", "GlobalStandard"),
    "DataZoneProvisionedManaged": ("DataZone", "DataZoneStandard"),
    "ProvisionedManaged": ("Regional", "Standard"),
}
"""Azure's SKU names: the scope, and the deployment type that is paid by use."""

HOURLY = "hourly"
_HOURS = BY_NAME["hours"]
_TERM_MONTHS = {"1 Month": 1, "1 Year": 12, "3 Years": 36}


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a workload needs of a model's units. `tokens_a_minute` are weighted ones of the
    busiest minute of the first month, batch apart; `units_needed` is not rounded."""

    throughput: Throughput
    tokens_a_minute: Fraction

    @property
    def units_needed(self) -> Fraction:
        """Units that the busiest minute would fill."""
        return self.tokens_a_minute / self.throughput.tokens_per_minute


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs: `price` of an hour (`months` 0), or of a term of `months`. `offer`
    is where the price stands, None with the `reason` for none."""

    purchase: str
    price: Fraction | None
    currency: str
    months: int
    reason: str | None

    def cost(self, units: int, month: date) -> Decimal:
        """The cost of `units` in a month; of a term its part for the month."""
        assert self.price is not None
        if self.months:
            return round_line(self.price * units / self.months)
        return round_line(self.price * units) * hours_of(month)

    def commitment(self, units: int) -> Decimal | None:
        """What `units` cost for the whole term; None where there is no term."""
        return round_line(self.price * units) if self.price is not None and self.months else None


def hours_of(month: date) -> int:
    """The hours of a month."""
    start = day_start(month)
    return (next_month(start) - start) // HOUR


def sizing(workload: Workload) -> Sizing | None:
    """The units that a workload needs; None where the model's throughput is not documented."""
    served = workload.served
    model, _ = priced_model(served.model, served.model_version, served.provider)
    found = throughput(model)
    if found is None:
        return None
    average = average_call(workload.shape, model).quantities
    prompt = sum((average.get(q.name, Fraction(0)) for q in PROMPT_TYPES), Fraction(0))
    weights = found.weights_at(int(prompt))
    weight = sum(
        (Fraction(weights[name]) * n for name, n in average.items() if name in weights),
        Fraction(0),
    )
    calls = workload.traffic.busiest_minute * (1 - workload.batch_share)
    return Sizing(found, weight * calls)


def units_by_month(workload: Workload, needed: Sizing, sizes: UnitSizes) -> dict[date, int]:
    """The units of each month, as large as its busiest minute needs."""
    return {
        month: sizes.fit(needed.units_needed * growth(workload, month))
        for month in months(workload)
    }


def reserved_units(units: Mapping[date, int], term: int) -> dict[date, int]:
    """Units bought for terms of `term` months: each term has those of its largest month."""
    ordered = sorted(units)
    found = {}
    for place, month in enumerate(ordered):
        first = place - place % term
        found[month] = max(units[other] for other in ordered[first : first + term])
    return found


def unit_prices(
    workload: Workload, deployment_type: str, book: PriceBook, payers: Payers, at: datetime
) -> Iterator[UnitPrice]:
    """The prices of a unit: by the hour, then of each term that can be reserved."""
    planned = replace(workload, served=replace(workload.served, deployment_type=deployment_type))
    facts = facts_of(planned, batch=False)
    holder = payers.holder(facts)
    served = workload.served
    model, version = priced_model(served.model, served.model_version, served.provider)
    capacity = Capacity(deployment_type, served.region, price_scopes(facts, holder), model, version)
    answers: dict[str, Answer] = {HOURLY: provisioned_price(book, capacity, at)}
    answers |= reservation_terms(book, capacity, at)
    use = Use(0, _HOURS, 0, Period(at, at + HOUR))
    for purchase, answer in answers.items():
        rate = next(rates_of(use, facts, holder, payers, book, [(use.period, answer)]))
        yield _unit_price(purchase, rate, answer)


def _unit_price(purchase: str, rate: Rate, answer: Answer) -> UnitPrice:
    """The price as rating has it: with the payer's discounts, in the billing currency."""
    if rate.offer is None or not isinstance(answer, Resolution):
        return UnitPrice(purchase, None, "", 0, rate.reason)
    stored, scale = Fraction(*rate.contracted), _HOURS.scale
    price = stored * 10**scale / 10**LINE_PLACES * Fraction(rate.offer.row.block_size)
    months_of_term = _TERM_MONTHS.get(purchase, 0)
    return UnitPrice(purchase, price, rate.currency or "", months_of_term, None)
