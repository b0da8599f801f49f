"""Events for tests: the sample of the documentation, and how to bend it."""

import json
from typing import Any

RESOURCE = (
    "/subscriptions/D3A0C057-0000-4000-8000-000000000001/resourceGroups/rg-Search"
    "/providers/Microsoft.CognitiveServices/accounts/aoai-EU"
)
CHAT_USAGE = {
    "prompt_tokens": 391,
    "completion_tokens": 24,
    "prompt_tokens_details": {"cached_tokens": 128},
}


def event(data: dict[str, Any] | None = None, **envelope: Any) -> dict[str, Any]:
    """A usage event; `data` and `envelope` replace fields, a None in `envelope` removes one."""
    whole = {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway/eu-1",
        "id": "b7c1",
        "time": "2026-11-02T10:00:09.4204992Z",
        "data": {
            "resource_id": RESOURCE,
            "deployment": "GPT-4o-Chat",
            "model": " GPT-4o ",
            "usage": CHAT_USAGE,
            **(data or {}),
        },
        **envelope,
    }
    return {name: value for name, value in whole.items() if value is not None}


def line(data: dict[str, Any] | None = None, **envelope: Any) -> bytes:
    return json.dumps(event(data, **envelope)).encode()
