"""`costplane persons`: what is kept of persons."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.ending import complain
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_facts
from costplane.errors import InvalidInput

commands = typer.Typer(help="What is kept of persons.", no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def group() -> None:
    """Keep the command's name where there is only one."""


@commands.command("erase")
def erase(
    user: Annotated[
        str, typer.Argument(help="The user as events name it; - reads it from standard input.")
    ],
    sessions: Annotated[
        bool, typer.Option("--sessions", help="Erase the user's sessions, too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Erase a user from wherever its name is kept, for good; amounts stay as they are.

    Repeat it after a stop: it goes on where it was. A second time changes nothing.
    """
    name = _read() if user == "-" else user
    if not yes:
        typer.confirm("Erase this user for good?", abort=True, err=True)
    with opened(data, tables) as workspace:
        done = workspace.erase_person(name, actor(), sessions=sessions)
    print_facts(
        format_,
        done,
        [
            ("events", f"{done.events:,}"),
            ("other texts", f"{done.texts:,}"),
            ("sessions", f"{done.sessions:,}"),
        ],
    )
    for place, count in done.elsewhere.items():
        complain(f"note: {place} has the name in {count:,} rows, as it was sent; it stays there")


def _read() -> str:
    """The name as the first line of standard input, so that it is in no list of commands."""
    name = sys.stdin.readline().rstrip("\r\n")
    if not name:
        raise InvalidInput("standard input names nobody", target="user")
    return name
