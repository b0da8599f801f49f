"""`costplane audit`: who changed what, and who signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import ListFormat, ListFormatOption, print_list

if TYPE_CHECKING:
    from costplane.access.audit import AuditEntry

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
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List changes (tokens, roles, settings, prices, agreements, ...) and sign-ins."""
    with opened(data, tables) as workspace:
        start = since.replace(tzinfo=UTC) if since else None
        found = workspace.accounts.store.audit(limit, start)
    columns = ("time", "actor", "action", "target", "client")
    print_list(format_, found, columns, _cells)


def _cells(entry: AuditEntry) -> tuple[object, ...]:
    return f"{entry.time:%F %T}Z", entry.actor, entry.action, entry.target, entry.client
