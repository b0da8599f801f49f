"""Prices of capacity: provisioned throughput by the hour and by the term, hosting of tuned models.

Capacity is charged whether it is used or not (billing-rules 19, 20). All prices are for one unit
(of throughput) or one deployment (hosted). They are found as those of calls are: own sheets
before the list, the narrowest scope first, valid at the instant (rule 8). A price by the month is
that of Azure's older offer of throughput: sheets keep and show it, nothing is charged by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from costplane.core.period import Period
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.meter_names.capacity import provisioned_model
from costplane.pricing.meter_names.models import family_of_model
from costplane.pricing.model_names import priced_model
from costplane.pricing.price import PriceKind
from costplane.pricing.question import Answer, PriceQuestion, Resolution, Unresolved
from costplane.pricing.resolution import resolve_among
from costplane.pricing.served import deployment_scope, is_developer


@dataclass(frozen=True, slots=True)
class Capacity:
    """Which capacity, where and for whom.

    `model` (and `model_version`) is what is deployed, None if any may be. `deployment_type` is
    Azure's SKU name (`GlobalProvisionedManaged`) or a scope (`Global`, `DataZone`, `Regional`),
    `region` Azure's name. `scopes` are the ids whose own sheets may price it, the narrowest
    first (PriceQuestion).
    """

    deployment_type: str
    region: str | None
    scopes: tuple[str, ...] = ()
    model: str | None = None
    model_version: str | None = None


def provisioned_price(book: PriceBook, capacity: Capacity, at: datetime) -> Answer:
    """The price of one provisioned throughput unit for an hour: the meter of the maker of the
    deployed model where it has one, else that of OpenAI's models."""
    return _of_maker(book, "hourly", capacity, at)


def reservation_terms(book: PriceBook, capacity: Capacity, at: datetime) -> dict[str, Answer]:
    """The price of one reserved unit by term ("1 Month", "1 Year"): for the whole term, although
    Azure's list gives its unit as an hour."""
    offers = [o for m in _provisioned_models(capacity) for o in book.of_kind("reservation", m)]
    terms = sorted({offer.row.term for offer in offers if offer.row.term})
    return {term: reservation_price(book, capacity, term, at) for term in terms}


def reservation_price(book: PriceBook, capacity: Capacity, term: str, at: datetime) -> Answer:
    """The price of one unit reserved for `term`, for the whole term."""
    return _of_maker(book, "reservation", capacity, at, term)


def hosting_price(book: PriceBook, capacity: Capacity, at: datetime) -> Answer:
    """The price of hosting one deployment of a fine-tuned model for an hour, idle or not.

    `capacity.model` is the base model, or the tuned one ("gpt-4.1-2025-04-14.ft-..."). Azure
    hosts developer deployments (`DeveloperTier`) for nothing: they have no meter and no price.
    """
    if not capacity.model:
        return Unresolved("MissingFact", "model")
    model, version = priced_model(capacity.model, capacity.model_version)
    variant = "developer" if is_developer(capacity.deployment_type) else "fine-tuned"
    question = _question(capacity, model, version, variant)
    return resolve_among(book.of_kind("hourly", model), question, at)


def capacity_timeline(
    book: PriceBook,
    capacity: Capacity,
    price: Callable[[PriceBook, Capacity, datetime], Answer],
    period: Period,
) -> Iterator[tuple[Period, Answer]]:
    """`period` cut where the answer of `price` (one of the functions here) changes."""
    inside = (change for change in book.changes if period.start < change < period.end)
    start, last = period.start, price(book, capacity, period.start)
    for bound in sorted(inside):
        found = price(book, capacity, bound)
        if found != last:
            yield Period(start, bound), last
            start, last = bound, found
    yield Period(start, period.end), last


def _of_maker(
    book: PriceBook, kind: PriceKind, capacity: Capacity, at: datetime, term: str | None = None
) -> Answer:
    """The first of the models' prices; else why the last has none."""
    answer: Answer = Unresolved("NoSuchModel", "provisioned throughput")
    for model in _provisioned_models(capacity):
        offers = _of_term(book.of_kind(kind, model), term)
        answer = resolve_among(tuple(offers), _question(capacity, model, None, None), at)
        if isinstance(answer, Resolution):
            return answer
    return answer


def _of_term(offers: tuple[Offer, ...], term: str | None) -> Iterator[Offer]:
    return (offer for offer in offers if offer.row.term == term)


def _provisioned_models(capacity: Capacity) -> tuple[str, ...]:
    maker = family_of_model(capacity.model.lower()) if capacity.model else None
    models = (provisioned_model(maker), provisioned_model(None))
    return tuple(dict.fromkeys(models))


def _question(
    capacity: Capacity, model: str, version: str | None, variant: str | None
) -> PriceQuestion:
    return PriceQuestion(
        scopes=capacity.scopes,
        model=model,
        model_version=version,
        deployment_type=deployment_scope(capacity.deployment_type),
        service_tier=None,
        region=capacity.region,
        quantity="hours",
        context_tokens=0,
        variant=variant,
    )
