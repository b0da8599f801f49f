"""Files of records, read as `costplane ingest` reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from costplane.core.quantities import QUANTITIES
from costplane.metering.batch import Rejection
from costplane.metering.formats import open_events
from costplane.metering.traces.assignment import Assignment

RESOURCE = (
    "/subscriptions/d3a0c057-0000-4000-8000-000000000001/resourcegroups/rg-search"
    "/providers/microsoft.cognitiveservices/accounts/aoai-eu"
)
DAY = date(2026, 11, 2)
Event = dict[str, Any]


def catalog(host: str) -> str | None:
    return RESOURCE if host == "aoai-eu.openai.azure.com" else None


def read(
    content: bytes,
    name: str = "auto",
    resource: str = "",
    day: date | None = None,
    model: str = "",
    deployment: str = "",
) -> tuple[list[Event], list[Rejection]]:
    """The events, without what they did not tell, and the rejections."""
    given = None
    if resource or day or model or deployment:
        given = Assignment(resource, deployment, model, day=day, source="file")
    batches = list(open_events(io.BytesIO(content), name, given, catalog))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    told = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return told, [one for batch in batches for one in batch.rejected]


def lines(records: Iterable[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


def event_stream(records: Iterable[dict[str, Any]], *, done: bool = False) -> bytes:
    """Server-sent events, with the type of each before it, as Anthropic and OpenAI send them."""
    parts = [
        b"event: %s\ndata: %s\n\n"
        % (str(record.get("type", "message")).encode(), json.dumps(record).encode())
        for record in records
    ]
    return b"".join([*parts, b"data: [DONE]\n\n" if done else b""])


def quantities(event: Event) -> dict[str, Any]:
    return {q.name: event[q.name] for q in QUANTITIES if q.name in event}
