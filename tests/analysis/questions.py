"""Random questions, and how they are asked of the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from costplane.analysis.definition import QueryDefinition, parse_definition
from costplane.analysis.plan import QueryPlan, ScopeFilter, plan
from costplane.analysis.result import QueryResult
from costplane.analysis.service import CostAnalysis
from costplane.engine.duckdb import DuckDBEngine
from tests.analysis.oracle import COLUMNS, Answer, Question
from tests.analysis.worlds import END, START, Row, tables

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CARRIED = frozenset({"team", "env"})
SUMS = ("Cost", "CostUSD", "UsageQuantity", "TokenCount", "CallCount")
DIMENSIONS = (*COLUMNS, "BillingStatus", "ChargeType", "BillingMonth", "HttpStatus", "User")
TAGS = ("team", "env", "kind")
_VALUES = {
    "SubscriptionId": ("sub-1", "SUB-2"),
    "ResourceGroup": ("rg-0", "RG-1"),
    "ResourceId": ("/subscriptions/sub-2/entry-claude", "ai-"),
    "Model": ("alpha", "Beta", "cl", ""),
    "Deployment": ("d0", "D1", ""),
    "Meter": ("alpha input", "new", ""),
    "TokenType": ("input_text", "output", ""),
    "PublisherType": ("azure", "Marketplace", ""),
    "BillingStatus": ("billed", "Unpriced", "NotBilled"),
    "ChargeType": ("usage", "Purchase"),
    "BillingMonth": ("2026-10-01T00:00:00", ""),
    "HttpStatus": ("200", "429"),
    "User": ("u1", ""),
    "team": ("search", "Search", ""),
    "env": ("prod", ""),
    "kind": ("a", "b", "B", "Of resource", ""),
}

_leaves = st.sampled_from((*DIMENSIONS, *TAGS)).flatmap(
    lambda name: st.builds(
        lambda operator, values: {
            "tags" if name in TAGS else "dimensions": {
                "name": name.title() if name in TAGS else name,
                "operator": operator,
                "values": values,
            }
        },
        st.sampled_from(("In", "Contains", "NotIn")),
        st.lists(st.sampled_from(_VALUES[name]), min_size=1, max_size=2, unique=True),
    )
)
filters = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"and": parts}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=4,
)
scopes = st.sampled_from(
    (
        {},
        {"subscriptions": ["sub-2"]},
        {"subscriptions": []},
        {"subscriptions": ["sub-1"], "resource_group": "rg-0"},
        {"resource_id": "/subscriptions/sub-1/resourcegroups/rg-0/ai-0"},
        {"resource_id": "/subscriptions/sub-2/entry-claude"},
        {"any": []},
        {
            "any": [
                {"subscriptions": ["sub-2"]},
                {"subscriptions": ["sub-1"], "resource_group": "rg-1"},
            ]
        },
        {
            "any": [
                {"subscriptions": ["sub-1"], "resource_group": "rg-0"},
                {"resource_id": "/subscriptions/sub-1/resourcegroups/rg-0/ai-0"},
                {"resource_id": "/subscriptions/sub-2/entry-claude"},
            ]
        },
    )
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question over some whole minutes of the world's days."""
    start, end = sorted(draw(st.tuples(_minutes, _minutes).filter(lambda pair: pair[0] != pair[1])))
    names = [*DIMENSIONS, *(f"tag:{key}" for key in TAGS)]
    return {
        "type": draw(st.sampled_from(("ActualCost", "Usage", "AmortizedCost"))),
        "granularity": draw(st.sampled_from(("None", "Hourly", "Daily", "Monthly"))),
        "zone": draw(st.sampled_from(ZONES)),
        "start": START + timedelta(minutes=start),
        "end": START + timedelta(minutes=end),
        "sums": draw(st.lists(st.sampled_from(SUMS), min_size=1, max_size=5, unique=True)),
        "groups": draw(st.lists(st.sampled_from(names), max_size=3, unique=True)),
        "filter": draw(st.none() | filters),
        "scope": draw(scopes),
    }


# Whole days more often than not: other bounds are rare in life.
_minutes = st.one_of(st.integers(0, 3).map(lambda day: day * 24 * 60), st.integers(0, 3 * 24 * 60))

WHOLE: Question = {
    "type": "ActualCost",
    "granularity": "None",
    "zone": "UTC",
    "start": START,
    "end": END,
    "sums": list(SUMS),
    "groups": [],
    "filter": None,
    "scope": {},
}
"""Everything in one row."""


def body(question: Question) -> dict[str, Any]:
    """The question as a client writes it: the end is inclusive."""
    zone = ZoneInfo(question["zone"])
    last = question["end"] - timedelta(seconds=1)
    return {
        "type": question["type"],
        "timeframe": "Custom",
        # In the zone's own time, since midnight in UTC would mean a day of the zone.
        "timePeriod": {
            "from": question["start"].astimezone(zone).isoformat(),
            "to": last.astimezone(zone).isoformat(),
        },
        "dataset": {
            "granularity": question["granularity"],
            "aggregation": {s: {"name": s, "function": "Sum"} for s in question["sums"]},
            "grouping": [_grouping(name) for name in question["groups"]],
            "filter": question["filter"],
            "configuration": {"timeZone": question["zone"]},
        },
    }


def _grouping(name: str) -> dict[str, str]:
    if name.startswith("tag:"):
        return {"type": "TagKey", "name": name[4:].upper()}
    return {"type": "Dimension", "name": name}


def definition(question: Question) -> QueryDefinition:
    """The question as a definition."""
    return parse_definition(body(question), NOW)


def planned(question: Question, *, one_currency: bool = False) -> QueryPlan:
    """The question's plan."""
    asked = question["scope"]
    parts = tuple(map(scope_filter, asked.get("any", [asked])))
    return plan(
        definition(question),
        parts,
        carried_tags=CARRIED,
        currency="USD",
        one_currency=one_currency,
    )


def scope_filter(asked: Row) -> ScopeFilter:
    """A part of the question's scope."""
    subscriptions = asked.get("subscriptions")
    return ScopeFilter(
        None if subscriptions is None else frozenset(subscriptions),
        asked.get("resource_group"),
        asked.get("resource_id"),
    )


@lru_cache(maxsize=1)
def engine() -> DuckDBEngine:
    """One engine for all tests."""
    return DuckDBEngine(threads=2)


def in_one_currency(events: list[Row]) -> bool:
    """Whether all charges of the world are in the billing currency."""
    return all(event["facts"]["currency"] == "USD" for event in events)


def ask(question: Question, events: list[Row]) -> QueryResult:
    """The product's answer over the tables of the world."""
    found = planned(question, one_currency=in_one_currency(events))
    keys = found.request_columns if found.source == "usage" else ()
    return CostAnalysis(engine()).run(found, tables(events, keys=keys, cuts=found.cuts))


def as_answer(question: Question, result: QueryResult) -> Answer:
    """The product's rows in the oracle's shape: calls summed over currencies."""
    dated = question["granularity"] != "None"
    sums = len(question["sums"])
    found: Answer = {}
    for row in zip(*(column.to_pylist() for column in result.rows.columns), strict=True):
        date = row[sums] if dated else None
        groups = [
            cell
            for column, cell in zip(result.columns, row, strict=True)
            if column.name not in ("TagKey", "Currency")
        ][sums + dated :]
        values = dict(zip(question["sums"], row, strict=False))
        total = found.setdefault((date, *groups, None), {"CallCount": 0})
        total["CallCount"] += values.get("CallCount") or 0
        found[(date, *groups, row[-1])] = values | (
            {"CallCount": None} if "CallCount" in values else {}
        )
    return found
