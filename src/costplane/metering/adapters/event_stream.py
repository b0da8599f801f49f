"""Server-sent events, the form in which most APIs stream: JSON texts behind `data:`."""

from __future__ import annotations

DONE = "[DONE]"
"""What OpenAI and its like write after a stream's last piece, here the type of a record."""

_DONE = f'{{"type":"{DONE}"}}'.encode()
_DATA = b"data:"
_OTHERS = (b"event:", b"id:", b"retry:", b":")


def is_event_stream(start: bytes) -> bool:
    """Whether a text begins as server-sent events do."""
    return start.startswith((_DATA, *_OTHERS))


def payload(line: bytes) -> bytes:
    """The JSON text in a line of server-sent events or of JSON lines; b"" if there is none."""
    line = line.strip()
    if line.startswith(_OTHERS):
        return b""
    told = line.removeprefix(_DATA).strip()
    return _DONE if told == DONE.encode() else told
