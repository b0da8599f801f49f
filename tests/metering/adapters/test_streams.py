"""Streams, as their pieces came: one call each, with the last count that was told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metering.adapters.files import DAY, Event, event_stream, lines, quantities, read
from tests.metering.adapters.test_answers import ANTHROPIC, CHAT, REALTIME, RESPONSES

Pieces = list[dict[str, Any]]


def chunk(text: str | None = None, **facts: Any) -> dict[str, Any]:
    choices = [] if text is None else [{"delta": {"content": text}, "finish_reason": None}]
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1793613609}
    return head | {"model": "gpt-4.1-2025-04-14", "choices": choices, "usage": None} | facts


CHAT_STREAM: Pieces = [
    chunk("the secret"),
    chunk(" plan"),
    chunk("", choices=[{"delta": {}, "finish_reason": "stop"}]),
    chunk(usage=CHAT["usage"], service_tier="default"),
]
AZURE_START = {"choices": [], "created": 0, "id": "", "model": "", "object": "",
               "prompt_filter_results": [{"prompt_index": 0}]}  # fmt: skip
ANTHROPIC_STREAM: Pieces = [
    {
        "type": "message_start",
        "message": ANTHROPIC
        | {
            "content": [],
            "stop_reason": None,
            "usage": {
                "input_tokens": 2679,
                "cache_creation_input_tokens": 300,
                "cache_read_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 200,
                                   "ephemeral_1h_input_tokens": 50},
                "output_tokens": 1,
            },
        },
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "secret"}},
    {"type": "ping"},
    {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 40}},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"input_tokens": 10682, "cache_creation_input_tokens": 300,
                  "cache_read_input_tokens": 5, "output_tokens": 510,
                  "server_tool_use": {"web_search_requests": 1}},
    },
    {"type": "message_stop"},
]  # fmt: skip
RESPONSES_STREAM: Pieces = [
    {"type": "response.created", "response": RESPONSES | {"status": "in_progress", "usage": None}},
    {"type": "response.output_text.delta", "delta": "the secret plan"},
    {"type": "response.completed", "response": RESPONSES},
]


def gemini(count: int, finish: str | None = None, **usage: int) -> dict[str, Any]:
    candidate = {"content": {"parts": [{"text": "secret"}]}} | (
        {"finishReason": finish} if finish else {}
    )
    told = {"promptTokenCount": 10, "candidatesTokenCount": count} | usage
    return {"candidates": [candidate], "usageMetadata": told, "modelVersion": "gemini-2.5-pro"}


GEMINI_STREAM: Pieces = [gemini(3), gemini(9), gemini(14, "STOP", thoughtsTokenCount=100)]
BEDROCK_STREAM: Pieces = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "the secret plan"}, "contentBlockIndex": 0}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": {"inputTokens": 47, "outputTokens": 20, "totalTokens": 67}}},
]
COHERE_STREAM: Pieces = [
    {"type": "message-start", "id": "29f14a5a", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "secret"}}}},
    {
        "type": "message-end",
        "delta": {
            "finish_reason": "COMPLETE",
            "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 38}},
        },
    },
]

WHOLE: list[Pieces] = [
    [CHAT],
    [RESPONSES],
    [ANTHROPIC],
    CHAT_STREAM,
    RESPONSES_STREAM,
    ANTHROPIC_STREAM,
    [piece | {"responseId": "r-1"} for piece in GEMINI_STREAM],
    BEDROCK_STREAM,
    COHERE_STREAM,
]

CASES: list[tuple[str, Pieces, str, str, dict[str, Any]]] = [
    (
        "OpenAI",
        CHAT_STREAM,
        "openai",
        "stop",
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
        RESPONSES_STREAM,
        "openai",
        "completed",
        {"input_text": 200, "input_text_cached": 128, "output_text": 12, "output_reasoning": 40},
    ),
    (
        "Anthropic: the last counts, and a written remainder without a lifetime",
        ANTHROPIC_STREAM,
        "anthropic",
        "end_turn",
        {
            "input_text": 10682,
            "input_text_cached": 5,
            "input_text_cache_write": 50,
            "input_text_cache_write_5m": 200,
            "input_text_cache_write_1h": 50,
            "output_text": 510,
            "searches": 1,
        },
    ),
    (
        "Gemini: each piece tells all so far",
        GEMINI_STREAM,
        "gcp.gemini",
        "STOP",
        {"input_text": 10, "output_text": 14, "output_reasoning": 100},
    ),
    ("Bedrock", BEDROCK_STREAM, "aws.bedrock", "end_turn", {"input_text": 47, "output_text": 20}),
    ("Cohere", COHERE_STREAM, "cohere", "COMPLETE", {"input_text": 5, "output_text": 38}),
]


@pytest.mark.parametrize(
    ("pieces", "provider", "finish", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_stream_is_one_call(
    pieces: Pieces, provider: str, finish: str, expected: dict[str, Any]
) -> None:
    for content in (lines(pieces), event_stream(pieces), event_stream(pieces, done=True)):
        (event,), rejected = read(content, day=DAY, model="some-model")
        assert rejected == []
        assert (event["provider"], event["finish_reason"]) == (provider, finish)
        assert quantities(event) == expected
        assert "secret" not in str(event)


def counted(pieces: Pieces) -> list[Event]:
    events, rejected = read(lines(pieces), "answers", day=DAY, model="some-model")
    assert rejected == []
    return events


def test_streams_beside_each_other_and_whole_answers_among_them() -> None:
    pieces = [CHAT, *CHAT_STREAM, *ANTHROPIC_STREAM, RESPONSES, *RESPONSES_STREAM, *GEMINI_STREAM]
    again = [piece | {"id": "c-2"} for piece in CHAT_STREAM]
    events = counted([*pieces, *again, *BEDROCK_STREAM, *COHERE_STREAM])
    names = ["chat", "chat", "chat", "responses", "responses", "generate_content", "chat"]
    assert [event["operation"] for event in events] == [*names, "chat", "chat"]
    assert all(quantities(event) for event in events)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(WHOLE), max_size=6), st.data())
def test_whatever_is_recorded_in_a_row_is_counted_once(blocks: list[Pieces], data: Any) -> None:
    """Streams that follow each other, some cut, are as many calls; a cut one uses none, but where
    each piece tells all so far."""
    cuts = [data.draw(st.integers(1, len(block))) for block in blocks]
    named = [renamed(block, n) for n, block in enumerate(blocks)]
    recorded = [block[:cut] for block, cut in zip(named, cuts, strict=True)]
    events = counted([piece for block in recorded for piece in block])
    assert len(events) == len(blocks)
    for event, block, cut in zip(events, blocks, cuts, strict=True):
        if cut == len(block):
            assert quantities(event) == quantities(counted(block)[0])


def renamed(block: Pieces, number: int) -> Pieces:
    """The pieces of another answer: its ids are other ones."""
    text = json.dumps(block)
    for name in ("c-1", CHAT["id"], RESPONSES["id"], ANTHROPIC["id"], "r-1"):
        text = text.replace(f'"{name}"', f'"{name}-{number}"')
    pieces: Pieces = json.loads(text)
    return pieces


def test_azure_begins_a_stream_with_its_filter() -> None:
    (event,) = counted([AZURE_START, *CHAT_STREAM])
    assert quantities(event)["input_text_cached"] == 1024


def test_the_same_id_after_the_end_is_another_call() -> None:
    content = event_stream(CHAT_STREAM, done=True) * 2
    events, _ = read(content)
    assert [quantities(event) for event in events] == [quantities(events[0])] * 2


def test_cumulative_usage_in_every_piece_is_not_added_up() -> None:
    pieces = [
        chunk(str(n), usage={"prompt_tokens": 7, "completion_tokens": n}) for n in range(1, 6)
    ]
    (event,) = counted(pieces)
    assert quantities(event) == {"input_text": 7, "output_text": 5}


@pytest.mark.parametrize(
    "pieces",
    [
        CHAT_STREAM[:-1],
        CHAT_STREAM[:1],
        RESPONSES_STREAM[:-1],
        ANTHROPIC_STREAM[:3],
        BEDROCK_STREAM[:-1],
        COHERE_STREAM[:-1],
    ],
    ids=["not asked to include usage", "OpenAI", "responses", "Anthropic", "Bedrock", "Cohere"],
)
def test_a_stream_that_was_cut_is_a_call_whose_usage_is_unknown(pieces: Pieces) -> None:
    """Never zero, and never the placeholder with which Anthropic begins."""
    (event,) = counted(pieces)
    assert quantities(event) == {}


def test_a_broken_line_leaves_the_stream_whole() -> None:
    content = lines(CHAT_STREAM[:2]) + b"\n{broken\n" + lines(CHAT_STREAM[2:])
    events, (rejected,) = read(content)
    assert (len(events), rejected.code) == (1, "InvalidJson")
    assert quantities(events[0])["output_text"] == 30


def test_a_realtime_session_tells_the_models_of_its_calls() -> None:
    heard = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "transcript": "the secret plan",
        "usage": {"type": "duration", "seconds": 3},
    }
    session = {
        "model": "gpt-realtime",
        "audio": {"input": {"transcription": {"model": "whisper-1"}}},
    }
    begun = {"id": "resp_001", "object": "realtime.response", "status": "in_progress"}
    events = counted(
        [
            {"type": "session.created", "session": session},
            {"type": "input_audio_buffer.committed", "item_id": "item_1"},
            heard,
            {"type": "response.created", "response": begun},
            {"type": "response.output_audio.delta", "delta": "AAAA"},
            REALTIME,
            {"type": "response.created", "response": begun | {"id": "resp_002"}},
        ]
    )
    assert [(event["model"], event["operation"]) for event in events] == [
        ("whisper-1", "transcription"),
        ("gpt-realtime", "realtime"),
        ("gpt-realtime", "realtime"),
    ]
    assert quantities(events[0]) == {"audio_seconds": 3}
    assert quantities(events[1])["output_audio"] == 112
    assert quantities(events[2]) == {}
