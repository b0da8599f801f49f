"""Bodies of requests as events: plain, gzip or zstd, one CloudEvent, a batch, or JSON lines.

Whatever is sent, memory follows the limits and not the sender: a body is decompressed no further
than `BODY_LIMIT`, and has no more than `MOST_EVENTS` events.
"""

from __future__ import annotations

from io import BytesIO

import msgspec
import pyarrow as pa

from costplane.errors import InvalidInput, TooLarge, UnsupportedMediaType
from costplane.metering.batch import EventBatch
from costplane.metering.native import read_events, read_json_lines

BODY_LIMIT = 8 << 20
"""Bytes of a body, as it is sent and as it is decompressed."""

MOST_EVENTS = 50_000
"""Events in one body."""

JSON_LINES = "application/x-ndjson"
MEDIA_TYPES = (
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    JSON_LINES,
)
"""What events may be sent as; the first three are told apart by the text itself."""

_COMPRESSIONS = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}
_BATCH = msgspec.json.Decoder(list[msgspec.Raw])


def decompressed(body: bytes, encoding: str) -> bytes:
    """The plain text of a body with that Content-Encoding.

    Raises UnsupportedMediaType for another encoding, TooLarge, and InvalidInput for damage.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in _COMPRESSIONS:
        raise UnsupportedMediaType(
            f"Content-Encoding '{name[:60]}' is not taken here; send gzip, zstd or none",
            target="Content-Encoding",
        )
    try:
        with pa.CompressedInputStream(BytesIO(body), _COMPRESSIONS[name]) as stream:
            plain: bytes = stream.read(BODY_LIMIT + 1)
    except (OSError, pa.ArrowInvalid) as fault:
        raise InvalidInput(f"The body is no {name}: {fault}", target="Content-Encoding") from None
    if len(plain) > BODY_LIMIT:
        raise TooLarge(f"The body has more than {BODY_LIMIT:,} bytes of text; send less at once")
    return plain


def events_of(body: bytes, media_type: str) -> EventBatch:
    """The events of a plain body. Raises InvalidInput for an empty one, TooLarge for too many."""
    if not body.strip():
        raise InvalidInput("The body is empty; send at least one event", target="body")
    if media_type == JSON_LINES:
        _check_number(body.count(b"\n"))
        return read_json_lines(body.split(b"\n"))
    if body.lstrip()[:1] != b"[":
        return read_events(body)
    try:
        texts = _BATCH.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return read_events(body)  # which says where the fault is
    _check_number(len(texts))
    return read_json_lines(map(bytes, texts))


def _check_number(events: int) -> None:
    if events > MOST_EVENTS:
        raise TooLarge(f"The body has more than {MOST_EVENTS:,} events; send fewer at once")
