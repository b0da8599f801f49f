"""Usage beside the sample's: many groups, all hours, another provider, calls without a price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.http.sample import event

BUSY, NIGHT, LAB = (f"/subscriptions/{name}" for name in ("busy", "night", "lab"))
TEAM = 'Zürich, "A"'
TIMES = tuple(f"2026-11-{hour}:30:00Z" for hour in ("02T23", "03T00", "03T11", "03T22", "04T10"))
"""Team and times of the calls of NIGHT, of 1, 10, 100, 1,000 and 10,000 input tokens."""

DEPLOYMENTS = 1_200
"""Of BUSY: one call each, of 1,000 input tokens at 2.00 USD a million."""

CLAUDE = """\
name: claude
currency: USD
provider: anthropic
publisher_type: External
publisher: Anthropic
unit: 1M Tokens
valid_from: 2026-01-01
rows:
  - {model: claude-sonnet-4-5, quantity: input_text, price: 3.00}
  - {model: claude-sonnet-4-5, quantity: input_text_cached, price: 0.30}
  - {model: claude-sonnet-4-5, quantity: input_text_cache_write, price: 3.75}
  - {model: claude-sonnet-4-5, quantity: output_text, price: 15.00}
"""


def at(subscription: str, name: str, time: str = "2026-11-03T10:00:00Z", **data: Any) -> Any:
    """A call on a resource of that subscription."""
    account = f"{subscription}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/ai"
    return event(name, "rg", "t", **{"resource_id": account} | data) | {"time": time}


def claude(name: str) -> Any:
    """A call that no bill of Azure has; its counts do not include those of the cache in input."""
    data = {
        "account": {"provider": "anthropic", "organisation": "org-1", "project": "p1"},
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "usage": {
            "input_tokens": 5,
            "cache_read_input_tokens": 128_955,
            "cache_creation_input_tokens": 1_253,
            "output_tokens": 10,
        },
    }
    return event(name, "none", "t") | {"data": data}


def usage() -> Iterator[Any]:
    """The events; those of LAB: one with a cached prompt, one cancelled, one of a model that no
    sheet has, one refused."""
    for number in range(DEPLOYMENTS):
        yield at(BUSY, f"n{number}", deployment=f"d-{number}", quantities={"input_text": 1_000})
    for number, time in enumerate(TIMES):
        tokens = {"input_text": 10**number}
        yield at(NIGHT, f"z{number}", time, quantities=tokens, tags={"team": TEAM})
    cached = {
        "prompt_tokens": 17_903,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 17_817},
    }
    yield at(LAB, "cached", usage=cached)
    yield at(LAB, "cancelled", http_status=499)
    yield at(LAB, "unknown", model="chat-model-of-2031", quantities={"input_text": 70})
    yield at(LAB, "refused", http_status=429)
    yield claude("claude")
