"""A small installation whose every figure can be checked by hand.

Calls of 2026-11-02, in USD a million tokens: gpt-4.1 input 2.00, cached 0.50, output 8.00.

    a1  rg-search  search     263 input, 128 cached, 24 output   0.000526 + 0.000064 + 0.000192
    a2  rg-search  assistant  12,000 input, 350 output           0.024 + 0.0028
    a3  rg-agents  assistant  800 input, 90 output               a model without a price
    a4  rg-agents  search     refused with 429                   not billed
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

SUBSCRIPTION = "11111111-2222-4333-8444-555555555555"
SCOPE = f"subscriptions/{SUBSCRIPTION}"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOTAL = "0.027582"

PRICES = """\
name: sample
currency: USD
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
rows:
  - {model: gpt-4.1, quantity: input_text, price: 2.00}
  - {model: gpt-4.1, quantity: input_text_cached, price: 0.50}
  - {model: gpt-4.1, quantity: output_text, price: 8.00}
"""


def event(name: str, group: str, team: str, **data: object) -> dict[str, object]:
    """One usage event; `data` is added to what all have."""
    account = f"/{SCOPE}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/ai"
    common = {
        "resource_id": account,
        "deployment": "chat",
        "model": "gpt-4.1",
        "model_version": "2025-04-14",
        "provider": "azure.ai.openai",
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
        "operation": "chat",
        "tags": {"team": team},
    }
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway/eu-1",
        "id": name,
        "time": "2026-11-02T10:00:09.42Z",
        "data": common | data,
    }


EVENTS = (
    event(
        "a1",
        "rg-search",
        "search",
        usage={
            "prompt_tokens": 391,
            "completion_tokens": 24,
            "prompt_tokens_details": {"cached_tokens": 128},
        },
    ),
    event("a2", "rg-search", "assistant", usage={"prompt_tokens": 12000, "completion_tokens": 350}),
    event(
        "a3",
        "rg-agents",
        "assistant",
        model="in-house-7b",
        quantities={"input_text": 800, "output_text": 90},
    ),
    event("a4", "rg-agents", "search", http_status=429),
)


def write_prices(folder: Path) -> Path:
    """The sample's price sheet as a file."""
    path = folder / "prices.yaml"
    path.write_text(PRICES)
    return path


def write_events(folder: Path) -> Path:
    """The sample's events as a file of JSON lines."""
    path = folder / "usage.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    return path


def definition(**dataset: object) -> dict[str, object]:
    """A query body for the sample's day; `dataset` is added to the sum of costs."""
    summed = {"aggregation": {"total": {"name": "Cost", "function": "Sum"}}}
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-11-02", "to": "2026-11-02"},
        "dataset": summed | dataset,
    }
