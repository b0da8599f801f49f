"""The product running as its users run it: a process of its own on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

PATIENCE = 60.0
"""Seconds until a server must be ready."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A `costplane serve` that is ready."""

    url: str
    data: Path
    pid: int


ServerStarter = Callable[..., RunningServer]


@pytest.fixture(scope="module")
def costplane_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server for the tests of one module, without authentication, on an empty data folder."""
    with running_server(tmp_path_factory.mktemp("server"), "serve") as server:
        yield server


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[ServerStarter]:
    """Start servers as a test likes: `start_server("--self-signed", folder=...)`.

    They end with the test. Without `folder` they share one, new for the test.
    """
    with ExitStack() as servers:

        def start(*arguments: str, folder: Path = tmp_path) -> RunningServer:
            return servers.enter_context(running_server(folder, "serve", *arguments))

        yield start


@contextmanager
def running_server(
    folder: Path, command: str, *arguments: str, no_auth: bool = True
) -> Iterator[RunningServer]:
    """Run `costplane serve` or `costplane demo` on `folder`/data until the block ends.

    Its log is `folder`/log. With `no_auth` false a server asks its callers who they are.
    """
    port, data, log = free_port(), folder / "data", folder / "log"
    if command == "serve" and no_auth:
        arguments = ("--no-auth", *(given for given in arguments if given != "--no-auth"))
    line = [costplane(), command, "--port", str(port), *arguments]
    environment = {**os.environ, "COSTPLANE_DATA": str(data)}
    with log.open("ab") as sink:
        server = subprocess.Popen(
            line, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, server, log)
            yield RunningServer(url, data, server.pid)
        finally:
            stop(server)


def costplane() -> str:
    """The command of the installation that runs the tests."""
    return str(Path(sys.executable).with_name("costplane"))


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for `/readyz`; a server that ended, or is not ready in time, fails with its log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    state = "is not ready" if server.poll() is None else f"ended with {server.returncode}"
    pytest.fail(f"The server {state}:\n{log.read_text(errors='replace')}", pytrace=False)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server politely, then at once."""
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
