"""Clients that are slow, silent or deaf: each is waited for only so long, and holds nobody up."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from costplane.app.workspace import Workspace
from costplane.http import bodies
from costplane.http.connection import Connection
from costplane.http.server import listen
from tests.http.conftest import running
from tests.http.sample import SCOPE, definition

QUERY = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
PATIENCE = 0.8
BIG = 16 << 20
"""Bytes of an answer that no buffers of a connection hold."""

POST = f"POST {QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n".encode()
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
REFUSED = f"POST {QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n".encode()


@pytest.fixture(scope="module")
def impatient(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """A server that waits for hardly anything, and has a big file."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "assets" / "big-0a1b2c3d.js").write_bytes(b"x" * BIG)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as ends:
        patch.setattr(Connection, "patience", PATIENCE)
        patch.setattr(Connection, "most", 150)
        patch.setattr(bodies, "PATIENCE", PATIENCE)
        listener = listen("127.0.0.1", 0)
        ends.enter_context(running(workspace, folder, listener))
        yield "127.0.0.1", listener.socket.getsockname()[1]


def connected(server: tuple[str, int]) -> socket.socket:
    return socket.create_connection(server, timeout=20)


def all_told(connection: socket.socket) -> bytes:
    """What the server says until it hangs up."""
    told = b""
    try:
        while part := connection.recv(1 << 20):
            told += part
    except ConnectionResetError:
        pass
    return told


def dripping(connections: list[socket.socket], drops: list[bytes]) -> None:
    """Send a drop on each every tenth of a second, until the server has hung up on all."""
    deadline, left = time.monotonic() + 60, list(zip(connections, drops, strict=True))
    while left:
        assert time.monotonic() < deadline
        left = [(one, drop) for one, drop in left if is_open(one, drop)]
        time.sleep(0.1)


def is_open(connection: socket.socket, drop: bytes) -> bool:
    connection.setblocking(False)
    try:
        connection.sendall(drop)
        return connection.recv(65_536) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_no_answer_waits_for_a_receipt(
    impatient: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its body follows its head at once; otherwise every answer takes forty milliseconds."""
    made, at_once = Connection.connection_made, []

    def watched(self: Connection, transport: asyncio.Transport) -> None:
        made(self, transport)
        told = transport.get_extra_info("socket")
        at_once.append(told.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(Connection, "connection_made", watched)
    with connected(impatient) as connection:
        connection.sendall(GET)
        assert connection.recv(65_536)
    assert len(at_once) == 1
    assert at_once[0]


def test_who_only_drips_is_hung_up_on(impatient: tuple[str, int]) -> None:
    """Who says nothing, who never ends a head, or a second one, or a body that was refused."""
    begun = {b"": b"", b"GET / HTTP/1.1\r\n": b"X-A: b\r\n", GET + b"GET /": b"X", REFUSED: b" "}
    with ExitStack() as held:
        connections = [held.enter_context(connected(impatient)) for _ in begun]
        for connection, before in zip(connections, begun, strict=True):
            connection.sendall(before)
        dripping(connections, list(begun.values()))


def test_a_body_that_drips_is_refused(impatient: tuple[str, int]) -> None:
    """Wherever it goes; then the connection ends, too."""
    paths = [QUERY, "/v1/events", "/v1/counts", "/v1/estimates", "/v1/session"]
    with ExitStack() as held:
        connections = [held.enter_context(connected(impatient)) for _ in paths]
        for connection, path in zip(connections, paths, strict=True):
            connection.sendall(POST.replace(QUERY.encode(), path.encode()) + b"{")
        for connection in connections:
            head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
            body = body or connection.recv(65_536)
            assert head.startswith(b"HTTP/1.1 408 "), head
            error = json.loads(body)["error"]
            assert (error["code"], error["target"]) == ("RequestTimeout", "body")
        dripping(connections, [b" "] * len(paths))


def test_many_who_drip_hold_nobody_up(impatient: tuple[str, int]) -> None:
    """More than there are threads, and one who is served meanwhile."""
    with ExitStack() as held:
        for _ in range(100):
            held.enter_context(connected(impatient)).sendall(POST + b"{")
        began = time.monotonic()
        answer = httpx.post(
            f"http://127.0.0.1:{impatient[1]}{QUERY}", json=definition(), timeout=30
        )
        assert answer.status_code == 200
        assert time.monotonic() - began < 20


def test_a_bad_line_gets_its_body_through(
    impatient: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer than the patience, but it moves."""
    monkeypatch.setattr(bodies, "SLOWEST", 100)
    body = json.dumps(definition()).ljust(900).encode()
    with connected(impatient) as connection:
        connection.sendall(POST)
        for start in range(0, 900, 100):
            connection.sendall(body[start : start + 100])
            time.sleep(PATIENCE / 6)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_who_does_not_read_is_hung_up_on(impatient: tuple[str, int]) -> None:
    """And who reads slowly gets everything."""
    asked = b"GET /assets/big-0a1b2c3d.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with connected(impatient) as deaf, connected(impatient) as slow:
        deaf.sendall(asked)
        slow.sendall(asked)
        got, moved = 0, 1
        while moved:
            moved = len(slow.recv(1 << 20))
            got += moved
            time.sleep(PATIENCE / 6)
        assert got > BIG
        assert len(all_told(deaf)) < BIG


def test_no_more_connections_than_there_may_be(impatient: tuple[str, int]) -> None:
    """The ones that are there are served, and soon there is room again."""
    with ExitStack() as held:
        first = held.enter_context(connected(impatient))
        first.sendall(GET)
        assert first.recv(65_536)
        more = [held.enter_context(connected(impatient)) for _ in range(200)]
        assert all_told(more[-1]) == b""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connected(impatient) as again:
            again.sendall(GET)
            if all_told(again):
                return
    raise AssertionError("no room")


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 2_000_000,
        b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200_000,
    ],
)
def test_what_is_no_http(impatient: tuple[str, int], sent: bytes) -> None:
    with connected(impatient) as connection:
        try:
            connection.sendall(sent)
        except OSError:
            return  # hung up before all of it was sent
        told = all_told(connection)
    head, _, body = told.partition(b"\r\n\r\n")
    assert not told or head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), told
    assert not told or json.loads(body)["error"]["code"] == "BadRequest"


def test_a_chunk_that_is_none_in_the_midst_of_a_body(impatient: tuple[str, int]) -> None:
    head = POST.replace(b"Content-Length: 900", b"Transfer-Encoding: chunked")
    with connected(impatient) as connection:
        connection.sendall(head + b"2\r\n{}\r\n")
        time.sleep(0.1)
        connection.sendall(b"zz\r\n")
        assert all_told(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", ["/v1/session", "/v1/tokens?scope=/", "/v1/counts", QUERY])
def test_a_body_without_an_end(impatient: tuple[str, int], path: str) -> None:
    """It is refused before it is whole, whether its length is told or not."""

    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b" " * 65_536

    url = f"http://127.0.0.1:{impatient[1]}{path}"
    told: Any = httpx.post(url, content=b" " * (17 << 20))
    assert (told.status_code, told.json()["error"]["code"]) == (413, "PayloadTooLarge")
    began = time.monotonic()
    try:
        answer = httpx.post(url, content=endless())
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # hung up on before all of it was sent
    assert time.monotonic() - began < 15
