"""A span of a call -> a usage event in the native form (interfaces of `metering/event.py`).

The identity is the span's own: the same span sent twice is one event. Its source names the
service and the instrumentation, so that two instrumentations of one call are two witnesses of it.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from costplane.errors import InvalidUsage
from costplane.metering.hosts import AZURE_HOSTS, PlaceOfHost, host_of
from costplane.metering.otlp import attributes as read
from costplane.metering.otlp.attributes import text, whole
from costplane.metering.otlp.calls import operation
from costplane.metering.otlp.span import Span

UNASSIGNED = "unassigned"
"""The project of calls of which nobody said where they were made."""

_PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "azure": "azure.ai.openai",
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""Older names of providers."""

_STATUS_OF_ERROR = {
    "badrequesterror": 400,
    "authenticationerror": 401,
    "permissiondeniederror": 403,
    "notfounderror": 404,
    "ratelimiterror": 429,
    "internalservererror": 500,
}
"""HTTP statuses by what the OpenAI and Anthropic clients call them."""

_GIVEN_UP = 0
"""The status of a failed call that told no other: whether it is billed is unknown."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - rows are naive UTC until they are Arrow
_TRACE_ID, _SPAN_ID = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{16}")


def usage_event(span: Span, place_of_host: PlaceOfHost) -> dict[str, Any]:
    """The event of an inference span. Raises InvalidUsage for one without ids or time; what else
    is wrong shows when the event is read."""
    told = span.attributes
    provider, host = _provider(span), _host(span)
    requested, answered = text(read.REQUEST_MODEL, told), text(read.RESPONSE_MODEL, told)
    is_azure = (provider or "").startswith("azure.")
    own_name = text(read.DEPLOYMENT, told, span.resource)
    return {
        "source": source(span),
        "id": _identity(span),
        "time": _time(span),
        "data": {
            **_place(span, host, provider, place_of_host),
            "deployment": own_name or (requested if is_azure else None),
            "model": answered or (None if is_azure else requested),
            "provider": provider,
            "operation": operation(span),
            "service_tier": text(read.SERVICE_TIER, told),
            "http_status": _http_status(span),
            "error_code": text(read.ERROR, told),
            "finish_reason": text(read.FINISH_REASON, told),
            "response_id": text(read.RESPONSE_ID, told),
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "attempt": _attempt(span),
            "user": text(read.USER, told, span.resource),
            "session": text(read.SESSION, told),
            "tags": _tags(span),
            **_reported_cost(span),
            **_usage(span),
        },
    }


def source(span: Span) -> str:
    """Who tells of the call: the service, and the instrumentation in it."""
    service = text(read.SERVICE, span.resource) or "unknown_service"
    return f"otel/{service}/{span.instrumentation}".rstrip("/")


def _identity(span: Span) -> str:
    ids = ((_TRACE_ID, span.trace_id, "traceId"), (_SPAN_ID, span.span_id, "spanId"))
    for pattern, value, name in ids:
        if not pattern.fullmatch(value) or not value.strip("0"):
            raise InvalidUsage(f"{name} '{value[:40]}' is not the id of a span", target=name)
    return f"{span.trace_id}-{span.span_id}"


def _time(span: Span) -> str:
    try:
        if span.start > 0:
            return f"{(_EPOCH + timedelta(microseconds=span.start // 1_000)).isoformat()}Z"
    except OverflowError:
        pass
    raise InvalidUsage(
        f"startTimeUnixNano ({span.start}) is not a time", target="startTimeUnixNano"
    )


def _provider(span: Span) -> str | None:
    told = (text(read.PROVIDER, span.attributes) or "").lower()
    known = _PROVIDERS.get(told, told) or None
    if known == "openai" and _host(span).endswith(AZURE_HOSTS):
        return "azure.ai.openai"
    return known


def _host(span: Span) -> str:
    """The host that was called; "" where none was told."""
    return host_of(text(read.HOST, span.attributes))


def _place(
    span: Span, host: str, provider: str | None, place_of_host: PlaceOfHost
) -> dict[str, Any]:
    """Where the call was made: as the sender says, as the catalog knows the host, or a project
    named after the host or the service, which stands under "Unassigned" until somebody places it.
    """
    told = span.attributes, span.resource
    resource = text(read.RESOURCE_ID, *told)
    organisation, project = text(read.ORGANISATION, *told), text(read.PROJECT, *told)
    if not (resource or organisation or project) and host.endswith(AZURE_HOSTS):
        resource = place_of_host(host)
        project = host
    if resource:
        return {"resource_id": resource}
    if not (organisation or project):
        service = text(read.SERVICE, span.resource) or UNASSIGNED
        project = service.replace("/", "-")
    account = {"provider": provider, "organisation": organisation, "project": project}
    return {"account": account}


def _http_status(span: Span) -> int | None:
    """As told; else as the error's name says; else of a failed call that it was given up."""
    status = whole(read.HTTP_STATUS, span.attributes)
    if status is not None:
        return status
    error = text(read.ERROR, span.attributes)
    if error is None:
        return _GIVEN_UP if span.failed else None
    if error.isascii() and error.isdigit() and len(error) == 3:
        return int(error)
    return _STATUS_OF_ERROR.get(error.rpartition(".")[2].lower(), _GIVEN_UP)


def _attempt(span: Span) -> int | None:
    resends = whole(read.RESENDS, span.attributes)
    return None if resends is None else resends + 1


def _usage(span: Span) -> dict[str, Any]:
    usage = {name: span.attributes[name] for name in read.USAGE if name in span.attributes}
    named = text(read.USAGE_FORMAT, span.attributes, span.resource)
    return {"usage": usage or None, "usage_format": named}


def _reported_cost(span: Span) -> dict[str, Any]:
    """What the instrumentation believes that the call cost; dollars unless it says other."""
    for name in read.COST:
        cost = span.attributes.get(name)
        if isinstance(cost, int | float) and not isinstance(cost, bool) and math.isfinite(cost):
            currency = text(read.CURRENCY, span.attributes) or "USD"
            return {"reported_cost": cost, "reported_currency": currency}
    return {}


def _tags(span: Span) -> dict[str, str]:
    """The sender's own tags, then those that follow from what it is."""
    tags: dict[str, str] = {}
    for told in (span.resource, span.attributes):
        for key, value in told.items():
            if key.startswith(read.OWN_TAG) and len(key) > len(read.OWN_TAG):
                tags[key.removeprefix(read.OWN_TAG)] = str(value)
    for tag, names in read.AS_TAGS.items():
        fact = text(names, span.attributes, span.resource)
        if fact is not None:
            tags.setdefault(tag, fact)
    return tags
