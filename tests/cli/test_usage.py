"""Wrong usage ends with 2, failed work with 1, and no expected error shows a traceback."""

from __future__ import annotations

import pytest

from costplane import __version__
from costplane.cli import query
from costplane.cli.ending import status_of
from costplane.errors import CostplaneError, DamagedData, InvalidQuery, NotFound, UnreadableFile
from tests.cli.conftest import Run


def test_version(run: Run) -> None:
    assert run("--version").out == f"costplane {__version__}\n"


def test_help_names_every_command(run: Run) -> None:
    told = run("--help").out
    for command in ("serve", "demo", "ingest", "prices", "query"):
        assert f"\n  {command} " in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("query",),
        ("query", "--scope", "/", "--format", "xml"),
        ("query", "--scope", "nowhere"),
        ("ingest", "no-such-file.jsonl"),
        ("serve",),
        ("serve", "--no-auth", "--host", "0.0.0.0"),
        ("demo", "--host", "10.0.0.1"),
        ("serve", "--no-auth", "--self-signed", "--tls-cert", __file__),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidQuery("x"), 2),
        (NotFound("x"), 2),
        (UnreadableFile("x"), 1),
        (DamagedData("x"), 1),
    ],
)
def test_status_of_an_error(error: CostplaneError, status: int) -> None:
    assert status_of(error) == status


def test_an_interrupt_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(query, "query_body", interrupt)
    ended = run("query", "--scope", "/")
    assert ended.status not in (0, 3)
    assert "Traceback" not in ended.err
