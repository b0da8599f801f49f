"""Answers in the form of OTLP/HTTP: in the encoding of the request, errors as google.rpc.Status.

Source: OpenTelemetry Protocol 1, "OTLP/HTTP Response". `Status.code` is left out, as it allows;
clients repeat 429 and 503 after Retry-After, and nothing else that is answered here. Protobuf is
loaded when the first caller speaks it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from costplane.http.answers import json_answer
from costplane.metering.otlp.receive import PROTOBUF

TRACES = "/v1/traces"


def speaks_otlp(request: Request) -> bool:
    """Whether the caller of `request` expects the answers of this module."""
    return request.url.path == TRACES


def taken(request: Request, rejected: int, message: str) -> Response:
    """An ExportTraceServiceResponse: a partial success if anything was `rejected`, or if there is
    a `message` to tell."""
    if not is_protobuf(request):
        told = {"rejectedSpans": str(rejected), "errorMessage": message}
        return json_answer({"partialSuccess": told} if rejected or message else {})
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTracePartialSuccess,
        ExportTraceServiceResponse,
    )

    answer = ExportTraceServiceResponse()
    if rejected or message:
        partly = ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
        answer.partial_success.CopyFrom(partly)
    return Response(answer.SerializeToString(), media_type=PROTOBUF)


def refusal(
    request: Request, status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A google.rpc.Status with `message`."""
    if not is_protobuf(request):
        return json_answer({"message": message}, status, headers)
    from google.rpc.status_pb2 import Status

    answer = Status(message=message)
    return Response(answer.SerializeToString(), status, headers, media_type=PROTOBUF)


def is_protobuf(request: Request) -> bool:
    """Whether `request` was sent in protobuf, so that it is answered in it."""
    told = request.headers.get("content-type", "")
    return told.partition(";")[0].strip().lower() == PROTOBUF
