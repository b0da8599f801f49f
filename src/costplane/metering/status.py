"""Facts that follow from an event alone, as further columns of an EVENTS table.

All are computed on whole columns; the tags once for each distinct set.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from costplane.core.quantities import PROMPT_TYPES, QUANTITIES
from costplane.core.tags import canonical, parse, select

BILLED, NOT_BILLED, USAGE_MISSING = "Billed", "NotBilled", "UsageMissing"
GATEWAY_CACHE_HIT = "GatewayCacheHit"

_NEVER_BILLED = pa.array([401, 403, 404, 429], pa.int32())
"""Refused before any work was done."""

_MAY_BE_BILLED = pa.array([0, 400, 408, 499], pa.int32())
"""Given up or refused after work was done: without usage the amount is unknown, not zero."""


def with_billing_status(events: pa.Table) -> pa.Table:
    """Adds `billing_status` and `status_reason` (billing-rules 3).

    Reasons: `GatewayCacheHit` and `HttpStatus<code>` for NotBilled, `NoUsageTold` for
    UsageMissing, null for Billed. An event that told no quantity has no usage.
    """
    status, hit = events["http_status"], events["gateway_cache_hit"]
    refused = pc.is_in(status, value_set=_NEVER_BILLED)
    unknown = pc.or_(pc.less(status, 400), pc.is_in(status, value_set=_MAY_BE_BILLED))
    not_billed = pc.or_(pc.or_(hit, refused), pc.and_(pc.invert(_told(events)), pc.invert(unknown)))
    billed = pc.and_(_told(events), pc.invert(not_billed))
    by_code = pc.binary_join_element_wise("HttpStatus", pc.cast(status, pa.string()), "")
    no_text = pa.scalar(None, pa.string())
    return events.append_column(
        pa.field("billing_status", pa.string(), nullable=False),
        pc.if_else(billed, BILLED, pc.if_else(not_billed, NOT_BILLED, USAGE_MISSING)),
    ).append_column(
        pa.field("status_reason", pa.string()),
        pc.case_when(
            pc.make_struct(billed, hit, not_billed),
            no_text,
            GATEWAY_CACHE_HIT,
            by_code,
            "NoUsageTold",
        ),
    )


def billing_rule(status: str, reason: str | None, http_status: int) -> str:
    """In words, why an event got its billing status and reason (the table of billing-rules 3)."""
    if status == BILLED:
        return f"HTTP status {http_status}, usage told: billed"
    if status == USAGE_MISSING:
        return f"HTTP status {http_status}, no usage told: its cost is unknown, not zero"
    if reason == GATEWAY_CACHE_HIT:
        return "answered from the gateway's cache: not billed"
    if http_status in _NEVER_BILLED.to_pylist():
        return f"HTTP status {http_status}, refused before any work was done: not billed"
    return f"HTTP status {http_status}, failed without usage: not billed"


def with_context_tokens(events: pa.Table) -> pa.Table:
    """Adds `context_tokens`: the prompt's length, cached or not; null if none was told."""
    prompts = [events[q.name] for q in PROMPT_TYPES]
    total = reduce(pc.add, (pc.fill_null(column, 0) for column in prompts))
    told = reduce(pc.or_, (pc.is_valid(column) for column in prompts))
    field = pa.field("context_tokens", pa.int64())
    return events.append_column(field, pc.if_else(told, total, pa.scalar(None, pa.int64())))


def with_allocation_tags(events: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Adds `allocation_tags`: those tags whose key is among `keys` (any case), canonical text."""
    wanted = tuple(keys)
    tags = events["tags"].combine_chunks().dictionary_encode()
    if isinstance(tags, pa.ChunkedArray):
        tags = tags.combine_chunks()
    selected = [canonical(select(parse(text), wanted)) for text in tags.dictionary.to_pylist()]
    column = pa.array(selected, pa.string()).take(tags.indices)
    return events.append_column(pa.field("allocation_tags", pa.string(), nullable=False), column)


def _told(events: pa.Table) -> pa.ChunkedArray:
    """Whether an event told any quantity."""
    return reduce(pc.or_, (pc.is_valid(events[q.name]) for q in QUANTITIES))
