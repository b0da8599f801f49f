"""What holds for every input: nothing is lost or made in the split, and nothing crashes."""

import json
import math
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from costplane.core.quantities import BY_NAME
from costplane.core.tables import EVENTS
from costplane.errors import InvalidUsage
from costplane.metering.extract import extract
from costplane.metering.extract.table import BY_FORMAT, KEYS
from costplane.metering.native import read_events, read_json_lines
from tests.metering.events import event

COUNT = st.integers(0, 10**6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
DETAILS = ("prompt_tokens_details", "completion_tokens_details", "input_tokens_details")
USAGE_KEYS = st.sampled_from([*sorted(KEYS), *DETAILS, "promptTokensDetails", "cache_creation"])
NUMBERS = st.integers(-2, 50) | st.none() | st.floats(allow_nan=False) | JSON
USAGES = st.dictionaries(
    USAGE_KEYS,
    NUMBERS
    | st.dictionaries(
        st.sampled_from(["cached_tokens", "audio_tokens", "reasoning_tokens", "input_tokens"]),
        NUMBERS,
    ),
)


@given(cached=COUNT, audio=COUNT, text=COUNT, reasoning=COUNT, shown=COUNT)
def test_inclusive_counts_sum_to_their_wholes(
    cached: int, audio: int, text: int, reasoning: int, shown: int
) -> None:
    usage = {
        "prompt_tokens": cached + audio + text,
        "completion_tokens": reasoning + shown,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": audio},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    amounts = extract(usage)
    assert sum(v for k, v in amounts.items() if k.startswith("input_")) == usage["prompt_tokens"]
    assert amounts["output_text"] == shown
    assert (amounts["input_text"], amounts["input_text_cached"]) == (text, cached)


@given(text=COUNT, read=COUNT, hour=COUNT, minutes=COUNT, rest=COUNT, shown=COUNT, thought=COUNT)
def test_exclusive_counts_sum_to_all_of_them(
    text: int, read: int, hour: int, minutes: int, rest: int, shown: int, thought: int
) -> None:
    usage = {
        "input_tokens": text,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": hour + minutes + rest,
        "cache_creation": {
            "ephemeral_1h_input_tokens": hour,
            "ephemeral_5m_input_tokens": minutes,
        },
        "output_tokens": shown + thought,
        "output_tokens_details": {"thinking_tokens": thought},
    }
    amounts = extract(usage)
    assert sum(amounts.values()) == text + read + hour + minutes + rest + shown + thought
    assert amounts["input_text_cache_write"] == rest


@given(text=COUNT, audio=COUNT, cached_text=COUNT, cached_audio=COUNT)
def test_what_lies_in_two_wholes_is_counted_once(
    text: int, audio: int, cached_text: int, cached_audio: int
) -> None:
    usage = {
        "input_tokens": text + audio + cached_text + cached_audio,
        "input_token_details": {
            "audio_tokens": audio + cached_audio,
            "cached_tokens": cached_text + cached_audio,
            "cached_tokens_details": {"audio_tokens": cached_audio},
        },
    }
    assert extract(usage) == {
        "input_text": text,
        "input_audio": audio,
        "input_text_cached": cached_text,
        "input_audio_cached": cached_audio,
    }


@given(usage=USAGES, shape=st.sampled_from([None, *BY_FORMAT]))
def test_any_usage_is_counted_or_refused(usage: dict[str, Any], shape: str | None) -> None:
    plain = json.loads(json.dumps(usage))
    try:
        amounts = extract(plain, usage_format=shape)
    except InvalidUsage:
        amounts = {}
    assert all(name in BY_NAME and amount >= 0 for name, amount in amounts.items())


@settings(max_examples=60)
@given(
    data=st.dictionaries(
        st.sampled_from(
            [
                *event()["data"],
                "tags",
                "account",
                "quantities",
                "http_status",
                "reported_cost",
                "provider",
                "user",
                "attempt",
            ]
        ),
        JSON,
    )
)
def test_any_data_is_taken_or_rejected(data: dict[str, Any]) -> None:
    batch = read_json_lines([json.dumps(event({**data})).encode()])
    assert batch.events.schema == EVENTS
    assert batch.events.num_rows + len(batch.rejected) == 1


@settings(max_examples=60)
@given(document=JSON, raw=st.binary())
@example(document=[None, math.inf], raw=b"")
def test_any_bytes_are_taken_or_rejected(document: Any, raw: bytes) -> None:
    assert read_json_lines([raw + b"x"]).events.num_rows == 0
    many = len(document) if isinstance(document, list) and _is_json(document) else 1
    assert len(read_events(json.dumps(document).encode()).rejected) == many


def _is_json(document: Any) -> bool:
    """Whether JSON has words for it: Python writes and reads infinity all the same."""
    try:
        json.dumps(document, allow_nan=False)
    except ValueError:
        return False
    return True
