"""The native form read: JSON lines, one CloudEvents document, or a batch of them.

interfaces.md, "Usage events". An event that cannot be counted becomes a Rejection; the others
are taken. Nothing in the input raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
import pyarrow as pa

from costplane.errors import InvalidUsage
from costplane.metering.batch import EventBatch, Rejection
from costplane.metering.columns import table
from costplane.metering.rows import Row, faults, read

_AT_ONCE = 2_000
"""Events that become columns together: few enough to stay in the processor's cache, and to be
gone before the garbage collector looks through them."""

_BATCH = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.Encoder(decimal_format="number").encode


def read_json_lines(lines: Iterable[bytes], *, first_line: int = 1) -> EventBatch:
    """The events of `lines`, one each; blank lines are passed over.

    `first_line` is the number of the first line in its file, for rejections to name.
    """
    return _read_all(lines, first_line)


def read_events(body: bytes) -> EventBatch:
    """The events of a JSON document: one event, or an array of them (a CloudEvents batch).

    What is no JSON at all is one rejection, of the event 0.
    """
    if body.lstrip()[:1] != b"[":
        return _read_all([body], None)
    try:
        events = _BATCH.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        fault = InvalidUsage(f"not one JSON array: {error}", code="InvalidJson")
        return EventBatch(table([]), (Rejection.of([fault], 0, None),))
    return _read_all(map(bytes, events), None)


def read_documents(documents: Iterable[Mapping[str, Any] | InvalidUsage]) -> EventBatch:
    """The events of `documents`, which are in the native form; a fault stands for an event of
    which none could be made."""
    return _read_all(map(_text, documents), None)


def _text(document: Mapping[str, Any] | InvalidUsage) -> bytes | InvalidUsage:
    try:
        return document if isinstance(document, InvalidUsage) else _encode(document)
    except (msgspec.MsgspecError, OverflowError, RecursionError) as error:
        return InvalidUsage(f"a value of the record cannot be kept: {error}")


def _read_all(texts: Iterable[bytes | InvalidUsage], first_line: int | None) -> EventBatch:
    rejected: list[Rejection] = []
    rows = _rows(texts, first_line, rejected)
    tables = [table([])]
    while some := list(islice(rows, _AT_ONCE)):
        tables.append(table(some))
    return EventBatch(pa.concat_tables(tables), tuple(rejected))


def _rows(
    texts: Iterable[bytes | InvalidUsage], first_line: int | None, rejected: list[Rejection]
) -> Iterator[Row]:
    """The rows of `texts`; what is refused is added to `rejected`."""
    index = 0
    for offset, text in enumerate(texts):
        line = None if first_line is None else first_line + offset
        if isinstance(text, InvalidUsage):
            rejected.append(Rejection.of([text], index, line))
        elif line is not None and (not text or text.isspace()):
            continue
        else:
            try:
                yield read(text)
            except (InvalidUsage, msgspec.DecodeError, RecursionError):
                rejected.append(Rejection.of(faults(text), index, line))
        index += 1
