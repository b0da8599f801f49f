"""A price list's server on this machine: what Azure's public API does, and how it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its status, what it says, and headers."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PriceApi:
    """The server's answers in turn, and the paths that it was asked."""

    replies: list[Reply]
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def questions(self) -> list[dict[str, list[str]]]:
        """The parameters of each question."""
        return [parse_qs(urlsplit(path).query) for path in self.asked]


def page(rows: list[dict[str, object]], *, skip: int | None = None, **facts: object) -> Reply:
    """An answer page; `skip` is where the next one begins, at Microsoft's own address."""
    link = f"https://prices.azure.com:443/api/retail/prices?$skip={skip}" if skip else None
    told = {"BillingCurrency": "USD", "Items": rows, "NextPageLink": link, "Count": len(rows)}
    return Reply(json.dumps(told | facts).encode())


@contextmanager
def serving(*replies: Reply) -> Iterator[PriceApi]:
    """Serve the replies in turn, on a free port of 127.0.0.1."""
    api = PriceApi(list(replies))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    api.address = f"http://127.0.0.1:{server.server_port}/api/retail/prices"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(api: PriceApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = api.replies[min(len(api.asked), len(api.replies) - 1)]
            api.asked.append(self.path)
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
