"""Traces of tests in protobuf."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def from_json(body: bytes) -> bytes:
    """A body of OTLP/JSON in protobuf. Protobuf's own reader of JSON wants ids in base64, which
    the ids of OTLP are not, so they are set apart."""
    sent = json.loads(body)
    spans = [_without_ids(span) for span in _spans(sent)]
    request = ParseDict(sent, ExportTraceServiceRequest())
    made = request.resource_spans[0].scope_spans[0].spans
    for message, ids in zip(made, spans, strict=True):
        message.trace_id, message.span_id, message.parent_span_id = map(bytes.fromhex, ids)
    return bytes(request.SerializeToString())


def _spans(sent: dict[str, Any]) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = sent["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return spans


def _without_ids(span: dict[str, Any]) -> list[str]:
    return [span.pop(name, "") for name in ("traceId", "spanId", "parentSpanId")]
