"""A connection to a client that may be slow, silent, or no client at all.

Uvicorn by itself waits without an end for a head that drips, for the rest of a body that was
answered already, and for a reader who does not read; each holds a connection, and the last an
answer in memory. Bodies that are still wanted are timed where they are read (http/bodies.py).
"""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from costplane.core.exact_json import json_text

_NO_REQUEST = {
    "code": "BadRequest",
    "message": "This is no request of HTTP/1.1, or its line and headers have more than 16,384 "
    "bytes",
}
_ANSWERED = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)


def _most_connections() -> int:
    """Half of the files that the process may open, for the ledger needs the others, and never so
    many that their buffers alone would fill the memory."""
    return min(2_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Connection(H11Protocol):
    """HTTP/1.1 with an end to all waiting for the client.

    Every `patience` seconds it looks: who owed something at the last look, and has moved nothing
    since, is no longer waited for. Beyond `most` connections a further one is closed at once.
    """

    patience: ClassVar[float] = 20.0
    most: ClassVar[int] = _most_connections()

    _look_again: asyncio.TimerHandle | None = None
    _seen: tuple[object, int, int] | None = None
    _emptied = 0
    """How often the reader has taken what waited for it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request. An answer's body is sent at once: it follows its head, for
        whose receipt the system would else wait some forty milliseconds."""
        super().connection_made(transport)
        connected: socket.socket = transport.get_extra_info("socket")
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) > self.most:
            transport.abort()
        self._look_again = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        for timer in (self._look_again, self.timeout_keep_alive_task):
            if timer is not None:
                timer.cancel()

    def resume_writing(self) -> None:
        """The reader has taken what waited."""
        super().resume_writing()
        self._emptied += 1

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the envelope says more
        """Refuse what is no HTTP with the envelope of every error, unless an answer has begun."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            content = json_text({"error": _NO_REQUEST})
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
                (b"connection", b"close"),
            ]
            answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (answer, h11.Data(data=content), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _look(self) -> None:
        """Hang up on a client who owes what it owed at the last look: the rest of a head, where a
        drop a second counts for nothing, the rest of a body that was answered, or to read."""
        waiting = self.transport.get_write_buffer_size()
        now = (self.cycle, self._emptied, waiting)
        if (waiting or self._owes()) and now == self._seen:
            self.transport.abort()
            return
        self._seen = now
        self._look_again = self.loop.call_later(self.patience, self._look)

    def _owes(self) -> bool:
        """Whether a head is not there yet, or the rest of a body that was answered."""
        if self.conn.their_state is h11.IDLE:
            return True
        return self.conn.their_state is h11.SEND_BODY and self.conn.our_state in _ANSWERED
