"""OTLP in JSON -> spans.

OTLP/JSON is not protobuf's canonical JSON: ids are hex, not base64, so that the general JSON
reader of protobuf would take them wrong. 64-bit integers come as text or as numbers; members that
are not named here are passed over. Source: OpenTelemetry Protocol, "JSON Protobuf Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from costplane.errors import InvalidInput
from costplane.metering.otlp.attributes import Attributes, Value, is_read
from costplane.metering.otlp.span import FAILED, Span

_Integer = int | str


class _Array(msgspec.Struct, frozen=True, gc=False):
    values: list[_AnyValue] | None = None


class _AnyValue(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: _Integer | None = None
    double_value: float | str | None = None
    array_value: _Array | None = None


class _KeyValue(msgspec.Struct, frozen=True, gc=False):
    key: str = ""
    value: _AnyValue | None = None


class _Resource(msgspec.Struct, frozen=True, gc=False):
    attributes: list[_KeyValue] | None = None


class _Scope(msgspec.Struct, frozen=True, gc=False):
    name: str | None = None


class _Status(msgspec.Struct, frozen=True, gc=False):
    code: int | None = None


class _Span(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    start_time_unix_nano: _Integer | None = None
    attributes: list[_KeyValue] | None = None
    status: _Status | None = None


class _ScopeSpans(msgspec.Struct, frozen=True, gc=False):
    scope: _Scope | None = None
    spans: list[_Span] | None = None


class _ResourceSpans(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] | None = None


class _Request(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    resource_spans: list[_ResourceSpans] | None = None


_decode = msgspec.json.Decoder(_Request).decode


def spans(body: bytes) -> Iterator[Span]:
    """The spans of an ExportTraceServiceRequest. Raises InvalidInput for what is none."""
    try:
        request = _decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"The body is no OTLP trace in JSON: {fault}", target="body") from None
    for one in request.resource_spans or ():
        resource = _attributes(one.resource.attributes if one.resource else None)
        for group in one.scope_spans or ():
            name = (group.scope.name if group.scope else None) or ""
            for span in group.spans or ():
                yield _span(span, name, resource)


def _span(span: _Span, instrumentation: str, resource: Attributes) -> Span:
    return Span(
        (span.trace_id or "").lower(),
        (span.span_id or "").lower(),
        (span.parent_span_id or "").lower(),
        _integer(span.start_time_unix_nano or 0),
        span.status is not None and span.status.code == FAILED,
        instrumentation,
        _attributes(span.attributes),
        resource,
    )


def _attributes(told: Sequence[_KeyValue] | None) -> dict[str, Value]:
    found = {}
    for one in told or ():
        if one.value is not None and is_read(one.key):
            value = _value(one.value)
            if value is not None:
                found[one.key] = value
    return found


def _value(told: _AnyValue) -> Value | None:
    if told.array_value is not None:
        return next((_scalar(one) for one in told.array_value.values or ()), None)
    return _scalar(told)


def _scalar(told: _AnyValue) -> Value | None:
    if told.string_value is not None:
        return told.string_value
    if told.int_value is not None:
        return _integer(told.int_value)
    return told.bool_value if told.double_value is None else told.double_value


def _integer(told: _Integer) -> int:
    try:
        number = int(told)
        if -(2**63) <= number < 2**64:
            return number
    except ValueError:
        pass
    raise InvalidInput(f"'{str(told)[:40]}' is no 64-bit integer", target="body")
