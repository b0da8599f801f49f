"""Results of Anthropic's Message Batches: a line for each request, with the whole message.

The message's usage names the service tier `batch`. Requests that failed, expired or were cancelled
are not charged, and are passed over. Messages tell no time: `--date` does. Source: Anthropic API
reference, "Retrieve Message Batch results".
"""

from __future__ import annotations

from typing import Any

from costplane.metering.adapters import answers
from costplane.metering.adapters.adapter import Adapter, Context, Record, inner, text


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of a line; None for a request that failed."""
    message = inner(record, "result", "message")
    if inner(record, "result").get("type") != "succeeded":
        return None
    return answers.event(message, context) | {
        "source": "anthropic-batch",
        "id": text(message.get("id")),
    }


ANTHROPIC_BATCH = Adapter(
    "anthropic-batch",
    "the results of a batch of Anthropic",
    ((b'"custom_id"', b'"result"', b'"message"'), (b'"custom_id"', b'"result"', b'"errored"')),
    event,
)
