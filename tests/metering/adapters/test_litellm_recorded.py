"""Payloads that LiteLLM itself made (tests/data/records/SOURCES.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.metering.adapters.files import quantities, read

RECORDED = Path(__file__).parents[2] / "data" / "records" / "litellm.jsonl"
CHAT = {"input_text": 263, "input_text_cached": 128, "output_text": 20, "output_reasoning": 4}
EXPECTED: list[tuple[str, str, int, dict[str, Any]]] = [
    ("gpt-4o-2024-11-20", "chat", 200, CHAT),
    ("gpt-4o", "chat", 200, CHAT),
    (
        "claude-sonnet-4-5-20250929",
        "chat",
        200,
        {
            "input_text": 12,
            "input_text_cached": 2048,
            "input_text_cache_write": 0,
            "input_text_cache_write_5m": 456,
            "input_text_cache_write_1h": 100,
            "output_text": 30,
            "output_reasoning": 0,
        },
    ),
    ("text-embedding-3-small", "embeddings", 200, {"input_text": 8, "output_text": 0}),
    ("dall-e-3", "image", 200, {"images": 2}),
    ("gpt-4o-flaky", "chat", 500, {}),
    ("gpt-4o-2024-11-20", "chat", 200, CHAT),
]


def test_calls_of_a_client_and_of_a_router() -> None:
    events, rejected = read(RECORDED.read_bytes())
    assert rejected == []
    found = [(e["model"], e["operation"], e["http_status"], quantities(e)) for e in events]
    assert found == EXPECTED
    assert "secret" not in str(events)


def test_the_attempts_of_a_router_are_one_operation() -> None:
    *_, failed, repeated = read(RECORDED.read_bytes())[0]
    assert failed["id"].startswith(repeated["id"] + "/failed/")
    assert failed["operation_id"] == repeated["operation_id"]


def test_only_ids_that_the_provider_gave_match_other_witnesses() -> None:
    """LiteLLM makes those of Anthropic's answers, and takes the call's where there is none."""
    told = [event.get("response_id") for event in read(RECORDED.read_bytes())[0]]
    assert told == ["chatcmpl-1", "c", None, None, None, None, "chatcmpl-1"]
