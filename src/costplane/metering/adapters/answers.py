"""Answers of model APIs, as somebody recorded them: whole ones, and streams in pieces.

Only usage, model, status and ids are looked at. An answer tells neither where it was asked for
nor, for some APIs, when and of which model: `--resource`, `--deployment`, `--model` and `--date`
say so. Ids of answers are short, may repeat and may be missing, so that the place in the file and
a digest are the identity, and the id of the answer is what other witnesses of the call are
matched by.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from costplane.errors import InvalidUsage
from costplane.metering.adapters.adapter import Adapter, Context, Record, place, text, time_of
from costplane.metering.adapters.answer_shapes import AnswerShape, at, maker, shape_of
from costplane.metering.adapters.streams import whole_answers

_GIVEN_UP = 0
_FAILED = frozenset({"failed", "cancelled"})


def event(record: Record, context: Context) -> dict[str, Any]:
    """The event of an answer. Raises InvalidUsage for what is none."""
    shape = shape_of(record)
    if shape is None:
        raise _no_answer(record)
    model = text(at(record, shape.model)) or context.model or None
    provider = _provider(shape, record, model, context)
    finish = text(at(record, shape.finish))
    return {
        "source": f"answers/{context.file}",
        "id": None,
        "time": time_of(at(record, shape.time), shape.time, context.day),
        "data": {
            **place(context, None, provider, "answers"),
            "deployment": context.deployment or None,
            "model": model,
            "provider": provider,
            "operation": shape.operation,
            "service_tier": text(at(record, shape.tier)),
            "http_status": _GIVEN_UP if finish in _FAILED else 200,
            "finish_reason": finish,
            "response_id": text(at(record, shape.id)),
            **usage_of(shape, record),
        },
    }


def _provider(
    shape: AnswerShape, record: Record, model: str | None, context: Context
) -> str | None:
    own = shape.provider or maker(model)
    if shape.provider is None and (context.resource_id or "prompt_filter_results" in record):
        return "azure.ai.openai" if own == "openai" else "azure.ai.inference"
    return own


def usage_of(shape: AnswerShape, record: Record) -> Record:
    """The usage object, with what OpenRouter says that the call cost; else what the answer itself
    shows: images, or seconds of sound."""
    usage, made = at(record, shape.usage), record.get("data")
    if isinstance(usage, dict) and usage:
        cost = usage.get("cost")
        told = isinstance(cost, int | Decimal)
        reported = {"reported_cost": cost, "reported_currency": "USD"} if told else {}
        return {"usage": usage, "usage_format": shape.usage_format, **reported}
    if shape.operation == "image" and isinstance(made, list):
        return {"quantities": {"images": len(made)}}
    if shape.operation == "transcription" and "duration" in record:
        return {"quantities": {"audio_seconds": _seconds(record["duration"])}}
    return {}


def _seconds(told: object) -> object:
    try:
        return Decimal(told) if isinstance(told, str) else told
    except InvalidOperation:
        return told


def _no_answer(record: Record) -> InvalidUsage:
    shown = ", ".join(record)[:200]
    return InvalidUsage(f"a record is no answer of a known API; its keys are {shown}")


ANSWERS = Adapter(
    "answers",
    "answers of model APIs, whole or in pieces (JSON lines or server-sent events)",
    (
        (b'"chat.completion',),
        (b'"prompt_tokens"',),
        (b'"input_tokens"', b'"output_tokens"'),
        (b'"response"', b'"created_at"'),
        (b'"usageMetadata"',),
        (b'"inputTokens"',),
        (b'"billed_units"',),
        (b'"usage_info"',),
        (b'"message_start"',),
        (b'"response.created"',),
        (b'"session.created"',),
        (b'"messageStart"',),
        (b'"text"', b'"duration"'),
        (b'"created"', b'"b64_json"'),
        (b'"created"', b'"revised_prompt"'),
    ),
    event,
    whole_answers,
)
