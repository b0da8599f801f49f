"""A small estate for whole runs: prices, a catalog, random calls, and a naive oracle for them.

The oracle is loops over the events' own JSON. It shares no code with the product.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import sqlglot
from sqlglot import exp

from costplane.app.intake.intake import IntakeReport
from costplane.app.workspace import Workspace
from costplane.catalog.model import Deployment, Resource
from costplane.core.scope import parse_scope
from costplane.metering.native import read_json_lines

Event = dict[str, Any]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 3
CHANGE = datetime(2026, 11, 3, 18, 17, 30, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/s-1"
RESOURCES = tuple(
    f"{SUBSCRIPTION}/resourcegroups/{group}/providers/microsoft.cognitiveservices/accounts/{name}"
    for group, name in (("rg-a", "one"), ("rg-ab", "two"))
)
SHEET = """\
name: estate
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, unit: 1M Tokens, price: 0.1234567}
  - {model: alpha, quantity: input_text_cached, unit: 1K Tokens, price: 0.00000123456789}
  - {model: alpha, quantity: output_text, unit: 1M Tokens, price: 8}
  - {model: alpha, quantity: output_text, unit: 1M Tokens, price: 9.5,
     valid_from: "2026-11-03T18:17:30Z"}
  - {model: beta, quantity: input_text, unit: 1K Tokens, price: 0.25}
  - {model: beta, quantity: input_text, unit: 1K Tokens, price: 0.5, context_band: long,
     context_threshold: 3000}
  - {model: beta, quantity: output_text, unit: 1K Tokens, price: 0}
  - {model: beta, quantity: audio_seconds, unit: 1 Hour, price: 0.37}
"""
_PRICES: dict[str, dict[str, tuple[str, int]]] = {
    "alpha": {
        "input_text": ("0.1234567", 10**6),
        "input_text_cached": ("0.00000123456789", 1000),
        "output_text": ("8", 10**6),
        "output_reasoning": ("8", 10**6),
    },
    "beta": {
        "input_text": ("0.25", 1000),
        "input_text_cached": ("0.25", 1000),
        "output_text": ("0", 1000),
        "output_reasoning": ("0", 1000),
        "audio_seconds": ("0.37", 3600),
    },
}
_QUANTITIES = ("input_text", "input_text_cached", "output_text", "output_reasoning")


def opened(folder: Path, now: datetime = NOW, control: str | None = None) -> Workspace:
    """A workspace with the sheet and the catalog's facts about deployments."""
    sheet = folder / "estate.yaml"
    sheet.write_text(SHEET)
    workspace = Workspace.open(folder / "data", control=control, now=lambda: now)
    workspace.import_prices(sheet)
    workspace.catalog.put_resource(*(Resource(r, r[-3:], "swedencentral") for r in RESOURCES))
    workspace.catalog.put_deployment(
        *(Deployment(r, "chat", "alpha", "v1", "GlobalStandard") for r in RESOURCES)
    )
    return workspace


def calls(seed: int, count: int) -> list[Event]:
    """Random calls; `chat` leaves its model to the catalog, some name no deployment."""
    random = Random(seed)
    return [_call(random, number) for number in range(count)]


def _call(random: Random, number: int) -> Event:
    time = START + timedelta(microseconds=random.randrange(DAYS * 86_400 * 10**6))
    deployment = random.choice(("chat", "Direct", None))
    model = None if deployment == "chat" else random.choice(("alpha", "beta", "Gamma"))
    data = {
        "resource_id": random.choice(RESOURCES).upper(),
        "deployment": deployment,
        "model": model,
        "deployment_type": None if deployment == "chat" else "GlobalStandard",
        "model_version": None if deployment == "chat" else "v1",
        "http_status": random.choice((200, 200, 200, 200, 200, 429, 500)),
        "user": random.choice(("u-1", "ü-2", None)),
        "session": random.choice(("s-1", None)),
        "tags": _tags(random),
    }
    if random.random() < 0.95:
        data["quantities"] = _quantities(random)
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": f"gateway/{random.randrange(2)}",
        "id": f"call-{number}",
        "time": time.isoformat().replace("+00:00", "Z"),
        "data": data,
    }


def _tags(random: Random) -> dict[str, str]:
    tags = {"team": random.choice(("blue", "Grün", "レッド")), "run": random.choice("xy")}
    return {key: value for key, value in tags.items() if random.random() < 0.7}


def _quantities(random: Random) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: random.choice((0, 1, 7, 263, 1_999, 40_001))
        for name in _QUANTITIES
        if random.random() < 0.6
    }
    if random.random() < 0.1:
        told["audio_seconds"] = random.choice((0.5, 12.000001, 3600))
    return told


def lines(events: Iterable[Event]) -> Iterator[bytes]:
    return (json.dumps(event, ensure_ascii=False).encode() for event in events)


def take(workspace: Workspace, *batches: Sequence[Event]) -> IntakeReport:
    return workspace.ingest([read_json_lines(lines(batch)) for batch in batches])


def body(*groups: str, **facts: Any) -> dict[str, Any]:
    """A query's body: cost and calls of the estate's days by dimensions or `tag:` keys."""
    grouping = [
        {"type": "TagKey", "name": name[4:]}
        if name.startswith("tag:")
        else {"type": "Dimension", "name": name}
        for name in groups
    ]
    sums = {name: {"name": name, "function": "Sum"} for name in ("Cost", "TokenCount", "CallCount")}
    dataset: dict[str, Any] = {"aggregation": sums, "granularity": facts.get("granularity", "None")}
    if grouping:
        dataset["grouping"] = grouping
    if "zone" in facts:
        dataset["configuration"] = {"timeZone": facts["zone"]}
    last = START + timedelta(days=DAYS - 1)
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": facts.get(
            "period", {"from": START.date().isoformat(), "to": last.date().isoformat()}
        ),
        "dataset": dataset,
    }


def answer(
    workspace: Workspace, asked: dict[str, Any], scope: str = SUBSCRIPTION
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Sums by bucket and groups, as the product answers."""
    result = workspace.query_whole(parse_scope(scope), workspace.definition(asked), "test")
    names = result.rows.column_names[3:-1]
    keys = [name for name in names if not name.startswith("TagKey")]
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in result.rows.to_pylist():
        key = tuple(row[name] for name in keys)
        assert key not in found
        found[key] = (row["Cost"], row["TokenCount"], row["CallCount"])
    return found


def costs(answered: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[tuple[Any, ...], Decimal]:
    """The groups that have a cost, and it."""
    return {key: row[0] for key, row in answered.items() if row[0] is not None}


def first_of_each(events: Iterable[Event]) -> list[Event]:
    """Of events with one identity the first."""
    known: dict[tuple[str, str], Event] = {}
    for event in events:
        known.setdefault((event["source"], event["id"]), event)
    return list(known.values())


Key = Callable[[Event, str], tuple[Any, ...]]


def priced(events: Iterable[Event], key: Key) -> dict[tuple[Any, ...], Decimal]:
    """What each group costs: every event once, every line rounded by itself."""
    totals: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for event in first_of_each(events):
        for quantity, amount in priced_lines(event):
            totals[key(event, quantity)] += amount
    return {group: Decimal(t.numerator) / t.denominator for group, t in totals.items()}


def priced_lines(event: Event) -> Iterator[tuple[str, Fraction]]:
    if event["data"]["http_status"] == 429:
        return
    told = event["data"].get("quantities") or {}
    prompt = sum(amount for name, amount in told.items() if name.startswith("input"))
    for name, amount in told.items():
        price = price_of(model_of(event), name, time_of(event), prompt)
        if price is not None and amount != 0:
            yield name, _half_even(Fraction(str(amount)) * price)


def price_of(model: str, quantity: str, at: datetime, prompt: int) -> Fraction | None:
    row = _PRICES.get(model, {}).get(quantity)
    if row is None:
        return None
    price = row[0]
    if model == "alpha" and price == "8" and at >= CHANGE:
        price = "9.5"
    if model == "beta" and quantity.startswith("input_text") and prompt > 3000:
        price = "0.5"
    return Fraction(price) / row[1]


def model_of(event: Event) -> str:
    return (event["data"]["model"] or "alpha").lower()


def time_of(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


def _half_even(amount: Fraction) -> Fraction:
    scaled = amount * 10**12
    down = scaled.numerator // scaled.denominator
    over = scaled - down
    if over > Fraction(1, 2) or (over == Fraction(1, 2) and down % 2 == 1):
        down += 1
    return Fraction(down, 10**12)


def select(text: str) -> exp.Query:
    """A statement for the workspace's engine."""
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement


def exact(amount: int | float) -> Decimal:
    """A number as its JSON text says it."""
    return Decimal(json.dumps(amount))
