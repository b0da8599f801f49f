"""What a unit of provisioned throughput does: the worked examples of Microsoft's sizing page."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.quantities import QUANTITIES, TOKEN_TYPES
from costplane.pricing.throughput import Throughput, UnitSizes, provisioned_models, throughput


def known(model: str) -> Throughput:
    found = throughput(model)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fresh", "cached", "raw", "units"),
    [(200, 0, "105.88", 110), (100, 100, "76.47", 80)],
)
def test_a_thousand_calls_a_minute(fresh: int, cached: int, raw: str, units: int) -> None:
    model = known("gpt-5.2")
    counts = {"input_text": fresh, "input_text_cached": cached, "output_text": 20}
    needed = Fraction(model.weighted_tokens(counts)) * 1_000 / model.tokens_per_minute
    assert round(float(needed), 2) == float(raw)
    assert model.sizes["DataZone"].fit(needed) == units


def test_images_weigh_more_than_text() -> None:
    model = known("gpt-image-2")
    counts = {"input_text": 2_000, "input_image": 1_229, "output_image": 7_024}
    assert model.weighted_tokens(counts) == Decimal("46110.4")
    needed = Fraction(model.weighted_tokens(counts)) * 10 / model.tokens_per_minute
    assert model.sizes["Global"].fit(needed) == 400


def test_a_long_prompt_weighs_more_as_a_whole() -> None:
    model = known("gpt-6-sol")
    counts = {
        "input_text": 10,
        "input_text_cached": 10,
        "input_text_cache_write": 10,
        "output_text": 10,
    }
    assert model.weighted_tokens(counts, 272_000) == Decimal("73.5")
    assert model.weighted_tokens(counts, 272_001) == Decimal("122")


def test_reasoning_weighs_as_output_and_seconds_weigh_nothing() -> None:
    model = known("gpt-5")
    assert model.weighted_tokens({"output_reasoning": 3, "audio_seconds": 9}) == 24
    assert model.weighted_tokens({"training_tokens": 9}) == 0
    assert set(model.weights) == {quantity.name for quantity in TOKEN_TYPES if quantity.direction}


def test_an_unknown_model_is_not_guessed() -> None:
    assert throughput("gpt-5.9") is None


def test_every_model_is_complete() -> None:
    names = {quantity.name for quantity in QUANTITIES}
    for model in map(known, provisioned_models()):
        assert model.tokens_per_minute > 0
        assert set(model.weights) <= names
        assert model.weights["input_text"] == 1
        assert model.weights["output_text"] >= 1
        assert "Global" in model.sizes
        assert (model.context_threshold is None) == (model.long_weights is None)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 100), st.integers(1, 100), st.fractions(0, 5_000))
def test_a_deployment_is_the_smallest_that_is_enough(
    minimum: int, increment: int, units: Fraction
) -> None:
    size = minimum
    while size < units:
        size += increment
    assert UnitSizes(minimum, increment).fit(units) == size
