"""The product serving the sample, and a browser in front of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.cli.conftest import run_command
from tests.environment.server import running_server
from tests.web.reading import Screen
from tests.web.sample import write_events, write_prices


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds the sample."""
    folder = tmp_path_factory.mktemp("site")
    for command in (("prices", "import", write_prices(folder)), ("ingest", write_events(folder))):
        ended = run_command(folder / "data", tuple(map(str, command)))
        assert ended.status == 0, ended.err
    with running_server(folder, "serve") as server:
        yield server.url


@pytest.fixture
def screen(site: str, page: Page) -> Iterator[Screen]:
    """The page before anything is opened; what it logs as an error fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield Screen(page, site)
    assert faults == []
