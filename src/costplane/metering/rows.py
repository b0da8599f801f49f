"""An event as text -> a checked row. The rules that a field alone cannot tell stand here.

The quick way (`read`) stops at the first fault; only then `faults` looks for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from costplane.core.tags import canonical, merge
from costplane.errors import InvalidUsage, TooLarge
from costplane.metering.event import ABSENT, Account, UsageData, UsageEvent, decode, decode_loosely
from costplane.metering.extract import extract
from costplane.metering.extract.amounts import LIMIT, Amount, told
from costplane.metering.place import Place, place_of

EVENT_LIMIT = 1 << 20
"""Bytes of one event. A longer one is rejected unread."""

_SHORT = 1_024
"""Bytes of tags that are remembered; longer ones would fill the memory."""

_NOTHING: dict[str, Amount] = {}


class Row(msgspec.Struct, frozen=True, gc=False):
    """A checked event: `instant` is naive UTC, `tags` canonical text, `quantities` disjoint."""

    event: UsageEvent
    instant: datetime
    place: Place
    tags: str
    quantities: dict[str, Amount]


def read(text: bytes) -> Row:
    """The row of one event. Raises InvalidUsage, msgspec.DecodeError or RecursionError."""
    if len(text) > EVENT_LIMIT:
        raise _too_long()
    event = decode(text)
    data = event.data
    _model(data)
    _http_status(data)
    _reported_cost(data)
    return Row(event, instant(event.time), place_of(data), tags(data.tags), quantities(data))


def faults(text: bytes) -> tuple[InvalidUsage, ...]:
    """Everything that is wrong with an event that `read` refused; at least one fault."""
    if len(text) > EVENT_LIMIT:
        return (_too_long(),)
    try:
        document = decode_loosely(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return (InvalidUsage(f"not one JSON document: {error}", code="InvalidJson"),)
    return tuple(_type_faults(document, UsageEvent, "")) or tuple(_rule_faults(decode(text)))


def _too_long() -> InvalidUsage:
    return InvalidUsage(
        f"the event is longer than {EVENT_LIMIT:,} bytes; send less in it", code=TooLarge.code
    )


def _type_faults(value: object, kind: type[msgspec.Struct], path: str) -> Iterator[InvalidUsage]:
    """Each field of `value` that is missing or of another type than `kind` says."""
    if not isinstance(value, dict):
        where = path.rstrip(".") or None
        yield InvalidUsage(f"{where or 'the event'} must be a JSON object", target=where)
        return
    for field in msgspec.structs.fields(kind):
        target = path + field.encode_name
        if field.encode_name not in value:
            if field.required:
                yield InvalidUsage(f"{target} is missing; send it", target=target)
        elif field.type in (UsageData, Account | None) and value[field.encode_name] is not None:
            inner = UsageData if field.type is UsageData else Account
            yield from _type_faults(value[field.encode_name], inner, f"{target}.")
        elif field.type is not msgspec.Raw:
            try:
                msgspec.convert(value[field.encode_name], field.type)
            except msgspec.ValidationError as error:
                yield InvalidUsage(f"{target}: {error}", target=target)


def _rule_faults(event: UsageEvent) -> Iterator[InvalidUsage]:
    data = event.data
    checks: tuple[Callable[[], Any], ...] = (
        lambda: instant(event.time),
        lambda: place_of(data),
        lambda: _model(data),
        lambda: _http_status(data),
        lambda: _reported_cost(data),
        lambda: quantities(data),
        lambda: tags(data.tags),
    )
    for check in checks:
        try:
            check()
        except InvalidUsage as fault:
            yield fault


def _model(data: UsageData) -> None:
    if not ((data.model or "").strip() or (data.deployment or "").strip()):
        raise InvalidUsage(
            "data.model is missing; send it, or data.deployment", target="data.model"
        )


def _http_status(data: UsageData) -> None:
    status = data.http_status
    if status is not None and status != 0 and not 200 <= status <= 599:
        raise InvalidUsage(
            f"data.http_status {status} is no final status; send 200 to 599, or 0 for a call "
            "that the client gave up",
            target="data.http_status",
        )


def _reported_cost(data: UsageData) -> None:
    cost = data.reported_cost
    if cost is not None and not (cost.is_finite() and abs(cost) < LIMIT):
        raise InvalidUsage(
            f"data.reported_cost {str(cost)[:40]} must be an amount below 10^12",
            target="data.reported_cost",
        )


def instant(text: str) -> datetime:
    """An ISO 8601 time as naive UTC, truncated to the microsecond; without a zone it is UTC.

    Naive, since Python and Arrow are several times faster with it. Raises InvalidUsage.
    """
    try:
        is_utc = text.endswith("Z")
        value = datetime.fromisoformat(text[:-1] if is_utc else text)
        if value.tzinfo is not None:
            if is_utc:
                raise ValueError("two zones")
            value = value.astimezone(UTC).replace(tzinfo=None)
        return value
    except (ValueError, OverflowError):
        raise InvalidUsage(
            f"time '{text[:80]}' is not a time; write for example 2026-11-02T10:00:09.42Z",
            target="time",
        ) from None


def quantities(data: UsageData) -> dict[str, Amount]:
    """Disjoint amounts, from the provider's usage or as told; empty if none were told."""
    if data.usage is not None:
        if data.quantities is not None:
            raise InvalidUsage(
                "data.usage and data.quantities are both there; send one of them",
                target="data.quantities",
            )
        return extract(
            data.usage,
            provider=data.provider or (data.account.provider if data.account else None),
            operation=data.operation,
            model=data.model,
            usage_format=data.usage_format,
        )
    return _NOTHING if data.quantities is None else told(data.quantities)


def tags(raw: msgspec.Raw) -> str:
    """Tags as canonical text. Sets of tags repeat, so most are looked up, not read."""
    if raw is ABSENT:
        return "{}"
    text = bytes(raw)
    return _known_tags(text) if len(text) <= _SHORT else _canonical_tags(text)


def _canonical_tags(text: bytes) -> str:
    try:
        told_tags = msgspec.json.decode(text, type=dict[str, str] | None)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidUsage(
            f"data.tags must be an object of texts: {error}", target="data.tags"
        ) from None
    return canonical(merge([told_tags or {}]))


_known_tags = lru_cache(maxsize=16_384)(_canonical_tags)
