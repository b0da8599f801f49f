"""Usage whose every figure can be worked out by hand.

USD a million tokens: gpt-4.1 input 2.00, cached 0.50, output 8.00; gpt-4.1-mini 0.40, 0.10, 1.60.

- 1 to 10 March 2026, each day
  - chat (gpt-4.1, team search): a call of 600 K input, 400 K cached and 100 K output tokens,
    1.20 + 0.20 + 0.80 = 2.20
  - mini (gpt-4.1-mini, no team): 2 calls of 250 K input and 25 K output tokens,
    2 x (0.10 + 0.04) = 0.28
- 5 March 2026: own (in-house-7b), a call of 800 input and 90 output tokens, without a price
- 1 to 10 February 2026, each day: chat, a call of half of March's, 1.10
- now: chat, a call as in March, 2.20

March: 22.00 + 2.80 = 24.80, 31 calls, 16.50 M tokens and 890 without a price. February: 11.00.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

SUBSCRIPTION = "/subscriptions/11111111-2222-4333-8444-555555555555"

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
  - {model: gpt-4.1-mini, quantity: input_text, price: 0.40}
  - {model: gpt-4.1-mini, quantity: input_text_cached, price: 0.10}
  - {model: gpt-4.1-mini, quantity: output_text, price: 1.60}
"""


def write_prices(folder: Path) -> Path:
    """The price sheet as a file."""
    path = folder / "prices.yaml"
    path.write_text(PRICES)
    return path


def write_events(folder: Path) -> Path:
    """The events as JSON lines."""
    path = folder / "usage.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events()))
    return path


def events() -> Iterator[dict[str, object]]:
    """Every call of the sample."""
    for day in range(1, 11):
        february, march = f"2026-02-{day:02}T09:30:00Z", f"2026-03-{day:02}T09:30:00Z"
        yield chat(f"chat-02-{day}", february, 300_000, 200_000, 50_000)
        yield chat(f"chat-03-{day}", march, 600_000, 400_000, 100_000)
        for call in (1, 2):
            yield mini(f"mini-{day}-{call}", march)
    yield own("own", "2026-03-05T12:00:00Z")
    yield chat("chat-now", datetime.now(UTC).isoformat(), 600_000, 400_000, 100_000)


def chat(name: str, time: str, new: int, cached: int, output: int) -> dict[str, object]:
    """A call of gpt-4.1 by the search team."""
    usage = {
        "prompt_tokens": new + cached,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    data = {"deployment": "chat", "model": "gpt-4.1", "tags": {"team": "search"}, "usage": usage}
    return event(name, time, "rg-search", "aoai-eu", data)


def mini(name: str, time: str) -> dict[str, object]:
    """A call of gpt-4.1-mini that belongs to no team."""
    usage = {"prompt_tokens": 250_000, "completion_tokens": 25_000}
    data = {"deployment": "mini", "model": "gpt-4.1-mini", "tags": {}, "usage": usage}
    return event(name, time, "rg-agents", "aoai-agents", data)


def own(name: str, time: str) -> dict[str, object]:
    """A call of a model that has no price."""
    quantities = {"input_text": 800, "output_text": 90}
    data = {"deployment": "own", "model": "in-house-7b", "tags": {}, "quantities": quantities}
    return event(name, time, "rg-agents", "aoai-agents", data)


def event(
    name: str, time: str, group: str, account: str, data: Mapping[str, object]
) -> dict[str, object]:
    """A usage event of an account."""
    place = f"{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts"
    common = {
        "resource_id": f"{place}/{account}",
        "model_version": "2025-04-14",
        "provider": "azure.ai.openai",
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
        "operation": "chat",
    }
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway/eu-1",
        "id": name,
        "time": time,
        "data": {**common, **data},
    }
