"""A server of the sample installation, in a thread of the test process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner, Authenticator
from costplane.http.server import Listener, configuration, listen
from costplane.http.throttle import NO_LIMITS, Limits
from costplane.http.tls import self_signed
from costplane.metering.formats import open_events
from tests.http.sample import NOW, write_events, write_prices


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample, to be copied: to take it in costs more than most tests."""
    folder = tmp_path_factory.mktemp("sample")
    opened = Workspace.open(folder / "data", now=lambda: NOW)
    opened.import_prices(write_prices(folder))
    opened.ingest(open_events(write_events(folder), "auto", None))
    opened.close()
    return folder / "data"


@pytest.fixture(scope="session")
def workspace(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    data = shutil.copytree(sample_data, tmp_path_factory.mktemp("shared") / "data")
    opened = Workspace.open(data, now=lambda: NOW)
    yield opened
    opened.close()


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sample(sample_data: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """The sample in a folder of the test's own."""
    opened = Workspace.open(shutil.copytree(sample_data, tmp_path / "data"), now=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built page of two files."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Costplane</title>")
    (folder / "assets" / "main-0a1b2c3d.js").write_text("export const page = 1;\n" * 200)
    return folder


@pytest.fixture(scope="session")
def url(workspace: Workspace, page: Path) -> Iterator[str]:
    """The address of the sample's server."""
    with running(workspace, page, listen("127.0.0.1", 0)) as address:
        yield address


@pytest.fixture(scope="session")
def secure(
    workspace: Workspace, page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The address of a server with TLS, and the authority to trust."""
    made = self_signed(tmp_path_factory.mktemp("tls"), NOW)
    listener = listen("127.0.0.1", 0, certificate=made.certificate, key=made.key)
    with running(workspace, page, listener) as address:
        yield address, made.authority


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A caller of the sample's server."""
    with httpx.Client(base_url=url, timeout=30) as caller:
        yield caller


@contextmanager
def running(
    workspace: Workspace,
    page: Path,
    listener: Listener,
    authentication: Authenticator | None = None,
    limits: Limits = NO_LIMITS,
) -> Iterator[str]:
    """Serve until the block ends."""
    known = authentication or AnonymousOwner()
    app = create_app(workspace, authentication=known, page=page, limits=limits)
    server = uvicorn.Server(configuration(app, listener))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener.socket]})
    thread.start()
    try:
        yield listener.url
    finally:
        server.should_exit = True
        thread.join()
