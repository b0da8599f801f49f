"""Commands run in the test process, on a folder of their own or on the sample's."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from costplane.cli import main
from tests.http.sample import write_events, write_prices


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str
    raw: bytes


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `costplane` with arguments, its data in the test's folder."""
    return lambda *arguments, stdin=b"": run_command(tmp_path / "data", arguments, stdin)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample."""
    folder = tmp_path_factory.mktemp("filled")
    data = folder / "data"
    assert run_command(data, ("prices", "import", str(write_prices(folder)))).status == 0
    assert run_command(data, ("ingest", str(write_events(folder)))).status == 0
    return data


@pytest.fixture
def ask(filled: Path) -> Run:
    """Run `costplane` on the sample."""
    return lambda *arguments: run_command(filled, arguments)


def run_command(data: Path, arguments: tuple[str, ...], stdin: bytes = b"") -> Ended:
    """Run one command as its script does."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["costplane", *arguments])
        patch.setattr(sys, "stdin", given)
        patch.setenv("COSTPLANE_DATA", str(data))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = _status()
    out.flush()
    raw = out.buffer.getvalue()
    return Ended(status, raw.decode(errors="replace"), err.getvalue(), raw)


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
