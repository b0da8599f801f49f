"""Each shape's counting, by hand; and the refusal of counts that contradict each other."""

from decimal import Decimal
from typing import Any

import pytest

from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidUsage
from costplane.metering.extract import extract
from costplane.metering.extract.table import BY_FORMAT, SHAPES

CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "openai chat with every detail",
        {
            "prompt_tokens": 1000,
            "completion_tokens": 500,
            "total_tokens": 1500,
            "prompt_tokens_details": {"cached_tokens": 300, "audio_tokens": 200},
            "completion_tokens_details": {
                "reasoning_tokens": 100,
                "audio_tokens": 50,
                "accepted_prediction_tokens": 20,
                "rejected_prediction_tokens": 30,
            },
        },
        {},
        {
            "input_text": 500,
            "input_text_cached": 300,
            "input_audio": 200,
            "output_text": 320,
            "output_reasoning": 100,
            "output_audio": 50,
            "output_rejected_prediction": 30,
        },
    ),
    (
        "openai responses with a cache write",
        {
            "input_tokens": 4020,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 4012},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 5},
        },
        {"provider": "azure.ai.openai"},
        {
            "input_text": 8,
            "input_text_cached": 0,
            "input_text_cache_write": 4012,
            "output_text": 0,
            "output_reasoning": 5,
        },
    ),
    (
        "embeddings",
        {"prompt_tokens": 4, "total_tokens": 4},
        {"operation": "embeddings"},
        {"input_text": 4},
    ),
    (
        "azure ai inference",
        {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6},
        {"provider": "azure.ai.inference"},
        {"input_text": 4, "output_text": 2},
    ),
    (
        "images",
        {
            "input_tokens": 50,
            "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
            "output_tokens": 1056,
        },
        {"operation": "image_generation"},
        {"input_text": 10, "input_image": 40, "output_image": 1056},
    ),
    (
        "transcription in tokens",
        {
            "type": "tokens",
            "input_tokens": 14,
            "input_token_details": {"text_tokens": 4, "audio_tokens": 10},
            "output_tokens": 45,
        },
        {},
        {"input_text": 4, "input_audio": 10, "output_text": 45},
    ),
    (
        "transcription in seconds",
        {"type": "duration", "seconds": Decimal("12.5")},
        {},
        {"audio_seconds": Decimal("12.500000")},
    ),
    (
        "realtime with cached audio",
        {
            "input_tokens": 200,
            "output_tokens": 100,
            "input_token_details": {
                "text_tokens": 120,
                "audio_tokens": 80,
                "cached_tokens": 64,
                "cached_tokens_details": {"text_tokens": 44, "audio_tokens": 20},
            },
            "output_token_details": {"text_tokens": 30, "audio_tokens": 70},
        },
        {},
        {
            "input_text": 76,
            "input_text_cached": 44,
            "input_audio": 60,
            "input_audio_cached": 20,
            "output_text": 30,
            "output_audio": 70,
        },
    ),
    (
        "anthropic: exclusive, and a remainder without lifetime",
        {
            "input_tokens": 6,
            "cache_read_input_tokens": 20443,
            "cache_creation_input_tokens": 574,
            "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 50},
            "output_tokens": 489,
            "output_tokens_details": {"thinking_tokens": 77},
            "server_tool_use": {"web_search_requests": 2},
        },
        {},
        {
            "input_text": 6,
            "input_text_cached": 20443,
            "input_text_cache_write": 24,
            "input_text_cache_write_5m": 500,
            "input_text_cache_write_1h": 50,
            "output_text": 412,
            "output_reasoning": 77,
            "searches": 2,
        },
    ),
    (
        "bedrock: exclusive, one number under two names",
        {
            "inputTokens": 3,
            "outputTokens": 8,
            "cacheReadInputTokens": 7,
            "cacheReadInputTokenCount": 7,
            "cacheWriteInputTokens": 20,
            "cacheDetails": [{"ttl": "1h", "inputTokens": 5}, {"ttl": "5m", "inputTokens": 15}],
        },
        {},
        {
            "input_text": 3,
            "input_text_cached": 7,
            "input_text_cache_write": 0,
            "input_text_cache_write_5m": 15,
            "input_text_cache_write_1h": 5,
            "output_text": 8,
        },
    ),
    (
        "gemini: tools beside the prompt, thoughts beside the candidates",
        {
            "promptTokenCount": 345,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 87},
                {"modality": "IMAGE", "tokenCount": 258},
            ],
            "cachedContentTokenCount": 191,
            "cacheTokensDetails": [
                {"modality": "IMAGE", "tokenCount": 143},
                {"modality": "TEXT", "tokenCount": 48},
            ],
            "toolUsePromptTokenCount": 10,
            "candidatesTokenCount": 70,
            "thoughtsTokenCount": 98,
        },
        {},
        {
            "input_text": 49,
            "input_text_cached": 48,
            "input_image": 115,
            "input_image_cached": 143,
            "output_text": 70,
            "output_reasoning": 98,
        },
    ),
    (
        "mistral with audio",
        {"prompt_tokens": 4, "completion_tokens": 635, "prompt_audio_seconds": 203},
        {},
        {"input_text": 4, "output_text": 635, "audio_seconds": 203},
    ),
    (
        "mistral ocr",
        {"pages_processed": 3, "doc_size_bytes": 9},
        {"provider": "mistral_ai"},
        {"pages": 3},
    ),
    (
        "cohere: billed units win",
        {
            "billed_units": {"input_tokens": 1, "output_tokens": 9, "search_units": 1},
            "tokens": {"input_tokens": 496, "output_tokens": 11},
        },
        {},
        {"input_text": 1, "output_text": 9, "searches": 1},
    ),
    (
        "cohere without billed units",
        {"billed_units": None, "tokens": {"input_tokens": 496, "output_tokens": 11}},
        {},
        {"input_text": 496, "output_text": 11},
    ),
    (
        "deepseek",
        {
            "prompt_tokens": 100,
            "prompt_cache_hit_tokens": 60,
            "prompt_cache_miss_tokens": 40,
            "completion_tokens": 79,
            "completion_tokens_details": {"reasoning_tokens": 26},
        },
        {},
        {"input_text": 40, "input_text_cached": 60, "output_text": 53, "output_reasoning": 26},
    ),
    (
        "xai: reasoning beside the completion",
        {
            "prompt_tokens": 14,
            "completion_tokens": 9,
            "completion_tokens_details": {"reasoning_tokens": 309},
        },
        {"provider": "azure.ai.inference", "model": "Grok-4"},
        {"input_text": 14, "output_text": 9, "output_reasoning": 309},
    ),
    (
        "opentelemetry",
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.cache_read.input_tokens": 30,
            "gen_ai.usage.cache_creation.input_tokens": 20,
            "gen_ai.usage.output_tokens": 10,
            "gen_ai.usage.reasoning.output_tokens": 4,
        },
        {},
        {
            "input_text": 50,
            "input_text_cached": 30,
            "input_text_cache_write": 20,
            "output_text": 6,
            "output_reasoning": 4,
        },
    ),
    (
        "opentelemetry, old names",
        {"gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 10},
        {},
        {"input_text": 100, "output_text": 10},
    ),
    (
        "litellm: the cache within the prompt, under both names",
        {
            "prompt_tokens": 100,
            "completion_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 30},
            "cache_read_input_tokens": 30,
            "cache_creation_input_tokens": 20,
        },
        {},
        {
            "input_text": 50,
            "input_text_cached": 30,
            "input_text_cache_write": 20,
            "output_text": 10,
        },
    ),
]


@pytest.mark.parametrize(
    ("usage", "facts", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_counts_become_disjoint(
    usage: dict[str, Any], facts: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert extract(usage, **facts) == expected


def test_every_row_of_every_shape_has_a_known_quantity_and_whole() -> None:
    for shape in SHAPES:
        paths = {count.path for count in shape.counts}
        for count in shape.counts:
            assert count.quantity in BY_NAME
            assert set(count.within) <= paths, f"{shape.name}: {count}"


def test_the_format_settles_a_doubt() -> None:
    usage = {"input_tokens": 100, "output_tokens": 10, "cache_read_input_tokens": 30}
    inclusive = extract(usage, usage_format="OpenAI.responses")
    exclusive = extract(usage)
    assert (inclusive["input_text"], exclusive["input_text"]) == (100, 100)
    assert exclusive["input_text_cached"] == 30
    assert "input_text_cached" not in inclusive


def test_a_usage_that_shows_two_shapes_is_refused() -> None:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 30},
        "cache_read_input_tokens": 30,
    }
    with pytest.raises(InvalidUsage, match="none of the known shapes"):
        extract(usage)
    assert extract(usage, usage_format="openai.responses")["input_text"] == 70


@pytest.mark.parametrize(
    ("usage", "target", "words"),
    [
        (
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}},
            "data.usage.prompt_tokens_details.cached_tokens",
            "cached_tokens (11) is larger than data.usage.prompt_tokens (10)",
        ),
        (
            {
                "prompt_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 6, "audio_tokens": 5},
            },
            "data.usage.prompt_tokens_details.cached_tokens",
            "(6) + data.usage.prompt_tokens_details.audio_tokens (5) is larger",
        ),
        (
            {"completion_tokens": 10, "completion_tokens_details": {"reasoning_tokens": 11}},
            "data.usage.completion_tokens_details.reasoning_tokens",
            "reasoning_tokens (11) is larger than data.usage.completion_tokens (10)",
        ),
        (
            {"completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}},
            "data.usage.prompt_tokens",
            "is a part of data.usage.prompt_tokens, which is missing",
        ),
        (
            {"inputTokens": 1, "cacheReadInputTokens": 2, "cacheReadInputTokenCount": 3},
            "data.usage.cacheReadInputTokenCount",
            "are the same count",
        ),
        ({"prompt_tokens": -1}, "data.usage.prompt_tokens", "(-1) is negative"),
        ({"prompt_tokens": 10**12}, "data.usage.prompt_tokens", "10^12 or more"),
        ({"prompt_tokens": Decimal("1.0")}, "data.usage.prompt_tokens", "a whole number"),
        ({"prompt_tokens": True}, "data.usage.prompt_tokens", "a whole number, not a bool"),
        ({"prompt_tokens": {}}, "data.usage.prompt_tokens", "a whole number, not a dict"),
        ({"seconds": Decimal("-0.5")}, "data.usage.seconds", "negative"),
        ({"seconds": "12"}, "data.usage.seconds", "a number, not a str"),
        (
            {"prompt_tokens": 1, "prompt_tokens_details": 5},
            "data.usage.prompt_tokens_details",
            "must be an object, not a number",
        ),
        (
            {"promptTokenCount": 1, "promptTokensDetails": {}},
            "data.usage.promptTokensDetails",
            "must be an array",
        ),
        (
            {"promptTokenCount": 1, "promptTokensDetails": [5]},
            "data.usage.promptTokensDetails[0]",
            "must be an object",
        ),
        ({"a": 1, "b": 2}, "data.usage", "its keys are a, b"),
    ],
)
def test_contradictions_are_refused_never_clamped(
    usage: dict[str, Any], target: str, words: str
) -> None:
    with pytest.raises(InvalidUsage) as refused:
        extract(usage)
    assert refused.value.target == target
    assert words in refused.value.message


def test_an_unknown_format_names_its_neighbours() -> None:
    with pytest.raises(InvalidUsage, match=r"openai\.chat"):
        extract({"prompt_tokens": 1}, usage_format="openai.chatt")
    assert len(BY_FORMAT) == len(SHAPES)
