"""Small worlds for cost analysis: requests, their lines, and the tables that rating makes of them.

Plain Python over dictionaries, sharing no code with analysis: what the tables must hold follows
from ARCHITECTURE.md, "Grain", and billing-rules 3, 13, 22 and 24.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from costplane.core.quantities import BY_NAME
from costplane.core.tables import CHARGES, SERIES, UNCHARGED, USAGE

Row = dict[str, Any]

START = datetime(2026, 10, 24, tzinfo=UTC)
END = START + timedelta(days=3)
CHANGE = datetime(2026, 10, 25, 15, tzinfo=UTC)
"""From here on another meter and price apply, and resources have another tag `env`."""

HOUR = timedelta(hours=1)
PRICES = {"input_text": 2_000, "input_text_cached": 500, "output_text": 8_000, "images": 40_000}
"""Prices of one unit in 1e-9; token types without a row here are unpriced."""


def _series(number: int, **facts: Any) -> Row:
    common = {
        "subscription_id": "sub-1",
        "resource_group": f"rg-{number % 2}",
        "resource_id": f"/subscriptions/sub-1/resourcegroups/rg-{number % 2}/ai-{number}",
        "deployment": f"d{number % 3}",
        "model": "alpha",
        "region": "swedencentral",
        "billing_status": "Billed",
        "team": "search",
        "marketplace": False,
        "currency": "USD",
        "unpriced": False,
    }
    return common | facts | {"series": number}


SERIES_FACTS = [
    _series(0, team="Search"),
    _series(1, model="beta", deployment=None, team=None),
    _series(2, model="claude", marketplace=True, subscription_id="sub-2", currency="EUR"),
    _series(3, model="gamma", unpriced=True),
    _series(4, billing_status="NotBilled"),
    _series(5, billing_status="UsageMissing", model="beta"),
    _series(6, model="claude", marketplace=True, subscription_id="sub-2"),
]

_COUNTS = (*PRICES, "output_reasoning")


@st.composite
def _events(draw: st.DrawFn) -> Row:
    facts = SERIES_FACTS[draw(st.integers(0, len(SERIES_FACTS) - 1))]
    counts = {} if facts["billing_status"] == "UsageMissing" else draw(_counts(facts))
    return {
        "time": START + timedelta(seconds=draw(st.integers(0, 3 * 86_400 - 1))),
        "facts": facts,
        "counts": counts,
        "user": draw(st.sampled_from((None, "u1", "u2"))),
        "http_status": draw(st.sampled_from((200, 200, 429))),
        "kind": draw(st.sampled_from((None, "a", "B"))),
    }


def _counts(facts: Row) -> st.SearchStrategy[dict[str, int]]:
    least = 0 if facts["billing_status"] == "NotBilled" else 1
    return st.dictionaries(st.sampled_from(_COUNTS), st.integers(0, 5_000), min_size=least)


events = st.lists(_events(), max_size=12).map(
    lambda found: [event | {"id": str(number)} for number, event in enumerate(found)]
)


def lines(event: Row) -> Iterator[Row]:
    """The event's lines: what each row of a table is made of. A line without a type stands for
    the event where it was charged nothing."""
    facts, later = event["facts"], event["time"] >= CHANGE
    common = {
        "event": event,
        "SubAccountId": facts["subscription_id"],
        "x_ResourceGroupName": facts["resource_group"],
        "RegionId": facts["region"],
        "x_Model": facts["model"],
        "x_Deployment": facts["deployment"],
        "ResourceId": facts["resource_id"],
        "Tags": _tags(facts, later),
        "x_Series": facts["series"],
    }
    if facts["billing_status"] != "Billed":
        status = {"x_BillingStatus": facts["billing_status"], "x_StatusReason": "because"}
        yield common | status | {"x_TokenType": None, "count": None}
        for name, count in event["counts"].items():
            yield common | status | {"x_TokenType": name, "count": count}
        return
    for name, count in event["counts"].items():
        yield common | _rated(facts, name, count, later)


def _rated(facts: Row, name: str, count: int, later: bool) -> Row:
    if facts["unpriced"] or name not in PRICES:
        reason = "NoSuchModel" if facts["unpriced"] else "NoSuchTokenType"
        return {
            "x_BillingStatus": "Unpriced",
            "x_StatusReason": reason,
            "x_TokenType": name,
            "count": count,
        }
    price = Decimal(PRICES[name] * (2 if later else 1)).scaleb(-9)
    in_usd = facts["currency"] == "USD"
    cost = price * count
    row = {
        "x_TokenType": name,
        "count": count,
        "SkuMeter": f"{facts['model']} {name.split('_')[0]}" + (" new" if later else ""),
        "x_PublisherType": "Marketplace" if facts["marketplace"] else "Azure",
        "BillingCurrency": facts["currency"],
        "BilledCost": cost,
        "EffectiveCost": cost / 2,
        "x_BilledCostInUsd": cost if in_usd else None,
        "x_EffectiveCostInUsd": cost / 2 if in_usd else None,
        "PricingQuantity": Decimal(count) / 1_000,
    }
    if facts["marketplace"]:
        row["ResourceId"] = f"/subscriptions/sub-2/entry-{facts['model']}"
    return row


def _tags(facts: Row, later: bool) -> dict[str, str]:
    own = {"Env": "prod" if later else "test", "Kind": "Of resource"}
    tags = own if facts["series"] in (0, 6) else {}
    return tags | ({"team": facts["team"]} if facts["team"] else {})


def event_tags(event: Row) -> dict[str, str]:
    """The tags that the event sent."""
    kind = {"kind": event["kind"]} if event["kind"] else {}
    team = {"team": event["facts"]["team"]} if event["facts"]["team"] else {}
    return kind | team


PURCHASE: Row = {
    "ChargeCategory": "Purchase",
    "BillingCurrency": "USD",
    "BilledCost": Decimal("9.5"),
    "EffectiveCost": Decimal(0),
    "x_BilledCostInUsd": Decimal("9.5"),
    "x_EffectiveCostInUsd": Decimal(0),
    "SubAccountId": "sub-1",
    "ResourceId": "/subscriptions/sub-1/reservation",
    "Tags": {},
    "event": {"time": START + 30 * HOUR, "id": None},
}
"""A charge that no event made."""


def tables(
    found: Sequence[Row], *, keys: Sequence[str] = (), cuts: Iterable[datetime] = ()
) -> dict[str, pa.Table]:
    """The tables of the world, with hours parted at `cuts` and rows by `keys` of requests."""
    charges: dict[tuple[Any, ...], Row] = {}
    uncharged: dict[tuple[Any, ...], Row] = {}
    cut = sorted(cuts)
    concerned: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for event in found:
        start = _start(event["time"], cut)
        request = _request(event, keys)
        for line in lines(event):
            into = uncharged if "x_BillingStatus" in line else charges
            _add(into, line, start, request)
            if line.get("x_BillingStatus") == "Unpriced":
                told = line | {"x_TokenType": None, "count": None}
                key = _add(uncharged, told, start, request, events=0)
                concerned[key].add(event["id"])
    for key, ids in concerned.items():
        uncharged[key]["x_Events"] = len(ids)
    purchase = _row(PURCHASE, START + 30 * HOUR) | {"x_Events": 0}
    return {
        "charges": _table([*charges.values(), purchase], CHARGES, keys),
        "uncharged": _table(uncharged.values(), UNCHARGED, keys),
        "usage": pa.Table.from_pylist([_usage(event) for event in found], schema=USAGE),
        "series": pa.Table.from_pylist(SERIES_FACTS, schema=SERIES),
    }


def _start(time: datetime, cuts: Sequence[datetime]) -> datetime:
    hour = time.replace(minute=0, second=0, microsecond=0)
    return max([hour, *(cut for cut in cuts if cut <= time)])


def _request(event: Row, keys: Sequence[str]) -> Row:
    facts = {**event, "tags": json.dumps(event_tags(event)), "session": None}
    return {"x_EventTags" if key == "tags" else key: facts[key] for key in keys}


def _add(
    into: dict[tuple[Any, ...], Row], line: Row, start: datetime, request: Row, events: int = 1
) -> tuple[Any, ...]:
    facts = (line["x_Series"], line["x_TokenType"], line.get("SkuMeter"))
    more = (line.get("x_StatusReason"), json.dumps(line["Tags"]), *request.values())
    key = (start, *facts, *more)
    row = into.setdefault(key, _row(line, start) | request | {"x_Events": 0})
    row["x_Events"] += events
    if line["count"] is not None:
        row["ConsumedQuantity"] = (row.get("ConsumedQuantity") or 0) + line["count"]
    for name in _SUMMED:
        if line.get(name) is not None:
            row[name] = row.get(name, Decimal(0)) + line[name]
    return key


_SUMMED = (
    "BilledCost",
    "EffectiveCost",
    "x_BilledCostInUsd",
    "x_EffectiveCostInUsd",
    "PricingQuantity",
)


def _row(line: Row, start: datetime) -> Row:
    added = _SUMMED if "x_Series" in line else ()
    kept = {k: v for k, v in line.items() if k not in (*added, "event", "count")}
    token = line.get("x_TokenType")
    month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return {
        "BillingPeriodStart": month,
        "BillingPeriodEnd": month + timedelta(days=31),
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + HOUR,
        "ChargeCategory": "Usage",
        **kept,
        "ConsumedUnit": BY_NAME[token].unit if token else None,
        "Tags": json.dumps(line["Tags"], separators=(",", ":")),
        "x_RecordedDate": date(2026, 11, 1),
        "x_SourceDataset": "Metered",
    }


def _table(found: Iterable[Row], schema: pa.Schema, keys: Sequence[str]) -> pa.Table:
    types = {"http_status": pa.int32()}
    names = ["x_EventTags" if key == "tags" else key for key in keys]
    further = [pa.field(name, types.get(name, pa.string())) for name in names]
    return pa.Table.from_pylist(
        [_filled(row, schema) for row in found], pa.schema([*schema, *further])
    )


def _filled(row: Row, schema: pa.Schema) -> Row:
    """`row` with something in every column that may not be null."""
    empty = {pa.string(): "x", schema.field("x_RecordedDate").type: date(2026, 11, 1)}
    missing: Row = {f.name: empty.get(f.type, Decimal(0)) for f in schema if not f.nullable}
    return missing | row


def _usage(event: Row) -> Row:
    row: Row = {name: event["facts"].get(name) for name in SERIES.names}
    row |= {name: event[name] for name in ("time", "id", "user", "http_status")}
    row |= {"tags": json.dumps(event_tags(event)), "allocation_tags": "{}", "source": "test"}
    row |= {"gateway_cache_hit": False, "estimated": False, "segment": 1, "price_version": 1}
    row |= event["counts"]
    return row | {"received_at": event["time"]}
