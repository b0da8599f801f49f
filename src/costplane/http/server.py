"""The running server: a socket, TLS if asked, and an orderly end."""

from __future__ import annotations

import logging
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from costplane.errors import InvalidInput, Unavailable
from costplane.http.connection import Connection

SECONDS_TO_FINISH = 10
"""What running calls get when the server is told to stop."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket, and whether TLS is spoken on it."""

    socket: socket.socket
    host: str
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """The address that a browser takes."""
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.socket.getsockname()[1]}"


def listen(
    host: str, port: int, *, certificate: Path | None = None, key: Path | None = None
) -> Listener:
    """Bind `port` of `host`; 0 takes a free one. Raises Unavailable if it is taken."""
    if (certificate is None) != (key is None):
        raise InvalidInput("--tls-cert and --tls-key belong together", target="--tls-key")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as fault:
        raise Unavailable(
            f"Port {port} of {host} cannot be bound ({fault.strerror}); choose another with --port",
            target="--port",
        ) from None
    return Listener(bound, host, certificate, key)


def configuration(app: FastAPI, listener: Listener) -> uvicorn.Config:
    """How `app` is served on `listener`."""
    return uvicorn.Config(
        app,
        http=Connection,
        log_level="warning",
        server_header=False,
        ssl_certfile=listener.certificate,
        ssl_keyfile=listener.key,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def serve(app: FastAPI, listener: Listener) -> None:
    """Serve `app` until SIGINT or SIGTERM; calls that run may finish."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Uvicorn repeats the signal after its own end; as an exception the caller can clean up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configuration(app, listener)).run(sockets=[listener.socket])
