"""`costplane keys`: the keys with which secrets are sealed."""

from __future__ import annotations

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened

commands = typer.Typer(
    help="The keys with which secrets are sealed.", no_args_is_help=True, rich_markup_mode=None
)


@commands.callback()
def group() -> None:
    """Keep the command's name where there is only one."""


@commands.command("rotate")
def rotate(data: DataOption = None, tables: TablesOption = None) -> None:
    """Seal all secrets anew: with a new key, or with the first of COSTPLANE_SEALING_KEYS."""
    with opened(data, tables) as workspace:
        count = workspace.rotate_keys(actor())
    print(f"Sealed anew: {count} secrets.")
