"""The JSON Schema of usage events, made of the types that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.metering.bodies import JSON_LINES
from costplane.metering.event import Account, UsageData, UsageEvent


def _count(quantity: Quantity) -> dict[str, Any]:
    return {"type": "number" if quantity.scale else "integer", "minimum": 0}


_OWN: dict[str, dict[str, Any]] = {
    "time": {"type": "string", "format": "date-time"},
    "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    "reported_cost": {"anyOf": [{"type": "number"}, {"type": "null"}]},
    "quantities": {
        "anyOf": [
            {
                "type": "object",
                "description": "Disjoint counts by name",
                "properties": {one.name: _count(one) for one in QUANTITIES},
                "additionalProperties": False,
            },
            {"type": "null"},
        ]
    },
}
"""Members whose type says less, or other, than what is read."""

_EXAMPLE = {
    "specversion": "1.0",
    "type": "ai.inference.usage",
    "source": "gateway/eu-1",
    "id": "b7c1",
    "time": "2026-11-02T10:00:09.42Z",
    "data": {
        "resource_id": "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg/"
        "providers/Microsoft.CognitiveServices/accounts/ai",
        "deployment": "chat",
        "model": "gpt-4.1",
        "usage": {"prompt_tokens": 391, "completion_tokens": 24},
    },
}


def event_schema() -> dict[str, Any]:
    """The schema of one event, without references."""
    return {**_object(UsageEvent), "example": _EXAMPLE}


def event_bodies() -> dict[str, Any]:
    """The bodies that take events, by media type."""
    one = event_schema()
    batch = {"type": "array", "items": one}
    return {
        "application/cloudevents+json": {"schema": one},
        "application/cloudevents-batch+json": {"schema": batch},
        "application/json": {"schema": {"anyOf": [one, batch]}},
        JSON_LINES: {"schema": {"type": "string", "description": "One event a line"}},
    }


def _object(struct: type[msgspec.Struct]) -> dict[str, Any]:
    members = msgspec.structs.fields(struct)
    return {
        "type": "object",
        "properties": {m.encode_name: _OWN.get(m.name) or _member(m.type) for m in members},
        "required": [m.encode_name for m in members if m.required],
    }


def _member(kind: Any) -> dict[str, Any]:
    if kind == UsageData:
        return _object(UsageData)
    if kind == Account | None:
        return {"anyOf": [_object(Account), {"type": "null"}]}
    return msgspec.json.schema(kind)
