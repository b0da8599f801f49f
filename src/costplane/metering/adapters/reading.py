"""Files of records -> events: JSON lines, one JSON array, or pages that hold a list of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BufferedReader
from typing import Any

import msgspec

from costplane.errors import InvalidUsage, UnreadableFile
from costplane.metering.adapters.adapter import Adapter, Context, Record
from costplane.metering.adapters.apim import APIM
from costplane.metering.adapters.langfuse import LANGFUSE
from costplane.metering.adapters.litellm import LITELLM
from costplane.metering.adapters.openai_batch import OPENAI_BATCH
from costplane.metering.batch import EventBatch
from costplane.metering.files import bounded_lines, portions
from costplane.metering.native import read_documents

ADAPTERS: tuple[Adapter, ...] = (LITELLM, OPENAI_BATCH, APIM, LANGFUSE)
"""In the order in which they are tried."""

LINE_LIMIT = 8 << 20
"""Bytes of a line: records may carry prompts and answers, which are dropped."""

DOCUMENT_LIMIT = 64 << 20
"""Bytes of a file that is one JSON document."""

_PAGES = ("records", "data")
"""Members that hold the records of a page: Azure's logs, Langfuse's API."""

_AT_ONCE = 50_000
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_Read = Record | InvalidUsage


def read_records(
    stream: BufferedReader[Any], adapter: Adapter, context: Context
) -> Iterator[EventBatch]:
    """The events of a file that `reading` opened; records that cannot be counted are rejections,
    those that tell of no call are passed over. Raises UnreadableFile for a document too large."""
    for records in _records(stream):
        made = (_event(record, adapter, context) for record in records)
        yield read_documents(document for document in made if document is not None)


def _event(record: _Read, adapter: Adapter, context: Context) -> dict[str, Any] | _Read | None:
    if isinstance(record, InvalidUsage):
        return record
    try:
        return adapter.event(record, context)
    except InvalidUsage as fault:
        return fault


def _records(stream: BufferedReader[Any]) -> Iterator[Iterable[_Read]]:
    lines = bounded_lines(stream, LINE_LIMIT)
    first = next(lines, b"")
    if _is_whole(first):
        for some in portions(_chained(first, lines), _AT_ONCE):
            yield [record for line in some if not line.isspace() for record in _listed(line)]
    else:
        text = first + stream.read(DOCUMENT_LIMIT)
        if len(text) > DOCUMENT_LIMIT or stream.peek(1):
            raise UnreadableFile(
                f"one JSON document of more than {DOCUMENT_LIMIT:,} bytes; write JSON lines"
            )
        yield list(_listed(text))


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _is_whole(line: bytes) -> bool:
    """Whether the first line is a record by itself, so that the file is of lines."""
    try:
        return isinstance(_decode(line), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _listed(text: bytes) -> Iterator[_Read]:
    """The records in a JSON text: itself, those of an array, or those of a page."""
    try:
        value = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        yield InvalidUsage(f"not one JSON document: {error}", code="InvalidJson")
        return
    if isinstance(value, dict):
        page = next((value[name] for name in _PAGES if isinstance(value.get(name), list)), None)
        value = [value] if page is None else page
    for record in value if isinstance(value, list) else [value]:
        yield record if isinstance(record, dict) else InvalidUsage("a record is a JSON object")
