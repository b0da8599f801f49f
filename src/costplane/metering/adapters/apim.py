"""Azure API Management: the table ApiManagementGatewayLlmLog, alone or joined to GatewayLogs.

Only the first row of a request (SequenceNumber 0) carries its tokens; the others are pieces of
messages and are passed over. The log counts prompt and completion alone. Joined on CorrelationId,
ApiManagementGatewayLogs tells the answer's status, the backend that was called, and who called.
"""

from __future__ import annotations

from typing import Any

from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    count,
    inner,
    lowered,
    place,
    tags,
    text,
    time_of,
)


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of a row; None for one that only holds messages."""
    told = lowered(record | inner(record, "properties"))
    deployment = text(told.get("deploymentname"))
    if count(told.get("sequencenumber", 0)) != 0 or not (deployment or told.get("modelname")):
        return None
    name = gateway_name(told)
    correlation = text(told.get("correlationid"))
    ids = [part for part in (correlation, text(told.get("requestid"))) if part]
    return {
        "source": f"apim/{name}".rstrip("/"),
        "id": "/".join(dict.fromkeys(ids)) or None,
        "time": time_of(told.get("timegenerated") or told.get("time"), "TimeGenerated"),
        "data": {
            **place(context, text(told.get("backendurl")), None, name or "apim"),
            "deployment": deployment,
            "model": text(told.get("modelname")),
            "http_status": count(told.get("responsecode")) or 200,
            "correlation_id": correlation,
            "tags": caller_tags(told),
            "usage": _usage(told),
        },
    }


def _usage(told: Record) -> Record | None:
    """The tokens; none where the log has zeros for what the backend did not tell."""
    counts = {
        "prompt_tokens": count(told.get("prompttokens")),
        "completion_tokens": count(told.get("completiontokens")),
    }
    return counts if any(counts.values()) else None


def gateway_name(told: Record) -> str:
    """The name of the gateway whose row it is, in lower case; "" if it is not told."""
    gateway = text(told.get("_resourceid")) or text(told.get("resourceid")) or ""
    return gateway.lower().rpartition("/")[2]


def caller_tags(told: Record) -> dict[str, str]:
    """Who called which API, as tags."""
    return tags(
        {
            "apim-subscription": told.get("apimsubscriptionid"),
            "apim-product": told.get("productid"),
            "apim-api": told.get("apiid"),
        }
    )


APIM = Adapter(
    "apim-llm-log",
    "rows of ApiManagementGatewayLlmLog",
    ((b'"SequenceNumber"', b'"PromptTokens"'),),
    event,
)
