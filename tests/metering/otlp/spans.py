"""OTLP traces for tests: spans of calls, in JSON as the protocol has it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

TRACE = "5b8efff798038103d269b633813fc60c"
START = 1_793_613_609_420_499_200
"""2026-11-02T10:00:09.4204992Z, in nanoseconds."""

CHAT: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4.1",
    "gen_ai.response.model": "gpt-4.1-2025-04-14",
    "gen_ai.usage.input_tokens": 391,
    "gen_ai.usage.cache_read.input_tokens": 128,
    "gen_ai.usage.output_tokens": 24,
}
"""The attributes of a call."""

_numbers = count(1)


def span(
    attributes: dict[str, Any] | None = None, *, parent: str = "", **members: Any
) -> dict[str, Any]:
    """A span with `attributes` (a None among them removes one of CHAT), of an id of its own."""
    told = CHAT | (attributes or {})
    whole = {
        "traceId": TRACE,
        "spanId": f"{next(_numbers):016x}",
        "parentSpanId": parent,
        "name": "chat gpt-4.1",
        "kind": 3,
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + 10**9),
        "attributes": key_values({k: v for k, v in told.items() if v is not None}),
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def other(operation: str | None = None, **attributes: Any) -> dict[str, Any]:
    """A span that is no call: of an agent, or, without an operation, of an HTTP client."""
    told = {**dict.fromkeys(CHAT), "gen_ai.operation.name": operation, **attributes}
    return span(told)


def trace(
    *spans: dict[str, Any],
    resource: dict[str, Any] | None = None,
    scope: str = "opentelemetry.instrumentation.openai_v2",
) -> dict[str, Any]:
    """An ExportTraceServiceRequest of one service."""
    attributes = key_values({"service.name": "assistant"} | (resource or {}))
    scoped = {"scope": {"name": scope}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [scoped]}]}


def body(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> bytes:
    """`trace` as text."""
    return json.dumps(trace(*spans, resource=resource)).encode()


def key_values(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes as OTLP/JSON has them."""
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(one) for one in value]}}
    return {"stringValue": value}
