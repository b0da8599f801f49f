"""Which spans are calls to a model, each call once.

Agents, workflows and tools are no calls, though many repeat the sums of the calls inside them.
Several instrumentations of one program tell of one call in spans within each other: there the
innermost that tells its usage stands. A call inside a tool or an agent is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costplane.metering.otlp.attributes import (
    FRAMEWORK_KIND,
    OPERATION,
    PROVIDER,
    REQUEST_MODEL,
    REQUEST_TYPE,
    RESPONSE_MODEL,
    USAGE,
    text,
)
from costplane.metering.otlp.span import Span

INFERENCE = frozenset({"chat", "text_completion", "generate_content", "embeddings"})
"""Values of gen_ai.operation.name that are calls to a model."""

_OLD_TYPES = {"chat": "chat", "completion": "text_completion", "embedding": "embeddings"}
_DEEPEST = 64
"""Spans between a call and what wraps it, at most."""

_Key = tuple[str, str]


def operation(span: Span) -> str | None:
    """The operation of an inference span, None for any other span.

    Spans from before `gen_ai.operation.name` tell a provider and a model, and no kind of
    framework span.
    """
    named = text(OPERATION, span.attributes)
    if named is not None:
        return named.lower() if named.lower() in INFERENCE else None
    told = span.attributes
    if text(FRAMEWORK_KIND, told) or not text(PROVIDER, told):
        return None
    if not text(RESPONSE_MODEL + REQUEST_MODEL, told):
        return None
    return _OLD_TYPES.get((text(REQUEST_TYPE, told) or "chat").lower())


def tells_usage(span: Span) -> bool:
    """Whether a span has any count of tokens."""
    return not USAGE.isdisjoint(span.attributes)


def calls(spans: Sequence[Span]) -> list[Span]:
    """The spans that are calls, in their order."""
    inference = [span for span in spans if operation(span)]
    if not inference:
        return []
    by_key = {_key(span): span for span in spans}
    telling = {_key(span) for span in inference if tells_usage(span)}
    repeated: set[_Key] = set()
    for span in inference:
        around = [_key(one) for one in _around(span, by_key) if operation(one)]
        if _key(span) in telling:
            repeated.update(around)
        elif not span.failed and not telling.isdisjoint(around):
            repeated.add(_key(span))
    return [span for span in inference if _key(span) not in repeated]


def _around(span: Span, spans: dict[_Key, Span]) -> Iterator[Span]:
    """The spans that `span` is in, from the inside out, up to the next agent or tool."""
    for _ in range(_DEEPEST):
        outer = spans.get((span.trace_id, span.parent_id)) if span.parent_id else None
        if outer is None or (text(OPERATION, outer.attributes) and not operation(outer)):
            return
        yield outer
        span = outer


def _key(span: Span) -> _Key:
    return span.trace_id, span.span_id
