"""Answers: what prices a use of a series, from when to when.

A use is a series, a quantity and a context band: what a price is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from costplane.core.period import Period
from costplane.core.quantities import Quantity
from costplane.pricing.book import PriceBook
from costplane.pricing.capacity import Capacity, capacity_timeline, provisioned_price
from costplane.pricing.model_key import ANY_MODEL
from costplane.pricing.model_names import priced_model, priced_variant
from costplane.pricing.providers import serving_provider
from costplane.pricing.question import Answer, PriceQuestion, Unresolved
from costplane.pricing.resolution import timeline
from costplane.pricing.served import OF_TOOLS, PROVISIONED
from costplane.rating.holder import Facts, Holder, Holders


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


def answers(
    use: Use, facts: Facts, holder: Holder, book: PriceBook, holders: Holders
) -> Sequence[tuple[Period, Answer | None]]:
    """What prices a use from when to when; None where it is not billed."""
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
