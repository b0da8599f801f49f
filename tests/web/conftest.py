"""The product serving the sample, and a browser in front of it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.environment.server import costplane, running_server
from tests.web.reading import Screen
from tests.web.sample import write_events, write_prices


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds the sample."""
    folder = tmp_path_factory.mktemp("site")
    environment = {**os.environ, "COSTPLANE_DATA": str(folder / "data")}

    def run(*arguments: str | Path) -> None:
        line = [costplane(), *map(str, arguments)]
        subprocess.run(line, env=environment, check=True, capture_output=True, timeout=60)

    run("prices", "import", write_prices(folder))
    run("ingest", write_events(folder))
    with running_server(folder, "serve") as server:
        yield server.url


@pytest.fixture
def screen(site: str, page: Page) -> Iterator[Screen]:
    """The page before anything is opened; what it logs as an error fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield Screen(page, site)
    assert faults == []
