"""A folder whose meters have tiers, and naive loops over its events' own text.

The oracle shares no code with the product: it lays the month's lines of a meter in canonical
order (billing-rules 14), counts on, and rounds each part of each line (rules 11 and 13).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Resource, Subscription
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.estate import Event

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 10, 30, tzinfo=UTC)
DAYS = 5
CHANGE = datetime(2026, 11, 2, 18, 17, 30, tzinfo=UTC)
ACCOUNTS = {"s-1": "acc-1", "s-2": "acc-1", "s-3": "acc-2"}
RESOURCES = tuple(
    f"/subscriptions/{subscription}/resourcegroups/rg/providers/"
    f"microsoft.cognitiveservices/accounts/{name}"
    for subscription, name in (("s-1", "one"), ("s-2", "a-two"), ("s-3", "three"))
)
SHEET = """\
name: tiers
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.25}
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.2, tier_minimum: 10}
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.1234567890123, tier_minimum: 25}
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.3,
     valid_from: "2026-11-02T18:17:30Z"}
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.1, tier_minimum: 12.0005,
     valid_from: "2026-11-02T18:17:30Z"}
  - {model: alpha, quantity: output_text, unit: 1K Tokens, price: 2, tiering: volume}
  - {model: alpha, quantity: output_text, unit: 1K Tokens, price: 1.5, tier_minimum: 5,
     tiering: volume}
  - {model: alpha, quantity: output_text, unit: 1K Tokens, price: 1.0000000001234,
     tier_minimum: 40, tiering: volume}
  - {model: beta, quantity: input_text, unit: 1K Tokens, price: 0.5}
"""
DEARER = SHEET.replace("price: 0.25}", "price: 0.75}")
Tiers = list[tuple[Fraction, str]]
_PRICES: dict[str, tuple[str, Tiers]] = {
    "early input": (
        "graduated",
        [(Fraction(0), "0.25"), (Fraction(10_000), "0.2"), (Fraction(25_000), "0.1234567890123")],
    ),
    "early input, dearer": (
        "graduated",
        [(Fraction(0), "0.75"), (Fraction(10_000), "0.2"), (Fraction(25_000), "0.1234567890123")],
    ),
    "late input": ("graduated", [(Fraction(0), "0.3"), (Fraction(12_001), "0.1")]),
    "output": (
        "volume",
        [(Fraction(0), "2"), (Fraction(5_000), "1.5"), (Fraction(40_000), "1.0000000001234")],
    ),
}
_METERS = {"input_text": "input", "output_text": "output", "output_reasoning": "output"}
_ORDER = ("input_text", "output_text", "output_reasoning")


def opened(folder: Path, now: datetime = NOW, sheet: str = SHEET) -> Workspace:
    """A workspace with the sheet, two billing accounts and three subscriptions."""
    file = folder / "tiers.yaml"
    file.write_text(sheet)
    workspace = Workspace.open(folder / "data", now=lambda: now)
    workspace.import_prices(file)
    catalog = workspace.catalog
    catalog.put_billing_account(
        *(BillingAccount(a, a, "EnterpriseAgreement", "USD") for a in ("acc-1", "acc-2"))
    )
    catalog.put_subscription(
        *(Subscription(s, s, "Azure", billing_account_id=a) for s, a in ACCOUNTS.items())
    )
    catalog.put_resource(*(Resource(r, r[-3:], "swedencentral") for r in RESOURCES))
    return workspace


def calls(seed: int, count: int) -> list[Event]:
    random = Random(seed)
    return [_call(random, number) for number in range(count)]


def _call(random: Random, number: int) -> Event:
    time = START + timedelta(microseconds=random.randrange(DAYS * 86_400 * 10**6))
    if random.random() < 0.5:  # many in few hours, so that borders fall among them
        time = random.choice((START, CHANGE)) + timedelta(seconds=random.randrange(-1800, 5400))
        time = max(time, START)
    data = {
        "resource_id": random.choice(RESOURCES).upper(),
        "deployment": random.choice(("Chat", "bulk", None)),
        "model": random.choice(("alpha", "alpha", "beta", "gamma")),
        "deployment_type": "GlobalStandard",
        "http_status": random.choice((200, 200, 200, 429)),
        "user": random.choice(("u-1", "ü-2", None)),
        "quantities": {
            name: random.choice((1, 7, 263, 500, 1_000, 2_500, 5_001)) * (1 + number % 3)
            for name in _ORDER
            if random.random() < 0.6
        },
    }
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": f"gateway/{random.choice('aBc')}",
        "id": f"{random.choice('xYz')}-{number}",
        "time": time.isoformat().replace("+00:00", "Z"),
        "data": data,
    }


def batches(random: Random, events: Sequence[Event]) -> list[list[Event]]:
    """The events in any order, in some batches, some of them twice."""
    shuffled = [*events, *random.sample(events, min(5, len(events)))]
    random.shuffle(shuffled)
    cuts = sorted(random.sample(range(len(shuffled)), 3))
    borders = [0, *cuts, len(shuffled)]
    return [shuffled[a:b] for a, b in pairwise(borders)]


Part = tuple[Event, str, Fraction, Fraction, Fraction]
"""An event, its quantity, the part's tier minimum in tokens, its amount, its cost."""


def parts(events: Iterable[Event], dearer: Collection[str] = ()) -> Iterator[Part]:
    """Every part of every priced line; ids in `dearer` came after the sheet DEARER."""
    keys: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for event in estate.first_of_each(events):
        for line in _lines(event):
            keys[(account(event), event["time"][:7], _METERS[line[1]])].append(line)
        yield from _untiered(event)
    for lines in keys.values():
        yield from _counted(lines, dearer)


def account(event: Event) -> str:
    return ACCOUNTS[event["data"]["resource_id"].lower().split("/")[2]]


def _lines(event: Event) -> Iterator[tuple[Event, str, int]]:
    if event["data"]["model"] != "alpha" or event["data"]["http_status"] == 429:
        return
    for name in _ORDER:
        if name in event["data"]["quantities"]:
            yield event, name, event["data"]["quantities"][name]


def _counted(lines: list[tuple[Any, ...]], dearer: Collection[str]) -> Iterator[Part]:
    lines.sort(key=lambda line: _canonical(line[0], line[1]))
    total, count = sum(line[2] for line in lines), 0
    for event, name, amount in lines:
        kind, tiers = _PRICES[_price_of(event, name, dearer)]
        ends = [minimum for minimum, _ in tiers[1:]] + [Fraction(10**30)]
        for (minimum, price), end in zip(tiers, ends, strict=True):
            if kind == "volume":
                part = amount if minimum <= total < end else 0
            else:
                part = min(count + amount, end) - max(count, minimum)
            if part > 0:
                cost = estate._half_even(Fraction(part) * Fraction(price) / 1000)
                yield event, name, minimum, Fraction(part), cost
        count += amount


def _canonical(event: Event, name: str) -> tuple[Any, ...]:
    return (
        event["time"][:13],
        event["data"]["resource_id"].lower(),
        (event["data"]["deployment"] or "").lower(),
        event["source"],
        event["id"],
        _ORDER.index(name),
    )


def _price_of(event: Event, name: str, dearer: Collection[str]) -> str:
    if name != "input_text":
        return "output"
    if estate.time_of(event) >= CHANGE:
        return "late input"
    return "early input, dearer" if event["id"] in dearer else "early input"


def _untiered(event: Event) -> Iterator[Part]:
    data = event["data"]
    amount = data["quantities"].get("input_text")
    if data["model"] == "beta" and data["http_status"] != 429 and amount:
        cost = estate._half_even(Fraction(amount) / 2 / 1000)
        yield event, "input_text", Fraction(0), Fraction(amount), cost


def costs(found: Iterable[Part], key: Callable[[Event, str], tuple[Any, ...]]) -> dict[Any, Any]:
    sums: dict[Any, Fraction] = defaultdict(Fraction)
    for event, name, _, _, cost in found:
        sums[key(event, name)] += cost
    return {group: Decimal(s.numerator) / s.denominator for group, s in sums.items()}


def asked(*groups: str, granularity: str = "None", zone: str | None = None) -> dict[str, Any]:
    period = {
        "from": START.date().isoformat(),
        "to": (START + timedelta(days=DAYS - 1)).date().isoformat(),
    }
    facts: dict[str, Any] = {"granularity": granularity, "period": period}
    return estate.body(*groups, **facts, **({"zone": zone} if zone else {}))


def answer(workspace: Workspace, body: dict[str, Any], scope: str = "/") -> dict[Any, Any]:
    """Costs by the groups that have one."""
    return estate.costs(estate.answer(workspace, body, parse_scope(scope).id))


def posted(workspace: Workspace) -> dict[Any, Any]:
    """What stands in `charges` for each tier: count and cost by account, month, type, minimum."""
    rows = workspace.engine.execute(
        estate.select(
            "SELECT BillingAccountId, STRFTIME(ChargePeriodStart, '%Y-%m') AS month, x_TokenType, "
            "x_TierMinimum, SUM(ConsumedQuantity) AS amount, SUM(BilledCost) AS cost, "
            "SUM(x_Events) AS events FROM charges WHERE NOT x_TierMinimum IS NULL GROUP BY ALL"
        ),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    ).to_pylist()
    return {
        tuple(list(row.values())[:4]): (row["amount"], row["cost"]) for row in rows if row["amount"]
    }


def expected(found: Iterable[Part]) -> dict[Any, Any]:
    sums: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for event, name, minimum, amount, cost in found:
        if event["data"]["model"] == "alpha":
            written = Decimal("12.0005") if minimum == 12_001 else Decimal(int(minimum / 1000))
            group = sums[(account(event), event["time"][:7], name, written)]
            group[0] += amount
            group[1] += cost
    return {key: tuple(Decimal(f.numerator) / f.denominator for f in g) for key, g in sums.items()}
