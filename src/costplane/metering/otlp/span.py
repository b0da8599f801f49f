"""A span as the metering of calls sees it, whatever it was encoded in."""

from __future__ import annotations

import msgspec

from costplane.metering.otlp.attributes import Attributes

MOST_SPANS = 50_000
"""Spans in one body."""


class Span(msgspec.Struct, frozen=True, gc=False):
    """`start` is nanoseconds since 1970; ids are lower-case hex, "" where there is none.

    `instrumentation` is the name of the library that made the span. `attributes` and `resource`
    hold only what `attributes.is_read` lets through.
    """

    trace_id: str
    span_id: str
    parent_id: str
    start: int
    failed: bool
    instrumentation: str
    attributes: Attributes
    resource: Attributes


FAILED = 2
"""The status code ERROR."""
