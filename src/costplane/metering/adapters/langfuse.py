"""Langfuse: observations as its API lists them and its exports hold them.

Counts stand beside each other (shape `langfuse`). Only generations and embeddings are calls:
spans, agents and tools around them repeat nothing that is counted. Inputs and outputs are not
looked at. Source: Langfuse API reference, Observation; "Token and cost tracking".
"""

from __future__ import annotations

from typing import Any

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

_CALLS = {"GENERATION": "chat", "EMBEDDING": "embeddings"}
_GIVEN_UP = 0


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
    """`usageDetails`, or in older exports `usage`, if that counts tokens."""
    details = inner(record, "usageDetails") or inner(record, "usage_details")
    if details:
        return details
    usage = inner(record, "usage")
    return usage if usage.get("unit") in (None, "TOKENS") else {}


def _cost(record: Record) -> object:
    details = inner(record, "costDetails") or inner(record, "cost_details")
    return details.get("total", record.get("calculatedTotalCost"))


LANGFUSE = Adapter(
    "langfuse",
    "observations of Langfuse",
    (b'"GENERATION"', b'"model"', b'"id"'),
    event,
)
