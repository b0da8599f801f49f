"""A data folder is opened with its own control plane and tables alone, whoever opens it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from costplane.app.workspace import Workspace
from costplane.errors import InvalidInput
from costplane.store.database import parse_address
from tests.cli.conftest import run_command


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.requires("postgres"))]
)
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Where two databases are, neither of them the one that is made without an address."""
    files = [str(tmp_path / f"{name}.sqlite") for name in "ab"]
    if request.param == "sqlite":
        return files
    return [request.getfixturevalue("postgres_url"), files[0]]


def files(data: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_another_control_plane_is_refused_and_nothing_is_written(
    tmp_path: Path, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, (own, other) = tmp_path / "data", addresses
    Workspace.open(data, control=own).close()
    kept = files(data)
    with pytest.raises(InvalidInput, match="belongs to the control plane") as told:
        Workspace.open(data, control=other)
    assert told.value.target == "COSTPLANE_CONTROL"
    engine = create_engine(parse_address(other))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    monkeypatch.delenv("COSTPLANE_CONTROL", raising=False)
    command = run_command(data, ("settings", "set", "retention_days", "9"))
    assert command.status == 2
    assert "COSTPLANE_CONTROL" in command.err
    assert files(data) == kept
    Workspace.open(data, control=own).close()


def test_an_own_control_plane_that_was_replaced_is_refused(tmp_path: Path) -> None:
    for name in "ab":
        Workspace.open(tmp_path / name).close()
    (tmp_path / "a" / "control.sqlite").rename(tmp_path / "b" / "control.sqlite")
    with pytest.raises(InvalidInput, match="is another than"):
        Workspace.open(tmp_path / "b")
    with pytest.raises(InvalidInput, match=r"there is no .*control\.sqlite"):
        Workspace.open(tmp_path / "a")


def test_of_two_that_open_a_new_folder_at_once_one_is_refused(
    tmp_path: Path, addresses: list[str]
) -> None:
    def opened(address: str) -> bool:
        try:
            Workspace.open(tmp_path / "data", control=address).close()
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(opened, addresses)) == [False, True]


def test_other_tables_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    """Also those that would be made since the option was forgotten."""
    data, own, other = tmp_path / "data", str(tmp_path / "own"), str(tmp_path / "other")
    Workspace.open(data, own).close()
    Workspace.open(tmp_path / "another", other).close()
    kept = files(tmp_path)
    for wrong, why in ((None, "none are at"), (other, "others are at")):
        with pytest.raises(InvalidInput, match=why) as told:
            Workspace.open(data, wrong)
        assert told.value.target == "tables"
    command = run_command(data, ("settings", "set", "retention_days", "9"))
    assert command.status == 2
    assert "--tables" in command.err
    assert files(tmp_path) == kept
    moved = tmp_path / "moved"
    (tmp_path / "own").rename(moved)
    Workspace.open(data, str(moved)).close()
