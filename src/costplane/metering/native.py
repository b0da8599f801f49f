"""The native form read: JSON lines, one CloudEvents document, or a batch of them.

interfaces.md, "Usage events". An event that cannot be counted becomes a Rejection; the others
are taken. Nothing in the input raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import pyarrow as pa

from costplane.errors import InvalidUsage, TooLarge
from costplane.metering.batch import EventBatch, Rejection
from costplane.metering.columns import table
from costplane.metering.rows import Row, faults, read

EVENT_LIMIT = 1 << 20
"""Bytes of one event. A longer one is rejected unread."""

_AT_ONCE = 2_000
"""Events that become columns together: few enough to stay in the processor's cache, and to be
gone before the garbage collector looks through them."""

_BATCH = msgspec.json.Decoder(list[msgspec.Raw])


def read_json_lines(lines: Iterable[bytes], *, first_line: int = 1) -> EventBatch:
    """The events of `lines`, one each; blank lines are passed over.

    `first_line` is the number of the first line in its file, for rejections to name.
    """
    numbered = ((text, line) for line, text in enumerate(lines, first_line) if not text.isspace())
    return _read_all(numbered)


def read_events(body: bytes) -> EventBatch:
    """The events of a JSON document: one event, or an array of them (a CloudEvents batch).

    What is no JSON at all is one rejection, of the event 0.
    """
    if body.lstrip()[:1] != b"[":
        return _read_all([(body, None)])
    try:
        events = _BATCH.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        fault = InvalidUsage(f"not one JSON array: {error}", code="InvalidJson")
        return EventBatch(table([]), (Rejection.of([fault], 0, None),))
    return _read_all((bytes(event), None) for event in events)


def _read_all(texts: Iterable[tuple[bytes, int | None]]) -> EventBatch:
    tables: list[pa.Table] = []
    rejected: list[Rejection] = []
    numbered = enumerate(texts)
    while some := list(islice(numbered, _AT_ONCE)):
        tables.append(table(list(_rows(some, rejected))))
    return EventBatch(pa.concat_tables(tables) if tables else table([]), tuple(rejected))


def _rows(
    texts: Iterable[tuple[int, tuple[bytes, int | None]]], rejected: list[Rejection]
) -> Iterator[Row]:
    """The rows of `texts`; what is refused is added to `rejected`."""
    for index, (text, line) in texts:
        try:
            if len(text) > EVENT_LIMIT:
                raise _too_long()
            yield read(text)
        except (InvalidUsage, msgspec.DecodeError, RecursionError) as error:
            rejected.append(Rejection.of(_all_faults(error, text), index, line))


def _all_faults(error: Exception, text: bytes) -> Iterable[InvalidUsage]:
    if isinstance(error, InvalidUsage) and error.error_code == TooLarge.code:
        return [error]
    return faults(text)


def _too_long() -> InvalidUsage:
    return InvalidUsage(
        f"the event is longer than {EVENT_LIMIT:,} bytes; send less in it", code=TooLarge.code
    )
