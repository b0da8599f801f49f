"""`costplane quarantine`: events that are held back, since their time cannot count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import ListFormat, ListFormatOption, print_list

if TYPE_CHECKING:
    from costplane.core.quarantine import QuarantinedEvent

commands = typer.Typer(
    help="Events that are held back, and why.", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("list")
def list_quarantine(
    limit: Annotated[int, typer.Option(help="Events, the newest first.", min=1)] = 100,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the events that are held back; json has each as it can be corrected and sent anew."""
    with opened(data, tables) as workspace:
        found = workspace.quarantine.list(limit)
    print_list(format_, found, ("received", "source", "id", "reason", "because"), _cells)


def _cells(event: QuarantinedEvent) -> tuple[object, ...]:
    return f"{event.received_at:%F %T}", event.source, event.id, event.code, event.message
