"""Variants (a tuned model, an image's quality and size) and tools that any model calls."""

from typing import Any

import pytest

from costplane.pricing.book import Offer
from costplane.pricing.question import Unresolved
from tests.pricing.offers import ask, offer, own, price_of, reason_of


def images(price: object, variant: str | None) -> Offer:
    return offer(price, quantity="images", variant=variant, meter=f"{variant} images")


def test_an_image_is_priced_by_its_quality_and_size() -> None:
    offers = (images(4, "standard low-res"), images(12, "hd high-res"))
    assert price_of(*offers, quantity="images", variant="hd high-res") == 12
    assert reason_of(*offers, quantity="images", variant="hd") == "NoPriceForVariant: gpt-x hd"


def test_a_quality_that_nobody_told_is_overlooked_only_where_it_costs_the_same() -> None:
    offers = (images(4, "standard low-res"), images(12, "hd high-res"))
    assert reason_of(*offers, quantity="images") == "MissingFact: gpt-x images: variant"
    alike = (images(4, "standard low-res"), images(4, "hd high-res"))
    assert price_of(*alike, quantity="images") == 4


def test_a_row_without_variant_prices_every_quality_that_has_none_of_its_own() -> None:
    offers = (images(5, None), images(9, "hd"))
    assert price_of(*offers, quantity="images", variant="720p") == 5
    assert price_of(*offers, quantity="images", variant="hd") == 9
    assert price_of(*offers, quantity="images") == 5


@pytest.mark.parametrize("variant", ["fine-tuned", "developer", "grader"])
def test_a_model_of_its_own_never_gets_the_base_models_price(variant: str) -> None:
    assert reason_of(offer(1), variant=variant) == f"NoPriceForVariant: gpt-x {variant}"
    assert reason_of(offer(1, variant=variant)) == "NoPriceForVariant: gpt-x base model"
    assert price_of(offer(1), offer(3, variant=variant), variant=variant) == 3
    assert price_of(offer(1), offer(3, variant=variant)) == 1


def test_training_is_that_of_the_base_model() -> None:
    base = offer(25, quantity="training_tokens")
    developer = offer(12, quantity="training_tokens", variant="developer")
    offers = (base, developer, offer(1, variant="fine-tuned"))
    for variant in (None, "fine-tuned"):
        assert price_of(*offers, quantity="training_tokens", variant=variant) == 25
    assert price_of(*offers, quantity="training_tokens", deployment_type="DeveloperTier") == 12


def tool(price: object, **facts: Any) -> Offer:
    return offer(price, **{"model": "*", "quantity": "tool_calls"} | facts)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"service_tier": "priority"},
        {"deployment_type": "GlobalBatch"},
        {"deployment_type": "GlobalProvisionedManaged"},
        {"deployment_type": "DeveloperTier"},
        {"variant": "fine-tuned"},
        {"model": "another"},
        {"model": None},
    ],
)
def test_a_tool_costs_the_same_whichever_model_calls_it(facts: dict[str, Any]) -> None:
    offers = (tool("2.5"), tool("2.75", deployment_scope="DataZone"), offer(1))
    assert price_of(*offers, quantity="tool_calls", **facts) == 2.5


def test_a_tools_price_is_by_scope_and_by_payer() -> None:
    offers = (tool("2.5"), tool("2.75", deployment_scope="DataZone"))
    zone = "DataZoneProvisionedManaged"
    assert price_of(*offers, quantity="tool_calls", deployment_type=zone) == 2.75
    agreed = own(2, model="*", quantity="tool_calls")
    assert price_of(*offers, agreed, quantity="tool_calls") == 2


def test_a_model_with_a_price_of_its_own_for_the_tool_keeps_it() -> None:
    special = offer(7, quantity="tool_calls")
    assert price_of(tool("2.5"), special, quantity="tool_calls") == 7


def test_tokens_get_no_price_of_any_model() -> None:
    answer = ask(offer(1, model="*"))
    assert isinstance(answer, Unresolved)
    assert answer.code == "NoSuchModel"
