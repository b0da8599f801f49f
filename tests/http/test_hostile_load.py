"""The memory of a server, a process of its own, does not follow what hostile clients send."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.environment.server import RunningServer
from tests.http.sample import definition
from tests.http.test_hostile_input import deep, leaf

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads memory from /proc"
)

VERSION = "api-version=2025-03-01"
COST = "/providers/Microsoft.CostManagement"
QUERY = f"{COST}/query?{VERSION}"
VIEW = f"{COST}/views/b?{VERSION}"
MEGABYTE = 1 << 20

Sent = tuple[str, str, bytes]


def worst() -> list[Sent]:
    """The worst that fits into the limits, and what is beyond them."""
    nested = b"[" * 1_000_000
    members = b'{"dataset":' * 90_000
    long_list = b'{"type":"Usage","x":[' + b"1," * 500_000 + b"1]}"
    refused = [nested, members, long_list, b"{}", b"null", b"\xff\xfe", b"1e999999999", b""]
    refused.append(json.dumps(definition(filter=deep(150))).encode())
    refused.append(json.dumps(definition(filter={"or": [leaf(["a"])] * 5_000})).encode())
    refused.append(json.dumps({"a" * 900_000: 1}).encode())
    answered = [json.dumps(definition(filter=leaf(["x" * 90] * 5_000))).encode()]
    answered.append(json.dumps(definition(filter={"or": [leaf(["a"])] * 90})).encode())
    posts = [QUERY, "/v1/events", "/v1/counts", "/v1/estimates", "/v1/unit-costs", "/v1/session"]
    sent = [("POST", path, body) for body in refused for path in posts]
    sent += [("POST", QUERY, body) for body in answered]
    sent += [("PUT", VIEW, body) for body in refused]
    paths = ("/", "/v1/dimensions?scope=/", f"/subscriptions?{VERSION}", "/v1/explain?event=")
    sent += [("GET", f"{path}{'x' * 8_000}", b"") for path in paths]
    return sent


def chunks(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes * 16):
        yield b" " * 65_536


def memory(server: RunningServer, name: str) -> int:
    """`VmRSS`, what the process has now, or `VmHWM`, the most that it has had, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    return int(status.split(f"{name}:")[1].split()[0]) * 1_024


def assail(server: RunningServer, requests: int, bodies: int, idle: int) -> None:
    """`requests` of the worst, `bodies` of 32 MB without a told length, beside `idle` connections
    that have sent a part of a head or of a body and wait."""
    address = httpx.URL(server.url)
    begun = f"POST {QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
    with ExitStack() as held, httpx.Client(base_url=server.url, timeout=60) as client:
        for number in range(idle):
            slow = socket.create_connection((address.host, address.port), timeout=60)
            held.enter_context(slow).sendall(begun.encode()[: number % len(begun) + 20] + b" " * 9)
        for method, path, body in islice(cycle(worst()), requests):
            check(client.request(method, path, content=body))
        for path in islice(cycle((QUERY, "/v1/events", "/v1/session")), bodies):
            assert client.post(path, content=chunks(32)).status_code == 413


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.request.url, answer.text)
    if answer.status_code >= 400:
        error: dict[str, Any] = answer.json()["error"]
        assert error["code"]
        assert len(answer.content) < 20_000


def test_memory_after_hostile_requests(costplane_server: RunningServer) -> None:
    assail(costplane_server, requests=30, bodies=1, idle=20)
    before = memory(costplane_server, "VmRSS")
    assail(costplane_server, requests=60, bodies=2, idle=200)
    assert memory(costplane_server, "VmRSS") - before < 40 * MEGABYTE
    assert memory(costplane_server, "VmHWM") - before < 100 * MEGABYTE
    assert httpx.post(f"{costplane_server.url}{QUERY}", json=definition()).status_code == 200


@pytest.mark.torture
def test_memory_after_very_many_hostile_requests(costplane_server: RunningServer) -> None:
    """A growth of a kilobyte a request would show."""
    assail(costplane_server, requests=1_000, bodies=4, idle=200)
    before = memory(costplane_server, "VmRSS")
    for _ in range(10):
        assail(costplane_server, requests=1_000, bodies=8, idle=1_000)
    assert memory(costplane_server, "VmRSS") - before < 40 * MEGABYTE
    assert memory(costplane_server, "VmHWM") - before < 200 * MEGABYTE
