"""Azure Monitor resource logs of the category RequestResponse, of Azure's AI resources.

They tell status, caller and deployment of each request, and no tokens. Another witness of the
call, such as a gateway, tells these, and is matched by the correlation id; where none does, the
request's usage is missing. Rows of other categories, and of operations on no deployment, tell of
no call. Source: Azure Monitor, "Supported log categories for Microsoft.CognitiveServices/accounts".
"""

from __future__ import annotations

from typing import Any

import msgspec

from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    count,
    lowered,
    text,
    time_of,
)

_OPERATIONS = (
    ("chat", "chat"),
    ("embedding", "embeddings"),
    ("image", "image"),
    ("transcription", "transcription"),
    ("translation", "transcription"),
    ("speech", "speech"),
    ("response", "responses"),
    ("completion", "text_completion"),
)
"""Parts of the names that Azure gives to operations, in the order in which they are tried."""

_UNKNOWN = 0


def event(record: Record, _: Context) -> dict[str, Any] | None:
    """The event of a row; None for one that tells of no call."""
    told = lowered(record) | lowered(_properties(record))
    deployment, model = text(told.get("modeldeploymentname")), text(told.get("modelname"))
    if told.get("category") != "RequestResponse" or not (deployment or model):
        return None
    resource = text(told.get("resourceid")) or text(told.get("_resourceid")) or ""
    time = told.get("time") or told.get("timegenerated")
    correlation = text(told.get("correlationid"))
    return {
        "source": f"azure-monitor/{resource.lower().rpartition('/')[2]}".rstrip("/"),
        "id": f"{correlation}/{told.get('requesttime') or time}" if correlation else None,
        "time": time_of(time, "time"),
        "data": {
            "resource_id": resource,
            "deployment": deployment,
            "model": model,
            "model_version": text(told.get("modelversion")),
            "region": text(told.get("location")),
            "operation": _operation(told),
            "http_status": _status(told),
            "correlation_id": correlation,
            "user": text(told.get("objectid")),
        },
    }


def _properties(record: Record) -> Record:
    """`properties`, which are an object or JSON text, by the way that the log took."""
    told = record.get("properties", record.get("properties_s"))
    if isinstance(told, str):
        try:
            told = msgspec.json.decode(told)
        except (msgspec.DecodeError, RecursionError):
            return {}
    return told if isinstance(told, dict) else {}


def _operation(told: Record) -> str | None:
    named = (text(told.get("operationname")) or "").lower()
    return next((name for part, name in _OPERATIONS if part in named), None)


def _status(told: Record) -> object:
    status = count(told.get("resultsignature", told.get("resulttype")))
    return status if isinstance(status, int) else _UNKNOWN


AZURE_REQUESTS = Adapter(
    "azure-request-log",
    "rows of Azure Monitor's category RequestResponse",
    ((b'"RequestResponse"', b'"correlationId"'), (b'"RequestResponse"', b'"CorrelationId"')),
    event,
)
