"""Where the data lies: `--data`, else COSTPLANE_DATA, else ./costplane-data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
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


@contextmanager
def opened(data: Path | None, tables: str | None) -> Iterator[Workspace]:
    """The workspace of the data folder, closed at the end."""
    from costplane.app.workspace import Workspace

    workspace = Workspace.open(data_folder(data), tables)
    try:
        yield workspace
    finally:
        workspace.close()
