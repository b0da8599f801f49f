"""Golden cases: an answer of each API as it was given, and what it used."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.errors import UnreadableFile
from costplane.metering.extract import extract
from tests.metering.adapters.files import DAY, RESOURCE, lines, quantities, read

RECORDED = Path(__file__).parents[2] / "data" / "usage" / "provider_usage_expected.jsonl.gz"

CHAT: dict[str, Any] = {
    "id": "chatcmpl-B9MBs8Cj",
    "object": "chat.completion",
    "created": 1793613609,
    "model": "gpt-4.1-2025-04-14",
    "choices": [{"message": {"content": "the secret plan"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 1117,
        "completion_tokens": 46,
        "total_tokens": 1163,
        "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 6, "rejected_prediction_tokens": 10},
    },
    "service_tier": "default",
}
RESPONSES: dict[str, Any] = {
    "id": "resp_67ccd2be",
    "object": "response",
    "created_at": 1793613609,
    "status": "completed",
    "model": "gpt-5-2025-08-07",
    "metadata": {},
    "output": [{"type": "message", "content": [{"text": "the secret plan"}]}],
    "usage": {
        "input_tokens": 328,
        "input_tokens_details": {"cached_tokens": 128},
        "output_tokens": 52,
        "output_tokens_details": {"reasoning_tokens": 40},
        "total_tokens": 380,
    },
}
EMBEDDINGS: dict[str, Any] = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.0023, -0.0093]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}
IMAGES: dict[str, Any] = {
    "created": 1793613609,
    "data": [{"b64_json": "AAAA"}],
    "usage": {
        "total_tokens": 1106,
        "input_tokens": 50,
        "output_tokens": 1056,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
    },
}
DRAWN: dict[str, Any] = {
    "created": 1793613609,
    "data": [{"url": "https://x", "revised_prompt": "the secret plan"}, {"url": "https://y"}],
}
TRANSCRIBED: dict[str, Any] = {
    "text": "the secret plan",
    "usage": {
        "type": "tokens",
        "input_tokens": 14,
        "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
        "output_tokens": 45,
        "total_tokens": 59,
    },
}
WHISPER: dict[str, Any] = {"task": "transcribe", "duration": "8.47", "text": "the secret plan"}
REALTIME: dict[str, Any] = {
    "type": "response.done",
    "event_id": "event_3132",
    "response": {
        "id": "resp_001",
        "object": "realtime.response",
        "status": "completed",
        "usage": {
            "total_tokens": 275,
            "input_tokens": 127,
            "output_tokens": 148,
            "input_token_details": {
                "cached_tokens": 64,
                "text_tokens": 119,
                "audio_tokens": 8,
                "cached_tokens_details": {"text_tokens": 60, "audio_tokens": 4},
            },
            "output_token_details": {"text_tokens": 36, "audio_tokens": 112},
        },
    },
}
ANTHROPIC: dict[str, Any] = {
    "id": "msg_01XFDUDYJ",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "the secret plan"}],
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 12,
        "cache_read_input_tokens": 2048,
        "cache_creation_input_tokens": 556,
        "cache_creation": {"ephemeral_5m_input_tokens": 456, "ephemeral_1h_input_tokens": 100},
        "output_tokens": 30,
        "service_tier": "standard",
    },
}
GEMINI: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "the plan"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 60,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 33,
        "totalTokenCount": 153,
    },
    "modelVersion": "gemini-2.5-flash",
    "responseId": "r-1",
}
BEDROCK: dict[str, Any] = {
    "ResponseMetadata": {"RequestId": "b1c2", "HTTPStatusCode": 200},
    "output": {"message": {"content": [{"text": "the secret plan"}]}},
    "stopReason": "end_turn",
    "usage": {
        "inputTokens": 30,
        "outputTokens": 628,
        "totalTokens": 758,
        "cacheReadInputTokens": 40,
        "cacheWriteInputTokens": 60,
    },
    "metrics": {"latencyMs": 1275},
}
MISTRAL = CHAT | {
    "model": "mistral-large-latest",
    "usage": {"prompt_tokens": 16, "completion_tokens": 34, "total_tokens": 50},
}
VOXTRAL = MISTRAL | {
    "model": "voxtral-mini-latest",
    "usage": {"prompt_tokens": 4, "completion_tokens": 635, "prompt_audio_seconds": 203},
}
OCR: dict[str, Any] = {
    "model": "mistral-ocr-latest",
    "pages": [{"index": 0, "markdown": "the secret plan"}],
    "usage_info": {"pages_processed": 29, "doc_size_bytes": 3002783},
}
COHERE: dict[str, Any] = {
    "id": "c14c80c3",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"text": "the secret plan"}]},
    "usage": {
        "billed_units": {"input_tokens": 5, "output_tokens": 418},
        "tokens": {"input_tokens": 71, "output_tokens": 418},
    },
}
RERANKED: dict[str, Any] = {
    "id": "07734bd2",
    "results": [{"index": 3, "relevance_score": 0.99}],
    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
}
DEEPSEEK = CHAT | {
    "model": "deepseek-chat",
    "usage": {
        "prompt_tokens": 100,
        "prompt_cache_hit_tokens": 64,
        "prompt_cache_miss_tokens": 36,
        "completion_tokens": 9,
        "completion_tokens_details": {"reasoning_tokens": 4},
    },
}

GOLDEN: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "OpenAI chat",
        CHAT,
        "openai",
        "chat",
        {
            "input_text": 93,
            "input_text_cached": 1024,
            "input_audio": 0,
            "output_text": 30,
            "output_reasoning": 6,
            "output_rejected_prediction": 10,
        },
    ),
    (
        "OpenAI responses",
        RESPONSES,
        "openai",
        "responses",
        {"input_text": 200, "input_text_cached": 128, "output_text": 12, "output_reasoning": 40},
    ),
    ("OpenAI embeddings", EMBEDDINGS, "openai", "embeddings", {"input_text": 8}),
    (
        "OpenAI images in tokens",
        IMAGES | {"model": "gpt-image-1"},
        "openai",
        "image",
        {"input_text": 10, "input_image": 40, "output_image": 1056},
    ),
    ("OpenAI images alone", DRAWN | {"model": "dall-e-3"}, "openai", "image", {"images": 2}),
    (
        "OpenAI transcription in tokens",
        TRANSCRIBED | {"model": "gpt-4o-transcribe"},
        "openai",
        "transcription",
        {"input_text": 0, "input_audio": 14, "output_text": 45},
    ),
    (
        "OpenAI transcription in seconds",
        WHISPER | {"model": "whisper-1"},
        "openai",
        "transcription",
        {"audio_seconds": Decimal("8.47")},
    ),
    (
        "OpenAI realtime",
        REALTIME | {"model": "gpt-realtime"},
        "openai",
        "realtime",
        {
            "input_text": 59,
            "input_text_cached": 60,
            "input_audio": 4,
            "input_audio_cached": 4,
            "output_text": 36,
            "output_audio": 112,
        },
    ),
    (
        "Azure OpenAI chat",
        CHAT | {"prompt_filter_results": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
        "azure.ai.openai",
        "chat",
        {"input_text": 5, "output_text": 2},
    ),
    (
        "Anthropic, cache writes by time to live",
        ANTHROPIC,
        "anthropic",
        "chat",
        {
            "input_text": 12,
            "input_text_cached": 2048,
            "input_text_cache_write": 0,
            "input_text_cache_write_5m": 456,
            "input_text_cache_write_1h": 100,
            "output_text": 30,
        },
    ),
    (
        "Gemini",
        GEMINI,
        "gcp.gemini",
        "generate_content",
        {"input_text": 40, "input_text_cached": 60, "output_text": 20, "output_reasoning": 33},
    ),
    (
        "Bedrock Converse",
        BEDROCK | {"model": "anthropic.claude-sonnet-4-5"},
        "aws.bedrock",
        "chat",
        {
            "input_text": 30,
            "input_text_cached": 40,
            "input_text_cache_write": 60,
            "output_text": 628,
        },
    ),
    ("Mistral", MISTRAL, "mistral_ai", "chat", {"input_text": 16, "output_text": 34}),
    (
        "Mistral with sound",
        VOXTRAL,
        "mistral_ai",
        "chat",
        {"input_text": 4, "output_text": 635, "audio_seconds": 203},
    ),
    ("Mistral OCR", OCR, "mistral_ai", "ocr", {"pages": 29}),
    (
        "Cohere, as billed",
        COHERE | {"model": "command-a"},
        "cohere",
        "chat",
        {"input_text": 5, "output_text": 418},
    ),
    ("Cohere rerank", RERANKED | {"model": "rerank-v3.5"}, "cohere", "rerank", {"searches": 1}),
    (
        "DeepSeek",
        DEEPSEEK,
        "deepseek",
        "chat",
        {"input_text": 36, "input_text_cached": 64, "output_text": 5, "output_reasoning": 4},
    ),
]


@pytest.mark.parametrize(
    ("answer", "provider", "operation", "expected"),
    [case[1:] for case in GOLDEN],
    ids=[case[0] for case in GOLDEN],
)
def test_an_answer_is_known_by_its_content(
    answer: dict[str, Any], provider: str, operation: str, expected: dict[str, Any]
) -> None:
    (event,), rejected = read(json.dumps(answer).encode(), day=DAY)
    assert rejected == []
    assert (event["provider"], event["operation"]) == (provider, operation)
    assert quantities(event) == expected
    assert "secret" not in str(event)


def test_what_else_an_answer_tells() -> None:
    (event,), _ = read(lines([CHAT]), resource=RESOURCE, deployment="Chat-EU")
    facts = ("time", "resource_id", "deployment", "model", "provider", "finish_reason")
    assert {name: event[name] for name in facts} == {
        "time": datetime(2026, 11, 2, 10, 0, 9, tzinfo=UTC),
        "resource_id": RESOURCE,
        "deployment": "chat-eu",
        "model": "gpt-4.1-2025-04-14",
        "provider": "azure.ai.openai",
        "finish_reason": "stop",
    }
    assert (event["service_tier"], event["response_id"]) == ("default", "chatcmpl-B9MBs8Cj")


def test_what_an_answer_leaves_out_is_assigned() -> None:
    _, (rejected,) = read(lines([BEDROCK]))
    assert "--date" in rejected.message
    _, (rejected,) = read(lines([BEDROCK]), day=DAY)
    assert rejected.target == "data.model"
    (event,), _ = read(lines([BEDROCK]), day=DAY, model="claude-sonnet-4-5")
    assert (event["model"], event["response_id"]) == ("claude-sonnet-4-5", "b1c2")


def test_ids_that_repeat_are_calls_of_their_own_and_a_file_may_be_read_again() -> None:
    """Ids of answers may be null, short and reused: each place in the file is a call."""
    content = lines([CHAT | {"id": None}, CHAT | {"id": "1"}, CHAT | {"id": "1"}, EMBEDDINGS])
    events, _ = read(content, day=DAY)
    again, _ = read(content, day=DAY)
    assert len({event["id"] for event in events}) == 4
    assert {event["source"] for event in events} == {"answers/file"}
    assert [event["id"] for event in again] == [event["id"] for event in events]


def test_filtered_content_is_charged_and_a_missing_usage_is_not_zero() -> None:
    filtered = CHAT | {"choices": [{"finish_reason": "content_filter"}]}
    events, _ = read(lines([filtered, CHAT | {"usage": None}]))
    assert [event["http_status"] for event in events] == [200, 200]
    assert events[0]["finish_reason"] == "content_filter"
    assert (quantities(events[0]) != {}, quantities(events[1])) == (True, {})


def test_a_failed_response_is_a_call_whose_usage_is_unknown() -> None:
    (event,), _ = read(lines([RESPONSES | {"status": "failed", "usage": None}]))
    assert (event["http_status"], quantities(event)) == (0, {})


def test_counts_that_contradict_each_other_are_refused() -> None:
    usage = {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}}
    _, (rejected,) = read(lines([CHAT | {"usage": usage}]))
    assert "cached_tokens (11) is larger than data.usage.prompt_tokens (10)" in rejected.message


def test_results_of_a_batch_of_anthropic() -> None:
    usage = ANTHROPIC["usage"] | {"service_tier": "batch"}
    done = {"type": "succeeded", "message": ANTHROPIC | {"usage": usage}}
    failed = {"type": "errored", "error": {"type": "invalid_request_error", "message": "no"}}
    content = [
        {"custom_id": "1", "result": done},
        {"custom_id": "2", "result": failed},
        {"custom_id": "3", "result": {"type": "expired"}},
    ]
    (event,), rejected = read(lines(content), day=DAY)
    assert rejected == []
    assert (event["source"], event["id"]) == ("anthropic-batch", ANTHROPIC["id"])
    assert (event["service_tier"], event["input_text_cache_write_1h"]) == ("batch", 100)
    assert read(lines(reversed(content)), day=DAY)[0] == [event]


BUCKET = {
    "object": "bucket",
    "start_time": 1736616660,
    "results": [{"object": "organization.usage.completions.result", "input_tokens": 141201}],
}
METRIC = {"value": [{"name": {"value": "ProcessedPromptTokens"}, "timeseries": []}]}


@pytest.mark.parametrize(
    "page", [{"object": "page", "data": [BUCKET]}, BUCKET, METRIC], ids=["page", "bucket", "metric"]
)
def test_control_totals_are_no_calls(page: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFile, match="control totals, not calls"):
        read(json.dumps(page, indent=1).encode())


def test_what_openrouter_says_that_a_call_cost_is_reported() -> None:
    usage = {"prompt_tokens": 194, "completion_tokens": 2, "cost": 0.95, "is_byok": False}
    (event,), _ = read(lines([CHAT | {"model": "anthropic/claude-sonnet-4.5", "usage": usage}]))
    assert (event["reported_cost"], event["reported_currency"]) == (Decimal("0.95"), "USD")
    assert quantities(event) == {"input_text": 194, "output_text": 2}


def test_recorded_answers_are_read_as_their_usage_is() -> None:
    """Each in the frame of the API that answers so."""
    with gzip.open(RECORDED) as file:
        bodies = [json.loads(line)["body"] for line in file]
    answers = [framed(body) for body in bodies]
    events, rejected = read(lines(answers), "answers", day=DAY, model="some-model")
    assert (len(events), rejected) == (789, [])
    for body, answer, event in zip(bodies, answers, events, strict=True):
        usage = body.get("usage") or body.get("usageMetadata") or body["meta"]
        maker = event.get("provider") if answer.get("object") == "chat.completion" else None
        expected = extract(usage, provider=maker, model=body.get("model"))
        assert quantities(event) == expected, body


def framed(body: dict[str, Any]) -> dict[str, Any]:
    usage = body.get("usage", {})
    if "usageMetadata" in body:
        return body | {"candidates": [{"finishReason": "STOP"}]}
    if "inputTokens" in usage:
        return body | {"stopReason": "end_turn"}
    if "billed_units" in usage or "tokens" in usage:
        return body | {"message": {}}
    if "meta" in body:
        return body | {"results": []}
    if "cache_read_input_tokens" in usage and "prompt_tokens" not in usage:
        return body | {"type": "message"}
    return body | {"object": "chat.completion"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(1.5),
    lambda inside: (
        st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=3), inside, max_size=2)
    ),
    max_leaves=4,
)
_KEYS = sorted({key for case in GOLDEN for key in case[1]} - {"meta"})
"""`data` beside `meta` is a page of several records."""


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOLDEN), st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=4))
def test_whatever_an_answer_says_it_is_taken_or_told(case: Any, changes: dict[str, Any]) -> None:
    events, rejected = read(json.dumps(case[1] | changes).encode(), "answers", day=DAY)
    assert len(events) + len(rejected) <= 1
