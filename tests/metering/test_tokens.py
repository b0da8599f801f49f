"""Tokens of text, images and sound: the worked examples of the providers' own pages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.errors import InvalidInput
from costplane.metering.tokens import text
from costplane.metering.tokens.audio import audio_tokens
from costplane.metering.tokens.images import Detail, count_image
from costplane.metering.tokens.text import count_text


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "tokens"),
    [
        ("gpt-4o", 1024, 1024, "high", 765),
        ("gpt-4o", 2048, 4096, "high", 1105),
        ("gpt-4.1", 4096, 8192, "low", 85),
        ("gpt-4o", 4096, 8192, "auto", 1105),
        ("gpt-4o-mini", 1024, 1024, "high", 2833 + 4 * 5667),
        ("gpt-5", 512, 512, "high", 210),
        ("o3", 100, 100, "low", 75),
        ("gpt-image-1", 1024, 1024, "high", 65 + 129),
        ("gpt-5.4", 1024, 1024, "high", 1229),
        ("gpt-5.4", 2048, 2048, "high", 3000),
        ("gpt-4.1-nano", 1024, 1024, "auto", 2520),
        ("o4-mini", 1800, 2400, "auto", 2498),
        ("gpt-5.6-sol", 2048, 2048, "high", 3000),
        ("gpt-5.6-sol", 4032, 3024, "auto", 14364),
        ("gpt-5.5", 4032, 3024, "auto", 11868),
        ("gpt-5.6-sol", 4032, 3024, "low", 231),
        ("claude-opus-4-8", 200, 200, "auto", 64),
        ("claude-opus-4-8", 1000, 1000, "auto", 1296),
        ("claude-sonnet-5", 1920, 1080, "auto", 2691),
        ("claude-sonnet-5", 3840, 2160, "auto", 4784),
        ("claude-sonnet-4-5", 3840, 2160, "auto", 1560),
        ("claude-haiku-4-5", 1075, 1520, "auto", 1551),
    ],
)
def test_documented_images(
    model: str, width: int, height: int, detail: Detail, tokens: int
) -> None:
    assert count_image(width, height, model, detail) == tokens


def test_an_image_of_an_unknown_model_is_not_guessed() -> None:
    assert count_image(100, 100, "in-house-7b") is None


def test_an_image_has_a_size_and_a_detail() -> None:
    with pytest.raises(InvalidInput, match="give pixels"):
        count_image(0, 100, "gpt-4o")
    with pytest.raises(InvalidInput, match="low, high, auto"):
        count_image(1, 100, "gpt-4o", "sharp")  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(("gpt-5.4", "gpt-4.1-mini", "gpt-5-nano", "o4-mini")),
    st.integers(1, 9_000),
    st.integers(1, 9_000),
)
def test_a_budget_of_patches_holds(model: str, width: int, height: int) -> None:
    budget = {"gpt-5.4": (2500, 1.2), "gpt-4.1-mini": (6144, 1.62), "gpt-5-nano": (1536, 1.5)}
    patches, multiplier = budget.get(model, (1536, 1.72))
    tokens = count_image(width, height, model, "high")
    assert tokens is not None
    assert 1 <= tokens <= patches * multiplier + 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9_000), st.integers(1, 9_000))
def test_claude_keeps_its_limit(width: int, height: int) -> None:
    tokens = count_image(width, height, "claude-opus-4-1")
    assert tokens is not None
    assert 1 <= tokens <= 1568


def test_sound() -> None:
    assert audio_tokens(Fraction(60), "gpt-realtime", "input") == 600
    assert audio_tokens(Fraction(60), "gpt-4o-audio-preview", "output") == 1200
    assert audio_tokens(Fraction(60), "whisper", "input") is None


def test_text_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PACKAGE", "no_such_package")
    counted = count_text("x" * 401, "gpt-4.1")
    assert counted.tokens == 101
    assert counted.method.startswith("about 4 characters a token (pip install")


def test_text_of_a_model_without_public_encoding() -> None:
    counted = count_text("12345678", "claude-sonnet-5")
    assert counted.tokens == 2
    assert "claude-sonnet-5" in counted.method


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=200),
    st.sampled_from(
        (("gpt-4o", "o200k_base"), ("gpt-5-mini", "o200k_base"), ("gpt-4", "cl100k_base"))
    ),
)
def test_text_is_counted_as_the_encoding_does(words: str, pair: tuple[str, str]) -> None:
    bpe = pytest.importorskip("bpe_openai")
    model, encoding = pair
    counted = count_text(words, model)
    assert counted.tokens == len(bpe.get_encoding(encoding).encode_ordinary(words))
    assert counted.method == f"counted with {encoding}"


def test_known_counts() -> None:
    pytest.importorskip("bpe_openai")
    assert count_text("hello world", "gpt-4o").tokens == 2
    assert count_text("<|endoftext|>", "gpt-4o").tokens > 1
