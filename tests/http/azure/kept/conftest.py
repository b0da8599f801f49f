"""Servers of empty installations: one for a module, one for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.azure.kept.kept_client import Server, serving


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that do not mind what others of their module have kept."""
    with serving(tmp_path_factory.mktemp("kept")) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """For one test."""
    with serving(tmp_path) as server:
        yield server
