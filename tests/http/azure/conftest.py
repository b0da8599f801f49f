"""A server of the sample with further usage, for what users complain of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from tests.http.azure.further_usage import CLAUDE, usage
from tests.http.azure.kept.kept_client import Server, serving_workspace
from tests.http.sample import NOW


@pytest.fixture(scope="session")
def further(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of all of it, sent over HTTP; the caller is Owner unless a test says otherwise."""
    folder = tmp_path_factory.mktemp("further")
    workspace = Workspace.open(shutil.copytree(sample_data, folder / "data"), now=lambda: NOW)
    (folder / "claude.yaml").write_text(CLAUDE)
    workspace.import_prices(folder / "claude.yaml")
    with serving_workspace(workspace) as server:
        sent = list(usage())
        told = server.client.post("/v1/events", json=sent).json()
        assert (told["accepted"], told["rejected"]) == (len(sent), [])
        yield server
    workspace.close()
