"""A body of OTLP/HTTP -> events, of its inference spans alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from costplane.errors import InvalidUsage, TooLarge
from costplane.metering.batch import EventBatch
from costplane.metering.hosts import PlaceOfHost
from costplane.metering.native import read_documents
from costplane.metering.otlp import json_form
from costplane.metering.otlp.calls import calls
from costplane.metering.otlp.span import MOST_SPANS, Span
from costplane.metering.otlp.usage_event import usage_event

JSON, PROTOBUF = "application/json", "application/x-protobuf"
MEDIA_TYPES = (JSON, PROTOBUF)
"""What traces may be sent as."""


@dataclass(frozen=True, slots=True)
class Traced:
    """The events of some spans, and each call's span by its place among the calls."""

    batch: EventBatch
    spans: tuple[str, ...]


def read_traces(body: bytes, media_type: str, place_of_host: PlaceOfHost) -> Traced:
    """The calls of an ExportTraceServiceRequest. Raises InvalidInput for a body that is none,
    TooLarge for too many spans; a call that cannot be counted is a rejection."""
    spans = list(islice(_spans(body, media_type), MOST_SPANS + 1))
    if len(spans) > MOST_SPANS:
        raise TooLarge(f"The body has more than {MOST_SPANS:,} spans; send fewer at once")
    made = calls(spans)
    batch = read_documents(_document(span, place_of_host) for span in made)
    return Traced(batch, tuple(f"{span.trace_id}-{span.span_id}" for span in made))


def _spans(body: bytes, media_type: str) -> Iterator[Span]:
    if media_type == JSON:
        return json_form.spans(body)
    # Protobuf takes longer to load than to read a body; most commands never need it.
    from costplane.metering.otlp import protobuf_form

    return protobuf_form.spans(body)


def _document(span: Span, place_of_host: PlaceOfHost) -> dict[str, Any] | InvalidUsage:
    try:
        return usage_event(span, place_of_host)
    except InvalidUsage as fault:
        return fault
