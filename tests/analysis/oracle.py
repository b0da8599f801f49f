"""The naive answer to a query: loops over lines, sets of event ids, no SQL, no shared code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.analysis.worlds import PURCHASE, Row, event_tags, lines

TOKEN_TYPES = {"input_text", "input_text_cached", "output_text", "output_reasoning"}
BY_CHARGES_ALONE = {"Meter", "PublisherType", "BillingMonth"}
COLUMNS = {
    "SubscriptionId": "SubAccountId",
    "ResourceGroup": "x_ResourceGroupName",
    "ResourceId": "ResourceId",
    "Model": "x_Model",
    "Deployment": "x_Deployment",
    "Meter": "SkuMeter",
    "TokenType": "x_TokenType",
    "PublisherType": "x_PublisherType",
}
COSTS = {
    ("Cost", "ActualCost"): "BilledCost",
    ("Cost", "Usage"): "BilledCost",
    ("Cost", "AmortizedCost"): "EffectiveCost",
    ("CostUSD", "ActualCost"): "x_BilledCostInUsd",
    ("CostUSD", "Usage"): "x_BilledCostInUsd",
    ("CostUSD", "AmortizedCost"): "x_EffectiveCostInUsd",
}
Question = dict[str, Any]
Answer = dict[tuple[Any, ...], dict[str, Any]]


def value(line: Row, name: str) -> str:
    """A line's value of a dimension or of `tag:KEY`."""
    event = line["event"]
    if name.startswith("tag:"):
        return _tag(line, name[4:])
    if name == "BillingStatus":
        return str(line.get("x_BillingStatus", "Billed"))
    if name == "ChargeType":
        return str(line.get("ChargeCategory", "Usage"))
    if name == "BillingMonth":
        return "" if "x_BillingStatus" in line else "2026-10-01T00:00:00"
    if name in ("HttpStatus", "User"):
        found = event.get({"HttpStatus": "http_status", "User": "user"}[name])
        return "" if found is None else str(found)
    return str(line.get(COLUMNS[name]) or "")


def _tag(line: Row, key: str) -> str:
    sent = event_tags(line["event"]) if key == "kind" and line["event"].get("facts") else {}
    for tags in (sent, line["Tags"]):
        for name, found in tags.items():
            if name.lower() == key:
                return str(found)
    return ""


def holds(node: Row, line: Row, *, lenient: bool = False) -> bool | None:
    """Whether the filter `node` (as in a body) holds; None where it cannot be told."""
    if "not" in node:
        inner = holds(node["not"], line, lenient=lenient)
        return None if inner is None else not inner
    for word, decisive in (("and", False), ("or", True)):
        if word in node:
            found = [holds(part, line, lenient=lenient) for part in node[word]]
            if decisive in found:
                return decisive
            return None if None in found else not decisive
    leaf = node.get("dimensions") or node["tags"]
    name = leaf["name"] if "dimensions" in node else f"tag:{leaf['name'].lower()}"
    unknown = name in BY_CHARGES_ALONE or (name == "TokenType" and not line.get("x_TokenType"))
    if lenient and unknown:
        return None
    own, values = value(line, name), leaf["values"]
    if "dimensions" in node:
        own, values = own.lower(), [v.lower() for v in values]
    if leaf["operator"] == "Contains":
        return any(v in own for v in values)
    among = own in values
    return among if leaf["operator"] == "In" else not among


def in_scope(scope: Row, line: Row) -> bool:
    """Whether the line lies in the scope (fields of a ScopeFilter), or in any of several."""
    if "any" in scope:
        return any(in_scope(part, line) for part in scope["any"])
    columns = {"resource_group": "x_ResourceGroupName", "resource_id": "ResourceId"}
    if "subscriptions" in scope and line.get("SubAccountId") not in scope["subscriptions"]:
        return False
    return all(line.get(column) == scope[k] for k, column in columns.items() if k in scope)


def all_lines(events: Iterable[Row]) -> list[Row]:
    """Every line of the world."""
    return [line for event in events for line in lines(event)] + [PURCHASE]


def chosen(question: Question, events: Iterable[Row]) -> list[Row]:
    """The lines in range, scope, type and filter."""
    start, end = question["start"], question["end"]
    return [
        line
        for line in all_lines(events)
        if start <= line["event"]["time"] < end
        and in_scope(question["scope"], line)
        and (question["type"] != "Usage" or value(line, "ChargeType") == "Usage")
        and (question["filter"] is None or holds(question["filter"], line))
    ]


def label(question: Question, time: datetime) -> Any:
    """The date column's value of an instant."""
    local = time.astimezone(ZoneInfo(question["zone"]))
    return {
        "None": None,
        "Hourly": local.strftime("%Y-%m-%dT%H:00:00"),
        "Daily": int(local.strftime("%Y%m%d")),
        "Monthly": local.strftime("%Y-%m-01T00:00:00"),
    }[question["granularity"]]


def shows_uncharged(question: Question) -> bool:
    """Whether groups without any priced line are rows of the answer."""
    apart = set(question["groups"]) - BY_CHARGES_ALONE - {"ChargeType"}
    return bool(apart) or bool({"UsageQuantity", "TokenCount", "CallCount"} & set(question["sums"]))


def answer(question: Question, events: Iterable[Row]) -> Answer:
    """Rows by (date, group values..., currency); calls by (date, group values..., None)."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for line in chosen(question, events):
        if "x_BillingStatus" not in line or shows_uncharged(question):
            own = [value(line, name) for name in question["groups"]]
            groups[(label(question, line["event"]["time"]), *own)].append(line)
    found: Answer = {}
    for key, members in groups.items():
        ids = {m["event"]["id"] for m in members} - {None}
        if question["sums"] == ["CallCount"]:
            # Calls alone are in the billing currency, and what nobody called is no row.
            if ids:
                found[(*key, "USD")] = {"CallCount": None}
                found[(*key, None)] = {"CallCount": len(ids)}
            continue
        currencies = {m["BillingCurrency"] for m in members if "BillingCurrency" in m}
        home = "USD" if "USD" in currencies else min(currencies, default="USD")
        for currency in currencies | {home}:
            part = [m for m in members if m.get("BillingCurrency", home) == currency]
            found[(*key, currency)] = {s: _sum(question, s, part) for s in question["sums"]}
        found[(*key, None)] = {"CallCount": len(ids)}
    return found


def _sum(question: Question, name: str, members: list[Row]) -> Any:
    if name == "CallCount":
        return None
    if name == "TokenCount":
        told = [m for m in members if m.get("x_TokenType")]
        tokens = sum(m["count"] for m in told if m["x_TokenType"] in TOKEN_TYPES)
        return tokens if told else None
    priced = [m for m in members if "BillingCurrency" in m]
    if name == "UsageQuantity":
        known = [m["PricingQuantity"] for m in priced if "PricingQuantity" in m]
        return sum(known, Decimal(0)) if known else None
    costs = [m[COSTS[name, question["type"]]] for m in priced]
    return None if None in costs or not costs else sum(costs, Decimal(0))


def unpriced(question: Question, events: Iterable[Row]) -> dict[tuple[str, str], Any]:
    """(status, reason) -> (number of events, quantities)."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for line in all_lines(events):
        if line.get("x_BillingStatus") not in ("Unpriced", "UsageMissing"):
            continue
        if not question["start"] <= line["event"]["time"] < question["end"]:
            continue
        key = (line["x_BillingStatus"], line["x_StatusReason"])
        name = line["x_TokenType"]
        if _lets_through(question, line | {"x_TokenType": None}):
            ids[key].add(line["event"]["id"])
        if name and _lets_through(question, line):
            counts[key][name] = counts[key].get(name, 0) + line["count"]
    return {key: (len(ids[key]), counts[key]) for key in ids.keys() | counts.keys()}


def _lets_through(question: Question, line: Row) -> bool:
    tree = question["filter"]
    return in_scope(question["scope"], line) and (
        tree is None or holds(tree, line, lenient=True) is not False
    )
