"""Streamed answers, as their pieces were recorded: each becomes the one answer that it makes up.

Counts in pieces are cumulative, so the last that is told stands and nothing is added up. A stream
that was cut, or that was not asked to include usage, is an answer without usage: what it cost is
unknown, not zero. Sources: the streaming pages of the API references of OpenAI (chat, responses,
realtime), Anthropic, Gemini, Amazon Bedrock (ConverseStream) and Cohere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from costplane.errors import InvalidUsage
from costplane.metering.adapters.adapter import Read, Record, inner, text
from costplane.metering.adapters.event_stream import DONE

_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
_WHOLE = frozenset({"message", "response.done", _TRANSCRIBED})
"""Types of whole answers and of events that stand for one; records of other types are pieces."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An answer after a piece: whether the piece `continues` the one before, and `ends` it."""

    answer: Record
    continues: bool = False
    ends: bool = False


def whole_answers(records: Iterable[Read]) -> Iterator[Read]:
    """The answers in `records`, which are whole ones, pieces in their order, or both."""
    opened: Record | None = None
    session: Record = {}
    for record in records:
        if isinstance(record, InvalidUsage):
            yield record
            continue
        session = _session(record) or session
        step = _step(opened or {}, record, session)
        if step is None and _is_piece(record) and _type(record) != DONE:
            continue
        if opened is not None and not (step and step.continues):
            yield opened
        opened = step.answer if step and not step.ends else None
        if step is None and not _is_piece(record):
            yield record
        elif step is not None and step.ends:
            yield step.answer
    if opened is not None:
        yield opened


def _step(opened: Record, record: Record, session: Record) -> _Step | None:
    found = (family(opened, record) for family in _FAMILIES)
    return next((step for step in found if step), None) or _realtime(opened, record, session)


def _type(record: Record) -> str:
    return text(record.get("type")) or ""


def _is_piece(record: Record) -> bool:
    """Whether a record says nothing about usage by itself: the texts of a stream, its pings, and
    the filter's results with which Azure begins one."""
    told = _type(record)
    blocks = any(key.startswith("contentBlock") for key in record)
    return bool(told and told not in _WHOLE) or blocks or record.get("object") == ""


def _chat(opened: Record, record: Record) -> _Step | None:
    """Pieces of chats have an object of their own; those of completions are told by their id."""
    kind = str(record.get("object") or "")
    if not kind.endswith(".chunk") and kind != "text_completion":
        return None
    same = opened.get("object") == kind and opened.get("id") == record.get("id")
    same = same and not (kind == "text_completion" and opened.get("usage"))
    return _Step(_over(opened, record) if same else record, continues=same)


def _responses(opened: Record, record: Record) -> _Step | None:
    """Each event of a response's life has the whole response; only the last has its usage."""
    answer = inner(record, "response")
    if answer.get("object") != "response" or not _type(record).startswith("response."):
        return None
    ends = _type(record) in ("response.completed", "response.incomplete", "response.failed")
    return _Step(answer, opened.get("id") == answer.get("id"), ends)


def _anthropic(opened: Record, record: Record) -> _Step | None:
    """The first event has a placeholder for the output; without a later one it tells nothing."""
    kind = _type(record)
    if kind == "message_start":
        answer = inner(record, "message")
        return _Step(answer | {"usage": None, "usage_at_start": inner(answer, "usage")})
    if "usage_at_start" not in opened:
        return None
    if kind == "message_delta":
        before = opened["usage"] or opened["usage_at_start"]
        told = {"usage": _over(before, inner(record, "usage"))}
        return _Step(_over(opened, inner(record, "delta") | told), continues=True)
    return _Step(opened, continues=True, ends=True) if kind == "message_stop" else None


def _gemini(opened: Record, record: Record) -> _Step | None:
    if "usageMetadata" not in record and "candidates" not in record:
        return None
    same = bool(opened) and opened.get("responseId") == record.get("responseId")
    same = same and ("usageMetadata" in opened or "candidates" in opened)
    usage = _over(inner(opened, "usageMetadata"), inner(record, "usageMetadata"))
    answer = _over(opened, record) | {"usageMetadata": usage} if same else record
    return _Step(answer, same, ends=_is_finished(record))


def _is_finished(record: Record) -> bool:
    told = record.get("candidates")
    candidates = told if isinstance(told, list) else []
    finished = any(isinstance(one, dict) and one.get("finishReason") for one in candidates)
    return finished or "promptFeedback" in record


def _bedrock(opened: Record, record: Record) -> _Step | None:
    if "messageStart" in record:
        return _Step({"stopReason": None, "usage": None})
    if "stopReason" in opened and "messageStop" in record:
        reason = inner(record, "messageStop").get("stopReason")
        return _Step(opened | {"stopReason": reason}, continues=True)
    usage = inner(record, "metadata", "usage")
    if "inputTokens" not in usage:
        return None
    answer = {"stopReason": opened.get("stopReason"), "usage": usage}
    return _Step(answer, continues="stopReason" in opened, ends=True)


def _cohere(opened: Record, record: Record) -> _Step | None:
    if _type(record) == "message-start":
        return _Step({"id": record.get("id"), "message": {}, "usage": None})
    if _type(record) == "message-end" and "message" in opened:
        return _Step(opened | inner(record, "delta"), continues=True, ends=True)
    return None


_FAMILIES: tuple[Callable[[Record, Record], _Step | None], ...] = (
    _chat,
    _responses,
    _anthropic,
    _gemini,
    _bedrock,
    _cohere,
)


def _session(record: Record) -> Record:
    return inner(record, "session") if _type(record).startswith("session.") else {}


def _realtime(opened: Record, record: Record, session: Record) -> _Step | None:
    """Responses and transcriptions of a realtime session, which alone tells their models."""
    answer = inner(record, "response")
    if answer.get("object") == "realtime.response":
        same = inner(opened, "response").get("id") == answer.get("id")
        model = text(session.get("model")) or text(record.get("model"))
        told = {"type": "response.done", "model": model, "response": answer}
        return _Step(told, same, ends=_type(record) == "response.done")
    if _type(record) == _TRANSCRIBED:
        heard = inner(session, "audio", "input", "transcription")
        heard = heard or inner(session, "input_audio_transcription")
        return _Step(record | {"model": text(heard.get("model"))}, ends=True)
    return None


def _over(before: Record, later: Record) -> Record:
    """`later` over `before`; what it leaves empty stays."""
    return before | {key: value for key, value in later.items() if value not in (None, [], "")}
