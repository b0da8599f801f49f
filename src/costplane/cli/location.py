"""Where the data lies: `--data`, else COSTPLANE_DATA, else ./costplane-data; the control plane in
it, else at COSTPLANE_CONTROL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.output import warn

if TYPE_CHECKING:
    from costplane.app.leasing import OnWait
    from costplane.app.workspace import Workspace

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Data folder; else COSTPLANE_DATA, else ./costplane-data.",
        file_okay=False,
        show_default=False,
    ),
]
TablesOption = Annotated[
    str | None,
    typer.Option(
        "--tables",
        help="Folder or object-store address of the tables; else 'tables' in the data folder.",
        show_default=False,
    ),
]


def data_folder(data: Path | None) -> Path:
    """The data folder that the options and the environment name."""
    return data or Path(os.environ.get("COSTPLANE_DATA") or "costplane-data")


def tell_wait(name: str, holder: str) -> None:
    """Says on standard error whom a command waits for."""
    warn(f"waiting for the {name}'s lease, which {holder} holds")


@contextmanager
def opened(
    data: Path | None, tables: str | None, on_wait: OnWait = tell_wait
) -> Iterator[Workspace]:
    """The workspace of the data folder, closed at the end.

    The control plane's address is no option, since it may hold a password.
    """
    from costplane.app.workspace import Workspace

    control = os.environ.get("COSTPLANE_CONTROL") or None
    workspace = Workspace.open(data_folder(data), tables, control=control, on_wait=on_wait)
    try:
        yield workspace
    finally:
        workspace.close()
