"""Files of records -> events: JSON lines, server-sent events, one JSON array, or pages that hold a
list of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from io import BufferedReader
from itertools import chain, islice
from typing import Any

import msgspec

from costplane.errors import InvalidUsage, UnreadableFile
from costplane.metering.adapters.adapter import Adapter, Context, Read, Record
from costplane.metering.adapters.answers import ANSWERS
from costplane.metering.adapters.anthropic_batch import ANTHROPIC_BATCH
from costplane.metering.adapters.apim import APIM
from costplane.metering.adapters.apim_gateway import APIM_GATEWAY
from costplane.metering.adapters.azure_requests import AZURE_REQUESTS
from costplane.metering.adapters.event_stream import is_event_stream, payload
from costplane.metering.adapters.langfuse import LANGFUSE
from costplane.metering.adapters.litellm import LITELLM
from costplane.metering.adapters.openai_batch import OPENAI_BATCH
from costplane.metering.batch import EventBatch
from costplane.metering.files import bounded_lines
from costplane.metering.native import read_documents

ADAPTERS: tuple[Adapter, ...] = (
    LITELLM,
    OPENAI_BATCH,
    ANTHROPIC_BATCH,
    APIM,
    APIM_GATEWAY,
    AZURE_REQUESTS,
    LANGFUSE,
    ANSWERS,
)
"""In the order in which they are tried."""

LINE_LIMIT = 8 << 20
"""Bytes of a line: records may carry prompts and answers, which are dropped."""

DOCUMENT_LIMIT = 64 << 20
"""Bytes of a file that is one JSON document."""

_AT_ONCE = 50_000
"""Events of a batch."""

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(order="sorted").encode


def read_records(
    stream: BufferedReader[Any], adapter: Adapter, context: Context
) -> Iterator[EventBatch]:
    """The events of a file that `reading` opened; records that cannot be counted are rejections,
    those that tell of no call are passed over. Raises UnreadableFile for a document too large."""
    whole = enumerate(adapter.whole(_records(stream)), 1)
    made = (_event(record, row, adapter, context) for row, record in whole)
    documents = (document for document in made if document is not None)
    for first in documents:
        yield read_documents(chain((first,), islice(documents, _AT_ONCE - 1)))


def _event(record: Read, row: int, adapter: Adapter, context: Context) -> Read | None:
    if isinstance(record, InvalidUsage):
        return record
    try:
        event = adapter.event(record, context)
    except InvalidUsage as fault:
        return fault
    if event is not None and event["id"] is None:
        # The digest shows when a file was changed under its name: nothing is taken for a repeat.
        event["id"] = f"{row}-{sha256(_encode(record)).hexdigest()[:16]}"
    return event


def _records(stream: BufferedReader[Any]) -> Iterator[Read]:
    lines = bounded_lines(stream, LINE_LIMIT)
    first = next((line for line in lines if not line.isspace()), b"")
    if not first:
        return
    if is_event_stream(first) or _is_whole(first):
        for line in chain((first,), lines):
            told = payload(line)
            if told:
                yield from _listed(told)
    else:
        text = first + stream.read(DOCUMENT_LIMIT)
        if len(text) > DOCUMENT_LIMIT or stream.peek(1):
            raise UnreadableFile(
                f"one JSON document of more than {DOCUMENT_LIMIT:,} bytes; write JSON lines"
            )
        yield from _listed(text)


def _is_whole(line: bytes) -> bool:
    """Whether the first line is a record by itself, so that the file is of lines."""
    try:
        return isinstance(_decode(line), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _listed(text: bytes) -> Iterator[Read]:
    """The records in a JSON text: itself, those of an array, or those of a page."""
    try:
        value = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        yield InvalidUsage(f"not one JSON document: {error}", code="InvalidJson")
        return
    if isinstance(value, dict):
        value = _page(value)
    for record in value if isinstance(value, list) else [value]:
        yield record if isinstance(record, dict) else InvalidUsage("a record is a JSON object")


def _page(value: Record) -> list[Any]:
    """The records of a page of Azure's logs (`records`) or of Langfuse's API (`data` beside
    `meta`); what is no page is one record."""
    name = "data" if "meta" in value else "records"
    return value[name] if isinstance(value.get(name), list) else [value]
