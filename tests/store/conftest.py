"""The control plane on each database: one contract for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from costplane.store.control_plane import ControlPlane


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.requires("postgres"))]
)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return str(tmp_path / "control.sqlite")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def control(address: str) -> Iterator[ControlPlane]:
    """An empty control plane."""
    opened = ControlPlane.open(address)
    yield opened
    opened.close()
