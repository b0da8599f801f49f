"""OTLP in protobuf -> spans, in memory that follows the body and not what it claims to hold.

A span without content is two bytes on the wire and hundreds in memory. So a body is first read
only as far as where its spans begin and end (`_Envelope`: the request's own fields, their
messages as bytes), then one span at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from costplane.errors import InvalidInput, TooLarge
from costplane.metering.otlp.attributes import Attributes, Value, is_read
from costplane.metering.otlp.span import FAILED, MOST_SPANS, Span

_PACKAGE = "costplane.otlp"
_SCALARS = ("string_value", "int_value", "double_value", "bool_value")


def _field(name: str, number: int, kind: str = "", *, repeated: bool = False) -> Any:
    """A field of messages of `kind`, or else of bytes."""
    field = FieldDescriptorProto(name=name, number=number)
    field.type = field.TYPE_MESSAGE if kind else field.TYPE_BYTES
    if kind:
        field.type_name = f".{_PACKAGE}.{kind}"
    field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
    return field


def _envelope() -> Any:
    """The outer messages of ExportTraceServiceRequest, by their field numbers."""
    messages = (
        DescriptorProto(name="ScopeSpans", field=[_field("scope", 1), _repeated("spans", 2)]),
        DescriptorProto(
            name="ResourceSpans",
            field=[_field("resource", 1), _repeated("scope_spans", 2, "ScopeSpans")],
        ),
        DescriptorProto(name="Request", field=[_repeated("resource_spans", 1, "ResourceSpans")]),
    )
    pool = DescriptorPool()
    pool.Add(FileDescriptorProto(name="envelope.proto", package=_PACKAGE, message_type=messages))
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Request"))


def _repeated(name: str, number: int, kind: str = "") -> Any:
    return _field(name, number, kind, repeated=True)


_Envelope = _envelope()


def spans(body: bytes) -> Iterator[Span]:
    """The spans of an ExportTraceServiceRequest. Raises InvalidInput for what is none."""
    try:
        request = _Envelope.FromString(body)
        for one, group in _groups(request):
            resource = _attributes(Resource.FromString(one.resource).attributes)
            name = InstrumentationScope.FromString(group.scope).name
            for text in group.spans:
                yield _span(SpanMessage.FromString(text), name, resource)
    except DecodeError as fault:
        raise InvalidInput(
            f"The body is no OTLP trace in protobuf: {fault}", target="body"
        ) from None


def _groups(request: Any) -> list[tuple[Any, Any]]:
    """The spans of each resource by instrumentation."""
    some = islice(request.resource_spans, MOST_SPANS + 1)
    if sum(1 + len(one.scope_spans) for one in some) > MOST_SPANS:
        raise TooLarge(f"The body has more than {MOST_SPANS:,} groups of spans; send fewer at once")
    return [(one, group) for one in request.resource_spans for group in one.scope_spans]


def _span(span: SpanMessage, instrumentation: str, resource: Attributes) -> Span:
    return Span(
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.start_time_unix_nano,
        span.status.code == FAILED,
        instrumentation,
        _attributes(span.attributes),
        resource,
    )


def _attributes(told: Iterable[KeyValue]) -> dict[str, Value]:
    found = {}
    for one in told:
        if is_read(one.key):
            value = _value(one.value)
            if value is not None:
                found[one.key] = value
    return found


def _value(told: AnyValue) -> Value | None:
    kind = told.WhichOneof("value")
    if kind == "array_value":
        return next((_value(one) for one in told.array_value.values), None)
    return getattr(told, kind) if kind in _SCALARS else None
