"""A server to be measured, a client that asks it, and the times of its answers."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

_KEPT_SECONDS = 2
"""For how long a connection is trusted to be open still."""

_COMMAND = "from costplane.cli import main; main()"


@dataclass(slots=True)
class Times:
    """Milliseconds of a question by way."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def add(self, way: str, seconds: float) -> None:
        """One more run."""
        self.of.setdefault(way, []).append(seconds * 1000)

    def median(self, way: str) -> float:
        """The middle one."""
        return statistics.median(self.of[way])

    def most(self, way: str) -> float:
        """What 95 of a hundred runs do not exceed."""
        found = sorted(self.of[way])
        return found[min(len(found) - 1, round(len(found) * 0.95))]


@contextmanager
def served(data: Path, *options: str) -> Iterator[int]:
    """`costplane serve` on a free port, ready and settled."""
    command = [sys.executable, "-c", _COMMAND, "serve", *options, "--port", "0"]
    process = subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        yield port
    finally:
        process.terminate()
        process.wait()


@dataclass(slots=True)
class Caller:
    """A client that keeps its connection."""

    port: int
    token: str | None = None
    connection: http.client.HTTPConnection = field(init=False)
    last: float = 0.0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def empty(self) -> float:
        """Seconds of a request that asks for nothing."""
        return self.asked("GET", "/healthz", None)[0]

    def asked(self, method: str, path: str, body: str | None) -> tuple[float, Any]:
        """Seconds until the answer was read to its end, and the answer."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if time.perf_counter() - self.last > _KEPT_SECONDS:
            self.connection.close()
            self.connection.connect()
        start = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        self.last = time.perf_counter()
        seconds = self.last - start
        if response.status != http.HTTPStatus.OK:
            raise SystemExit(f"{path} answers {response.status}: {text.decode()[:400]}")
        return seconds, json.loads(text, parse_float=Decimal, parse_int=Decimal)
