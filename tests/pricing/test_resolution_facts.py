"""Fallbacks, versions, facts that nobody told, context bands: billing-rules 9 and 11."""

from __future__ import annotations

from typing import Any

import pytest

from costplane.core.quantities import BY_NAME, QUANTITIES
from costplane.pricing.book import Offer
from costplane.pricing.fallback import FALLBACKS, stand_ins
from costplane.pricing.question import Resolution
from tests.pricing.offers import ask, day, offer, own, price_of, reason_of

WRITE = "input_text_cache_write"
INPUT, OUTPUT, IMAGE = offer(1), offer(9, quantity="output_text"), offer(5, quantity="input_image")
CACHED = offer("0.1", quantity="input_text_cached")


def write(price: int, lifetime: str = "", **facts: Any) -> Offer:
    return offer(price, quantity=f"{WRITE}_{lifetime}".rstrip("_"), **facts)


@pytest.mark.parametrize(
    ("quantity", "offers", "price"),
    [
        ("output_reasoning", [INPUT, OUTPUT], 9),
        ("output_reasoning", [OUTPUT, offer(7, quantity="output_reasoning")], 7),
        ("output_rejected_prediction", [INPUT, OUTPUT], 9),
        ("input_image", [INPUT, OUTPUT], 1),
        ("input_image", [INPUT, IMAGE], 5),
        ("input_text_cached", [INPUT], 1),
        ("input_image_cached", [INPUT, IMAGE, CACHED], 5),
        (WRITE, [INPUT], 1),
        (f"{WRITE}_1h", [INPUT], 1),
        (f"{WRITE}_1h", [INPUT, write(4), write(3, "5m")], 4),
        (f"{WRITE}_1h", [INPUT, write(3, "5m")], 3),
        (f"{WRITE}_1h", [INPUT, write(3, "5m"), write(6, "30m")], 6),
        (f"{WRITE}_12h", [INPUT, write(3, "5m"), write(8, "1h")], 8),
        (f"{WRITE}_5m", [INPUT, write(4)], 4),
    ],
)
def test_a_quantity_without_price_takes_its_stand_ins(
    quantity: str, offers: list[Offer], price: int
) -> None:
    assert price_of(*offers, quantity=quantity) == price


@pytest.mark.parametrize(
    ("quantity", "offers"),
    [
        ("input_audio", [INPUT, OUTPUT]),
        ("input_audio_cached", [INPUT, offer(2, quantity="input_audio")]),
        ("input_audio_cache_write", [INPUT, offer(2, quantity="input_audio")]),
        ("output_audio", [INPUT, OUTPUT]),
        ("output_image", [INPUT, OUTPUT, IMAGE]),
        ("output_text", [INPUT]),
        ("output_reasoning", [INPUT]),
        ("images", [INPUT, OUTPUT]),
        (WRITE, [INPUT, write(3, "5m")]),
        (f"{WRITE}_5m", [INPUT, write(8, "1h")]),
    ],
)
def test_others_have_none(quantity: str, offers: list[Offer]) -> None:
    assert reason_of(*offers, quantity=quantity) == "NoPriceForTokenType: gpt-x"


@pytest.mark.parametrize("quantity", ["input_text_cached", "input_image", WRITE])
def test_input_stands_in_only_where_the_sheet_has_no_such_meter_of_the_model(quantity: str) -> None:
    elsewhere = offer(3, quantity=quantity, deployment_scope="Regional")
    assert reason_of(INPUT, elsewhere, quantity=quantity) == "NoPriceForTokenType: gpt-x"
    other_model = offer(3, quantity=quantity, model="gpt-y")
    assert price_of(INPUT, other_model, quantity=quantity) == 1


def test_a_meter_that_holds_at_another_time_leaves_nothing_to_a_stand_in() -> None:
    later = offer(3, quantity="input_text_cached", valid_from=day(12))
    assert reason_of(INPUT, later, quantity="input_text_cached").startswith("NotYetValid")


def test_each_sheet_is_looked_through_by_itself() -> None:
    """The list knows a meter for cached input, the customer's own sheet does not."""
    assert price_of(own(2), INPUT, CACHED, quantity="input_text_cached") == 2


def test_the_explanation_names_the_stand_in() -> None:
    answer = ask(INPUT, quantity="input_text_cached")
    assert isinstance(answer, Resolution)
    assert answer.steps == ("list price", "priced as input_text")


def test_the_table_names_known_quantities_and_never_audio_or_generated_images() -> None:
    for name, table in FALLBACKS.items():
        assert {name, *(s.quantity for s in table)} <= set(BY_NAME)
        assert all(s.unless <= set(BY_NAME) for s in table)
        assert "audio" not in name
    assert "output_image" not in FALLBACKS
    assert all(stand_ins(q.name, ())[0] == q.name for q in QUANTITIES)


def test_a_row_without_version_prices_every_version_without_a_row_of_its_own() -> None:
    rows = [offer(1), offer(2, version="v2"), offer(3, version="v3", quantity="output_text")]
    assert [price_of(*rows, model_version=v) for v in ("v1", "v2", "v3")] == [1, 2, 1]


def test_a_row_of_another_version_prices_nothing() -> None:
    assert reason_of(offer(2, version="v2")) == "NoPriceForVersion: gpt-x v1"


@pytest.mark.parametrize(
    ("fact", "one", "other"),
    [
        ("model_version", {"version": "v1"}, {"version": "v2"}),
        ("model_version", {"version": "v1"}, {"version": None}),
        ("deployment_type", {"deployment_scope": "Global"}, {"deployment_scope": "DataZone"}),
        ("region", {"region": "swedencentral"}, {"region": "westeurope"}),
        ("region", {"region": "swedencentral"}, {"region": None}),
    ],
)
def test_a_fact_that_nobody_told_is_overlooked_only_where_it_makes_no_difference(
    fact: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    untold: dict[str, Any] = {fact: None}
    assert price_of(offer(2, **one), offer(2, line=2, **other), **untold) == 2
    assert price_of(offer(2, **one), **untold) == 2
    assert (
        reason_of(offer(2, **one), offer(3, line=2, **other), **untold)
        == f"MissingFact: gpt-x input_text: {fact}"
    )
    other_unit = offer(2, line=2, block=1_000, **other)
    assert reason_of(offer(2, **one), other_unit, **untold).startswith("MissingFact")


def test_candidates_are_those_that_hold_at_the_time() -> None:
    rows = [offer(2, version="v1"), offer(3, version="v2", valid_from=day(11))]
    assert price_of(*rows, model_version=None) == 2
    assert reason_of(*rows, model_version=None, at=day(11)).startswith("MissingFact")


def test_each_candidate_is_its_latest_row() -> None:
    old = [offer(1, version="v1"), offer(5, version="v2")]
    new = [offer(2, version=v, valid_from=day(3 + n)) for n, v in enumerate(("v1", "v2"))]
    assert price_of(*old, *new, model_version=None) == 2


def test_without_a_tier_the_standard_one_holds() -> None:
    rows = [
        offer(2),
        *(offer(n, service_tier=t) for n, t in enumerate(("Batch", "Priority", "Flex"), 3)),
    ]
    told = {None: 2, "default": 2, "standard": 2, "auto": 2, "batch": 3, "Priority": 4, "flex": 5}
    assert {tier: price_of(*rows, service_tier=tier) for tier in told} == told


def test_azures_deployment_types_choose_scope_and_tier() -> None:
    rows = [
        offer(f"{s}{t}", deployment_scope=scope, service_tier=tier)
        for s, scope in enumerate(("Global", "DataZone", "Regional"), 1)
        for t, tier in enumerate(("Standard", "Batch"))
    ]
    rows.append(offer(7, variant="developer"))
    told = {
        "GlobalStandard": 10,
        "datazonestandard": 20,
        "Standard": 30,
        "GlobalBatch": 11,
        "DataZoneBatch": 21,
        "DeveloperTier": 7,
    }
    assert {kind: price_of(*rows, deployment_type=kind) for kind in told} == told


@pytest.mark.parametrize(
    "kind", ["GlobalProvisionedManaged", "datazoneprovisionedmanaged", "ProvisionedManaged"]
)
def test_provisioned_tokens_wait_for_the_deployments_units(kind: str) -> None:
    assert reason_of(INPUT, deployment_type=kind) == f"ProvisionedUnitsUnknown: {kind}"


def test_a_model_with_prices_of_its_variants_alone_has_none_for_the_base() -> None:
    assert reason_of(offer(2, variant="fine-tuned")) == "NoPriceForVariant: gpt-x base model"


LONG = {"context_band": "long", "context_threshold": 1_000}
SHORT = {"context_band": "short", "context_threshold": 1_000}


@pytest.mark.parametrize("below", [{}, SHORT])
def test_the_prompts_length_chooses_the_band(below: dict[str, Any]) -> None:
    rows = [offer(1, **below), offer(2, **LONG)]
    prices = [price_of(*rows, context_tokens=n) for n in (0, 1_000, 1_001, 10**9)]
    assert prices == [1, 1, 2, 2]


def test_of_several_bands_the_highest_that_is_exceeded_holds() -> None:
    rows = [offer(1), offer(2, **LONG), offer(3, context_band="long", context_threshold=5_000)]
    assert [price_of(*rows, context_tokens=n) for n in (1_000, 5_000, 5_001)] == [1, 2, 3]


def test_a_row_without_band_prices_every_length_that_has_none() -> None:
    rows = [INPUT, offer(2, **LONG), OUTPUT]
    assert price_of(*rows, quantity="output_text", context_tokens=2_000) == 9
    assert price_of(*rows, context_tokens=2_000) == 2


def test_another_versions_band_is_none_of_this_one() -> None:
    rows = [offer(1, version="v1"), offer(1, version="v2"), offer(2, version="v2", **LONG)]
    assert price_of(*rows, context_tokens=2_000) == 1
    assert price_of(*rows, context_tokens=2_000, model_version="v2") == 2


def test_prices_for_short_prompts_alone_leave_long_ones_without() -> None:
    assert price_of(offer(1, **SHORT), context_tokens=1_000) == 1
    assert reason_of(offer(1, **SHORT), context_tokens=1_001) == "NoPriceForTokenType: gpt-x"
