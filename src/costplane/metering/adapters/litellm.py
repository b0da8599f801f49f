"""LiteLLM: StandardLoggingPayload, as callbacks hand it on and S3 or GCS logging writes it.

The prompt includes the cache, whoever the provider was (shape `litellm`). Attempts of one request
share `litellm_call_id`: those that failed have their end in the id as well, and `trace_id` is the
operation of all. Where a provider does not answer in OpenAI's form the answer's id is LiteLLM's
own, and nobody else knows it. Routes that only read or manage something tell of no call. Messages
and answers in the payload are not looked at.
"""

from __future__ import annotations

from typing import Any

from costplane.metering.adapters.adapter import (
    Adapter,
    Context,
    Record,
    inner,
    place,
    tags,
    text,
    time_of,
)

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "vertex_ai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "xai": "x_ai",
}
_OPERATIONS = {
    "completion": "chat",
    "text_completion": "text_completion",
    "embedding": "embeddings",
    "image_generation": "image",
    "image_edit": "image",
    "transcription": "audio",
    "speech": "audio",
    "responses": "responses",
    "rerank": "rerank",
    "anthropic_messages": "chat",
    "generate_content": "generate_content",
    "realtime": "realtime",
}
_ANSWER_IDS = frozenset({"openai", "azure", "azure_ai", "mistral", "deepseek", "xai"})
"""Whose ids of answers LiteLLM passes on."""

_USAGE = ("prompt_tokens", "completion_tokens")
_NO_COUNTS = frozenset({"output_image_count", "cost"})
_GIVEN_UP = 0


def event(record: Record, context: Context) -> dict[str, Any] | None:
    """The event of a payload; None for one that tells of no call."""
    operation, told_usage = _operation(record), _usage(record)
    if operation is None and not told_usage:
        return None
    told, provider = inner(record, "metadata"), text(record.get("custom_llm_provider"))
    named = _PROVIDERS.get(provider or "", provider)
    is_azure = provider in ("azure", "azure_ai")
    model = (text(record.get("model")) or "").rpartition("/")[2] or None
    answered = text(inner(record, "response").get("model"))
    return {
        "source": "litellm",
        "id": _identity(record),
        "time": time_of(record.get("startTime"), "startTime"),
        "data": {
            **place(context, text(record.get("api_base")), named, "litellm"),
            "provider": named,
            "deployment": model if is_azure else None,
            "model": answered or (None if is_azure else model),
            "operation": operation,
            "operation_id": text(record.get("trace_id")),
            "service_tier": text(inner(record, "cost_breakdown").get("service_tier"))
            or text(inner(told, "usage_object").get("service_tier")),
            "response_id": _response_id(record, provider),
            "gateway_cache_hit": record.get("cache_hit") in (True, "True", "true"),
            "reported_cost": record.get("response_cost"),
            "reported_currency": "USD",
            "user": text(record.get("end_user")) or text(told.get("user_api_key_user_id")),
            "session": text(record.get("session_id")),
            "tags": _tags(record, told),
            **_status(record),
            **told_usage,
        },
    }


def _identity(record: Record) -> str | None:
    own = text(record.get("litellm_call_id")) or text(record.get("id"))
    if own is None or record.get("status") != "failure":
        return own
    return f"{own}/failed/{record.get('endTime', record.get('startTime'))}"


def _response_id(record: Record, provider: str | None) -> str | None:
    own = text(record.get("id"))
    told = provider in _ANSWER_IDS and own != text(record.get("litellm_call_id"))
    return own if told else None


def _operation(record: Record) -> str | None:
    """LiteLLM names asynchronous calls with an `a` before the name, and sessions with `_`."""
    call_type = (text(record.get("call_type")) or "").removeprefix("_")
    return _OPERATIONS.get(call_type) or _OPERATIONS.get(call_type.removeprefix("a"))


def _status(record: Record) -> Record:
    if record.get("status") != "failure":
        return {"http_status": 200}
    error = inner(record, "error_information")
    code = str(error.get("error_code") or "")
    status = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else _GIVEN_UP
    return {"http_status": status, "error_code": text(error.get("error_class"))}


def _usage(record: Record) -> Record:
    """The usage object if it counts anything, else the sums; zeros alone are what LiteLLM has
    where the provider told nothing, and tell nothing here."""
    whole = inner(record, "metadata", "usage_object")
    images = whole.get("output_image_count")
    if any(whole.get(name) for name in _USAGE):
        return {"usage": whole, "usage_format": "litellm"}
    counts = [value for key, value in whole.items() if key not in _NO_COUNTS]
    if any(value for value in counts if isinstance(value, int)):
        return {"usage": whole}
    if images:
        return {"quantities": {"images": images}}
    sums = {name: record[name] for name in _USAGE if record.get(name) is not None}
    return {"usage": sums, "usage_format": "litellm"} if any(sums.values()) else {}


def _tags(record: Record, told: Record) -> dict[str, str]:
    own = {
        "team": told.get("user_api_key_team_alias") or told.get("user_api_key_team_id"),
        "api-key": told.get("user_api_key_alias"),
        "project": told.get("user_api_key_project_alias"),
    }
    listed = record.get("request_tags")
    asked = (one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
    pairs = (one.partition("=" if "=" in one else ":") for one in asked)
    requested = {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
    requested.pop("User-Agent", None)
    return tags({**own, **inner(told, "spend_logs_metadata"), **requested})


LITELLM = Adapter(
    "litellm",
    "LiteLLM's StandardLoggingPayload",
    ((b'"call_type"', b'"custom_llm_provider"', b'"startTime"'),),
    event,
)
