"""The JSON Schema of a plan, made of the fields that read it."""

from __future__ import annotations

from typing import Any

from costplane.app.estimating.asked import MOST_WORKLOADS
from costplane.app.estimating.fields import EACH_MONTH
from costplane.app.estimating.workload import CACHE_LIFETIMES, MOST_MONTHS
from costplane.app.estimating.workload_file import FIELDS, NUMBERS, SHARES, TRAFFIC

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
_SHARE: Json = {
    "anyOf": [{"type": "number"}, {"type": "string"}],
    "description": "A share: 0.6, or 60% as text",
}
_IMAGE: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["width", "height"],
    "properties": {
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "detail": {"enum": ["low", "high", "auto"]},
        "count": _NUMBER,
    },
}
_OTHERS: dict[str, Json] = {
    "cache_lifetime": {"enum": list(CACHE_LIFETIMES)},
    "images": {"type": "array", "items": _IMAGE},
    "quantities": {
        "type": "object",
        "additionalProperties": _NUMBER,
        "description": "Other quantities of a call by their names, as in usage events",
    },
    "start": {"type": "string", "pattern": r"^\d{4}-\d{2}$", "description": "First month; this"},
    "months": {"type": "integer", "minimum": 1, "maximum": MOST_MONTHS, "default": 1},
    "scope": {"type": "string", "default": "/", "description": "Who pays: its prices count"},
}
_NOT_HERE = "text"
"""It names files, which the server does not read for callers."""


def _field(name: str) -> Json:
    if name in (*TRAFFIC, *NUMBERS):
        return _NUMBER
    if name in (*SHARES, "batch_share", "growth_per_month"):
        return _SHARE
    return _OTHERS.get(name, _TEXT)


_FIELDS: Json = {name: _field(name) for name in FIELDS if name != _NOT_HERE}

WORKLOAD: Json = {
    "type": "object",
    "description": "A workload, as in a workload file",
    "properties": _FIELDS,
    "additionalProperties": False,
}

PLAN: Json = {
    "type": "object",
    "required": ["workloads"],
    "description": "What stands beside `workloads` holds for each that does not say otherwise.",
    "properties": {
        **_FIELDS,
        "workloads": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_WORKLOADS,
            "items": WORKLOAD,
        },
        "compare": {"type": "boolean", "description": "Other deployment types, provisioned units"},
        "compare_models": {"type": "array", "items": _TEXT},
        "prices_at": {
            "type": "string",
            "description": f"A day whose prices hold, or {EACH_MONTH}; today",
        },
    },
    "additionalProperties": False,
    "example": {
        "workloads": [
            {"model": "gpt-4.1", "calls_per_day": 1000, "input_tokens": 1200, "output_tokens": 200}
        ]
    },
}
