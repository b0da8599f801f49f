"""Consumption units: a publisher's virtual currency (billing-rules 18).

Some publishers sell through the Marketplace in units of their own ("Claude consumption units"). One
dated row says how many units a block of a quantity stands for, another what one unit costs. Both
are found as prices are (resolution.py), and the price of the use is their exact product: nothing
is rounded between the two steps. A unit has one price at a time, without tiers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from costplane.core.money import EXACT
from costplane.core.quantities import CONSUMPTION_UNITS
from costplane.pricing.book import Conversion, Offer
from costplane.pricing.question import Answer, PriceQuestion, Resolution, Unresolved

PriceOfUnit = Callable[[str, bool], Answer]
"""The price of one of the units so named; at list price if the second argument is true."""


def unit_model(name: str) -> str:
    """The model in whose key the price of a consumption unit stands."""
    return " ".join(name.lower().split())


def unit_question(name: str, question: PriceQuestion) -> PriceQuestion:
    """The question for the price of the unit in which a use is counted."""
    return PriceQuestion(
        scopes=question.scopes,
        model=unit_model(name),
        model_version=None,
        deployment_type=None,
        service_tier=None,
        region=question.region,
        quantity=CONSUMPTION_UNITS.name,
        context_tokens=0,
        provider=question.provider,
    )


def in_money(answer: Answer, price_of: PriceOfUnit) -> Answer:
    """`answer` with its price in money, where it is one in consumption units."""
    if not isinstance(answer, Resolution):
        return answer
    listed = _converted((*_some(answer.list_offer), *answer.list_tiers), price_of, at_list=True)
    if isinstance(listed, Unresolved):
        answer, listed = replace(answer, list_offer=None, list_tiers=()), ()
    own = _converted((answer.offer, *answer.tiers), price_of, at_list=False)
    if isinstance(own, Unresolved):
        return own
    public = listed[0] if answer.list_offer else None
    unit = own[0].conversion
    step = (f"{unit.unit.row.meter_name} at {unit.step}",) if unit else ()
    steps = (*answer.steps, *step)
    return Resolution(own[0], public, steps, own[1:], listed[1:])


def _some(offer: Offer | None) -> tuple[Offer, ...]:
    return (offer,) if offer else ()


def _converted(
    offers: tuple[Offer, ...], price_of: PriceOfUnit, *, at_list: bool
) -> tuple[Offer, ...] | Unresolved:
    made = []
    for offer in offers:
        name = offer.row.consumption_unit
        if name is None:
            made.append(offer)
            continue
        found = price_of(name, at_list)
        if isinstance(found, Unresolved):
            return Unresolved("NoPriceForConsumptionUnit", f"{name}, {found.reason}")
        if len(found.tiers) > 1:  # units of several models would be counted together
            return Unresolved("NoPriceForConsumptionUnit", f"{name}, its price has tiers")
        made.append(_at(offer, found))
    return tuple(made)


def _at(offer: Offer, found: Resolution) -> Offer:
    """`offer`, in units, at the price of one of them."""
    unit = found.offer
    price = EXACT.multiply(offer.row.price, unit.row.price)
    row = replace(offer.row, price=price, currency=unit.row.currency, consumption_unit=None)
    conversion = Conversion(offer.row.price, unit, found.steps[0])
    return replace(offer, row=row, conversion=conversion)
