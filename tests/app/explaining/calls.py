"""A call that a test changes in one thing."""

from __future__ import annotations

from typing import Any

from tests.app import estate


def plain_call(event_id: str) -> dict[str, Any]:
    """A call that used a million input tokens of alpha."""
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "s",
        "id": event_id,
        "time": "2026-11-02T10:00:00Z",
        "data": {
            "resource_id": estate.RESOURCES[0],
            "deployment": "chat",
            "quantities": {"input_text": 1_000_000},
        },
    }
