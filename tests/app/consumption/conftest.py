"""One world for all tests of the folder: none of them changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.consumption.billed_world import World, opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = opened(tmp_path_factory.mktemp("billed"))
    yield found
    found.workspace.close()
