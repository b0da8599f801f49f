"""`costplane audit`: who changed what, and who signed in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, print_json, print_table
from costplane.cli.prices import FormatOption

commands = typer.Typer(
    help="Who changed what, and who signed in.", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("list")
def list_entries(
    limit: Annotated[int, typer.Option(help="Entries, the newest first.", min=1)] = 100,
    since: Annotated[
        datetime | None,
        typer.Option(help="From this UTC time on.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List changes of tokens, roles and issuers, and sign-ins."""
    with opened(data, tables) as workspace:
        start = since.replace(tzinfo=UTC) if since else None
        found = workspace.accounts.store.audit(limit, start)
    if format_ is Format.JSON:
        print_json([asdict(entry) for entry in found])
        return
    columns = ("time", "actor", "action", "target", "client")
    rows = [(f"{e.time:%F %T}Z", e.actor, e.action, e.target, e.client) for e in found]
    print_table(columns, rows)
