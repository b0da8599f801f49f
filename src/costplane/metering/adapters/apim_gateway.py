"""Azure API Management: ApiManagementGatewayLogs with the backends' answers in them.

Where a gateway logs bodies, `BackendResponseBody` is the provider's answer as text, whole or as
server-sent events, with all its counts. A content filter's refusal has none: its usage is missing.
Rows without a body, and those of APIs that are no models, tell of no call here. The log of
language models (apim.py) is another witness of the same calls.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from costplane.errors import InvalidUsage
from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    count,
    inner,
    lowered,
    place,
    text,
    time_of,
)
from costplane.metering.adapters.answer_shapes import at, maker, shape_of
from costplane.metering.adapters.answers import usage_of
from costplane.metering.adapters.apim import caller_tags, gateway_name
from costplane.metering.adapters.event_stream import payload
from costplane.metering.adapters.streams import whole_answers
from costplane.metering.hosts import AZURE_HOSTS, host_of

_DEPLOYMENTS = "/deployments/"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of a row; None for one that tells of no call."""
    told = lowered(record) | lowered(inner(record, "properties"))
    address = text(told.get("backendurl")) or ""
    deployment = address.partition(_DEPLOYMENTS)[2].partition("/")[0].partition("?")[0]
    body = told.get("backendresponsebody")
    answer = _answer(body if isinstance(body, str) else "")
    shape = shape_of(answer)
    if not answer or not (deployment or shape):
        return None
    model = text(at(answer, shape.model)) if shape else None
    provider = (shape.provider if shape else None) or maker(model)
    if host_of(address).endswith(AZURE_HOSTS) and provider in (None, "openai"):
        provider = "azure.ai.openai"
    name, correlation = gateway_name(told), text(told.get("correlationid"))
    return {
        "source": f"apim-gateway/{name}".rstrip("/"),
        "id": correlation,
        "time": time_of(told.get("timegenerated") or told.get("time"), "TimeGenerated"),
        "data": {
            **place(context, address, provider, name or "apim"),
            "deployment": deployment or None,
            "model": model,
            "provider": provider,
            "operation": shape.operation if shape else None,
            "service_tier": text(at(answer, shape.tier)) if shape else None,
            "http_status": count(told.get("backendresponsecode") or told.get("responsecode")),
            "error_code": text(inner(answer, "error").get("code")),
            "response_id": text(at(answer, shape.id)) if shape else None,
            "correlation_id": correlation,
            "tags": caller_tags(told),
            **(usage_of(shape, answer) if shape else {}),
        },
    }


def _answer(body: str) -> Record:
    """The answer in a body, the last one of a stream; empty if it is none."""
    whole = _decoded(body)
    if whole is not None:
        return whole
    pieces = (_decoded(line) for line in body.splitlines())
    answers = whole_answers(piece for piece in pieces if piece is not None)
    *_, last = [{}, *(answer for answer in answers if not isinstance(answer, InvalidUsage))]
    return last


def _decoded(line: str) -> Record | None:
    try:
        value = _decode(payload(line.encode()))
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


APIM_GATEWAY = Adapter(
    "apim-gateway-log",
    "rows of ApiManagementGatewayLogs with the backends' bodies",
    ((b'"BackendResponseBody"',), (b'"backendResponseBody"',)),
    event,
)
