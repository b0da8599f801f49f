"""Output and error files of OpenAI's and Azure OpenAI's batch API: a line for each request.

A line tells the whole answer; only its usage, model and status are looked at. Batches have prices
of their own: on Azure by the deployment type, elsewhere by the service tier. Embeddings tell no
time. Requests that failed or expired tell neither usage nor model, and no batch is charged for
them: they are passed over. Source: OpenAI API reference, Batch; "Batch API".
"""

from __future__ import annotations

from typing import Any

from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    inner,
    place,
    text,
    time_of,
)

_OPERATIONS = {
    "chat.completion": "chat",
    "text_completion": "text_completion",
    "response": "responses",
    "list": "embeddings",
}


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of a line; None for a request that failed."""
    response, body = inner(record, "response"), inner(record, "response", "body")
    if not (body.get("usage") or body.get("model")):
        return None
    is_azure = bool(context.resource_id)
    made = body.get("created", body.get("created_at"))
    return {
        "source": "openai-batch",
        "id": text(record.get("id")) or text(body.get("id")) or text(response.get("request_id")),
        "time": time_of(made, "response.body.created", context.day),
        "data": {
            **place(context, None, "openai", "openai-batch"),
            "provider": "azure.ai.openai" if is_azure else "openai",
            "model": text(body.get("model")),
            "operation": _OPERATIONS.get(str(body.get("object"))),
            "deployment_type": "GlobalBatch" if is_azure else None,
            "service_tier": None if is_azure else "batch",
            "http_status": response.get("status_code"),
            "error_code": text(inner(record, "error").get("code")),
            "response_id": text(body.get("id")),
            "usage": inner(body, "usage") or None,
        },
    }


OPENAI_BATCH = Adapter(
    "openai-batch",
    "the output file of a batch of OpenAI or Azure OpenAI",
    ((b'"custom_id"', b'"response"'),),
    event,
)
