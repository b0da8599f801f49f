"""Prices in a publisher's units: two steps, each with its dates and its owner."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from costplane.core.period import Period
from costplane.pricing.book import Offer
from costplane.pricing.question import Resolution
from costplane.pricing.resolution import timeline
from tests.pricing.offers import NOW, SUBSCRIPTION, ask, book, day, offer, own, question, reason_of

COIN: dict[str, Any] = {
    "model": "example coins",
    "quantity": "consumption_units",
    "block": 1,
    "meter": "Example Coins",
}


def coin(price: object, **facts: Any) -> Offer:
    return offer(price, **COIN | facts)


def conversion(units: object, **facts: Any) -> Offer:
    return offer(units, **{"unit_of_price": "Example  COINS"} | facts)


def resolved(*offers: Offer, **facts: Any) -> Resolution:
    answer = ask(*offers, **facts)
    assert isinstance(answer, Resolution), answer
    return answer


def prices_of(found: Resolution) -> list[Decimal]:
    """The contracted price, and the list's if there is one."""
    return [o.row.price for o in (found.offer, found.list_offer) if o]


def test_the_price_is_the_product_of_both_steps() -> None:
    found = resolved(conversion(300), coin("0.01"))
    assert (found.offer.row.price, found.offer.row.currency) == (Decimal("3.00"), "USD")
    assert found.offer.conversion
    assert (found.offer.conversion.units, found.offer.conversion.unit.row.price) == (
        Decimal(300),
        Decimal("0.01"),
    )
    assert found.steps == ("list price", "Example Coins at list price")
    assert found.list_offer == found.offer


def test_no_digit_is_lost_between_the_steps() -> None:
    found = resolved(conversion("999999.999999"), coin("0.009999999"))
    assert found.offer.row.price == Decimal("999999.999999") * Decimal("0.009999999")


def test_a_unit_without_price_leaves_the_use_unpriced() -> None:
    assert reason_of(conversion(300)) == (
        "NoPriceForConsumptionUnit: Example  COINS, NoSuchModel: example coins"
    )
    late = coin("0.01", valid_from=day(12))
    assert "NotYetValid: example coins, from 2026-12-01" in reason_of(conversion(300), late)


def test_a_customers_unit_price_stands_beside_the_lists() -> None:
    agreed = own("0.008", **COIN, scope=SUBSCRIPTION)
    found = resolved(conversion(300), coin("0.01"), agreed)
    assert found.offer.row.price == Decimal("2.4")
    assert found.list_offer
    assert found.list_offer.row.price == 3
    assert found.offer.id != found.list_offer.id
    elsewhere = resolved(conversion(300), coin("0.01"), agreed, scopes=())
    assert elsewhere.offer.row.price == 3


def test_a_customers_conversion_takes_the_lists_unit_price() -> None:
    found = resolved(conversion(300), own(250, unit_of_price="Example Coins"), coin("0.01"))
    assert prices_of(found) == [Decimal("2.5"), Decimal(3)]


def test_a_price_in_money_stands_beside_a_list_in_units() -> None:
    found = resolved(conversion(300), coin("0.01"), own(2))
    assert found.offer.conversion is None
    assert prices_of(found) == [Decimal(2), Decimal(3)]


def test_a_list_without_unit_price_is_no_list_price() -> None:
    found = resolved(conversion(300), own("0.008", **COIN))
    assert prices_of(found) == [Decimal("2.4")]


def test_each_step_has_its_own_dates() -> None:
    """Every change of either cuts, and each part has what then held of both."""
    hour = [NOW + timedelta(minutes=minutes) for minutes in (0, 15, 30, 45, 60)]
    prices = book(
        conversion(300),
        conversion(200, valid_from=hour[2], line=4),
        coin("0.01"),
        coin("0.02", valid_from=hour[1], line=2),
        coin("0.04", valid_from=hour[3], line=3),
    )
    parts = timeline(prices, question(), Period(hour[0], hour[4]))
    assert [part.start for part, _ in parts] == hour[:4]
    found = [answer.offer.row.price for _, answer in parts if isinstance(answer, Resolution)]
    assert found == [3, 6, 4, 8]
    assert len({a.offer.id for _, a in parts if isinstance(a, Resolution)}) == 4


def test_units_of_two_names_are_two_units() -> None:
    other = coin("0.05", model="other coins", meter="Other Coins")
    found = resolved(conversion(300), coin("0.01"), other)
    assert found.offer.row.price == 3


def test_a_unit_whose_price_has_tiers_is_told_and_not_guessed() -> None:
    tier = coin("0.008")
    tier = replace(tier, row=replace(tier.row, tier_minimum=Decimal(1_000)))
    assert reason_of(conversion(300), coin("0.01"), tier) == (
        "NoPriceForConsumptionUnit: Example  COINS, its price has tiers"
    )
