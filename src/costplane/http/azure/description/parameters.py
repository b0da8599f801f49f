"""The query parameters that operations take, each described once."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_DAY = {"type": "string", "examples": ["2026-11-01"]}
_TEXT = {"type": "string"}

API_VERSION: Json = {
    "name": "api-version",
    "in": "query",
    "required": True,
    "description": "A date since 2014-04-01; all mean the same.",
    "schema": {"type": "string", "pattern": r"^20(1[5-9]|[2-9]\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d)$"},
}

OPTIONS: dict[str, tuple[Json, str]] = {
    "$top": ({"type": "integer", "minimum": 1}, "Items of a page at most; no limit of the list"),
    "top": ({"type": "integer", "minimum": 1}, "The same as $top"),
    "skip": ({"type": "integer", "minimum": 0}, "Items to pass over"),
    "count": ({"enum": ["true", "false"]}, "Whether totalCount is told"),
    "$skiptoken": (_TEXT, "Where a page starts; nextLink has it"),
    "$filter": (_TEXT, "Comparisons of properties: eq, lt, gt, le, ge, joined by and"),
    "filter": (_TEXT, "The same as $filter"),
    "$expand": (_TEXT, "What to add to each item"),
    "$apply": (_TEXT, "groupby((properties/<name>))"),
    "startDate": (_DAY, "First UTC day"),
    "endDate": (_DAY, "Last UTC day, included"),
    "periodStartDate": (_DAY, "First UTC day"),
    "periodEndDate": (_DAY, "Last UTC day, included"),
    "metric": ({"enum": ["actualcost", "amortizedcost", "usage"]}, "Which cost"),
    "grain": ({"enum": ["daily", "monthly"]}, "What a row stands for"),
    "grainParameter": ({"enum": ["Daily", "Monthly"]}, "The same as grain"),
    "reservationOrderId": (_TEXT, "Only this order"),
    "reservationId": (_TEXT, "Only this reservation of the order"),
    "useMarkupIfPartner": (_TEXT, "true or false; there are no partners here"),
    "previewMarkupPercentage": (_TEXT, "A number; there are no partners here"),
    "scope": ({"enum": ["Single", "Shared"]}, "How far a reservation reaches"),
    "region": (_TEXT, "Region of the reservation"),
    "term": ({"enum": ["P1M", "P1Y", "P3Y"]}, "Its term"),
    "lookBackPeriod": ({"enum": ["Last7Days", "Last30Days", "Last60Days"]}, "Days of usage"),
    "product": (_TEXT, "Such as GlobalProvisionedManaged"),
}
"""Schema and meaning by name. Names and enumerations match without regard to case."""


def option(name: str) -> Json:
    """A query parameter, as OpenAPI has it."""
    schema, meaning = OPTIONS[name]
    return {"name": name, "in": "query", "description": meaning, "schema": schema}
