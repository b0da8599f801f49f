"""Langfuse: observations as its API lists them and its exports hold them.

Counts stand beside each other (shape `langfuse`). Only generations and embeddings are calls:
spans, agents and tools around them repeat nothing that is counted. Inputs and outputs are not
looked at. Source: Langfuse API reference, Observation; "Token and cost tracking".
"""

from __future__ import annotations

from typing import Any

from costplane.errors import InvalidUsage
from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    inner,
    place,
    tags,
    text,
    time_of,
)
from costplane.metering.extract.providers import LANGFUSE as LANGFUSE_USAGE

_CALLS = {"GENERATION": "chat", "EMBEDDING": "embeddings"}
_GIVEN_UP = 0
_OLD_NAMES = {"promptTokens": "input", "completionTokens": "output"}
"""What exports before `usageDetails` called the sums."""

_KNOWN = frozenset(LANGFUSE_USAGE.places)
_COUNTS = ("input", "output", "cache", "prompt", "completion")
"""How names of counts begin; others tell units and totals."""


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of an observation; None for one that is no call."""
    operation = _CALLS.get(str(record.get("type") or "GENERATION").upper())
    if operation is None:
        return None
    project = text(record.get("projectId")) or text(record.get("project_id"))
    failed = record.get("level") == "ERROR"
    return {
        "source": f"langfuse/{project}" if project else "langfuse",
        "id": text(record.get("id")),
        "time": time_of(record.get("startTime") or record.get("start_time"), "startTime"),
        "data": {
            **place(context, None, None, project or "langfuse"),
            "model": text(record.get("model")) or text(record.get("providedModelName")),
            "operation": operation,
            "http_status": _GIVEN_UP if failed else 200,
            "trace_id": text(record.get("traceId")) or text(record.get("trace_id")),
            "span_id": text(record.get("id")),
            "user": text(record.get("userId")) or text(record.get("user_id")),
            "session": text(record.get("sessionId")) or text(record.get("session_id")),
            "reported_cost": _cost(record),
            "reported_currency": "USD",
            "tags": tags({"environment": record.get("environment")}),
            "usage": _usage(record) or None,
            "usage_format": "langfuse",
        },
    }


def _usage(record: Record) -> Record:
    """`usageDetails`; in older exports `usage`, if that counts tokens, or sums beside it.

    Raises InvalidUsage for a count of a free name: what it counts is unknown, and its cost too.
    """
    details = inner(record, "usageDetails") or inner(record, "usage_details")
    if not details:
        usage = inner(record, "usage")
        details = usage if usage.get("unit") in (None, "TOKENS") else {}
    details = {_OLD_NAMES.get(key, key): value for key, value in details.items()}
    sums = {new: record[old] for old, new in _OLD_NAMES.items() if record.get(old)}
    told = details if any(details.get(name) for name in _KNOWN) else details | sums
    free = [key for key in told if _is_count(key) and key not in _KNOWN and told[key]]
    if free:
        raise InvalidUsage(
            f"usageDetails.{free[0][:80]} ({str(told[free[0]])[:40]}) is no known count; name it "
            f"as one of {', '.join(sorted(_KNOWN))}",
            target=f"usageDetails.{free[0][:80]}",
        )
    return told


def _is_count(key: str) -> bool:
    return key.startswith(_COUNTS) and not key.lower().endswith("cost")


def _cost(record: Record) -> object:
    details = inner(record, "costDetails") or inner(record, "cost_details")
    return details.get("total", record.get("calculatedTotalCost"))


LANGFUSE = Adapter(
    "langfuse",
    "observations of Langfuse",
    ((b'"GENERATION"', b'"model"', b'"id"'),),
    event,
)
