"""What operations answer when all is well: status by status, with the schema of each body.

Errors are the same for all: the envelope of the own API (`http/own_router.py`).
"""

from __future__ import annotations

from typing import Any, Literal

Json = dict[str, Any]

Answer = Literal[
    "query",
    "list",
    "named",
    "object",
    "saved",
    "removed",
    "removed-or-absent",
    "taken",
    "done",
    "accepted",
    "result",
    "maybe",
    "name",
    "exists",
]
"""Kinds of answers: `named` is one resource, `saved` a new or a changed one, `accepted` the address
of what will be there, `result` what is there by now, `taken` what was removed,
`maybe` an object or nothing,
`exists` says by its status alone."""

_TEXT: Json = {"type": "string"}
_LINK: Json = {"type": ["string", "null"], "format": "uri"}

SCHEMAS: dict[str, Json] = {
    "AzureResource": {
        "type": "object",
        "description": "Azure's envelope of whatever has an id.",
        "properties": {
            "id": _TEXT,
            "name": _TEXT,
            "type": _TEXT,
            "eTag": _TEXT,
            "properties": {"type": "object"},
        },
        "required": ["id"],
    },
    "AzureList": {
        "type": "object",
        "description": "A page of a list. A nextLink leads on; after the last page it is null.",
        "properties": {
            "value": {"type": "array", "items": {"type": "object"}},
            "nextLink": _LINK,
        },
        "required": ["value"],
    },
    "AzureQueryResult": {
        "type": "object",
        "description": "Rows of cells in the order of the columns. Amounts have all their digits.",
        "properties": {
            "id": _TEXT,
            "name": _TEXT,
            "type": _TEXT,
            "properties": {
                "type": "object",
                "properties": {
                    "nextLink": _LINK,
                    "columns": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "name": _TEXT,
                                "type": {"enum": ["Number", "String", "Datetime"]},
                            },
                            "required": ["name", "type"],
                        },
                    },
                    "rows": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "items": {"type": ["number", "string", "null"]},
                        },
                    },
                    "total": {"type": "integer"},
                    "unpriced": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["nextLink", "columns", "rows", "total", "unpriced"],
            },
        },
        "required": ["id", "name", "type", "properties"],
    },
    "AzureNameAvailability": {
        "type": "object",
        "properties": {
            "nameAvailable": {"type": "boolean"},
            "reason": {"enum": ["Invalid", "AlreadyExists"]},
            "message": _TEXT,
        },
        "required": ["nameAvailable"],
    },
}

_NOTHING: Json = {}
_ANY: Json = {"type": "object"}
_LATER: Json = {
    "Location": {"required": True, "schema": _TEXT, "description": "Where the result will be"},
    "Retry-After": {"required": True, "schema": {"type": "integer"}, "description": "Seconds"},
}


def responses(kind: Answer) -> Json:
    """The responses of an operation by status, as OpenAPI has them."""
    return {status: _response(status, schema) for status, schema in _STATUSES[kind].items()}


def _response(status: str, schema: Json) -> Json:
    found: Json = {"description": _MEANINGS[status]}
    if schema:
        found["content"] = {"application/json": {"schema": schema}}
    return found | ({"headers": _LATER} if status == "202" else {})


def _named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_MEANINGS = {
    "200": "Done",
    "201": "Created",
    "202": "Not there yet",
    "204": "There is nothing",
}
_STATUSES: dict[Answer, dict[str, Json]] = {
    "query": {"200": _named("AzureQueryResult")},
    "list": {"200": _named("AzureList")},
    "named": {"200": _named("AzureResource")},
    "object": {"200": _ANY},
    "saved": {"200": _named("AzureResource"), "201": _named("AzureResource")},
    "removed": {"200": _NOTHING},
    "taken": {"200": _named("AzureResource"), "204": _NOTHING},
    "removed-or-absent": {"200": _NOTHING, "204": _NOTHING},
    "done": {"200": _NOTHING},
    "accepted": {"202": _NOTHING},
    "result": {"200": _ANY, "202": _NOTHING, "204": _NOTHING},
    "maybe": {"200": _ANY, "204": _NOTHING},
    "name": {"200": _named("AzureNameAvailability")},
    "exists": {"204": _NOTHING},
}
