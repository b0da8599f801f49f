"""`costplane reservations`: reservations of provisioned throughput."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, ListFormat, ListFormatOption, print_list
from costplane.cli.resources import content_of, name, report
from costplane.errors import InvalidInput, UnreadableFile

if TYPE_CHECKING:
    from costplane.catalog.azure_lists import AzureList
    from costplane.catalog.reservations import Reservation

commands = typer.Typer(
    help="Reservations of provisioned throughput.", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("import")
def import_reservations(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="JSON of 'az reservations reservation list' or 'reservation-order list', or a "
            "YAML file of your own; - is standard input."
        ),
    ],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Take reservations; one that is known is replaced, and its hours are settled anew."""
    lists: list[tuple[str, AzureList]] = []
    written: list[Reservation] = []
    for file in files:
        content = content_of(file)
        if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
            lists.append((name(file), _listed(name(file), content)))
        else:
            written += _written(name(file), content)
    with opened(data, tables) as workspace:
        done = workspace.import_resources(
            [listed for _, listed in lists], reservations=written, who=actor()
        )
    report(done, lists, format_)


def _listed(file: str, content: bytes) -> AzureList:
    from costplane.catalog.azure_lists import read_azure_list

    try:
        return read_azure_list(content)
    except UnreadableFile as error:
        raise UnreadableFile(f"{file}: {error.message}") from None


def _written(file: str, content: bytes) -> list[Reservation]:
    from costplane.catalog.reservation_sheet import read_reservation_sheet

    try:
        return read_reservation_sheet(content)
    except InvalidInput as error:
        raise UnreadableFile(f"{file}: {error.message}", target=error.target) from None


@commands.command("list")
def list_reservations(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the reservations, by start."""
    with opened(data, tables) as workspace:
        found = workspace.catalog.reservations()
    columns = ("reservation", "name", "scope", "region", "units", "term", "plan", "applied to")
    print_list(format_, found, (*columns, "from", "to"), _cells, ("units",))


def _cells(one: Reservation) -> tuple[object, ...]:
    return (
        one.id,
        one.name,
        one.deployment_scope,
        one.region,
        one.units,
        one.term,
        one.billing_plan,
        one.applied_scope or "shared",
        f"{one.valid_from:%F %T}",
        f"{one.valid_to:%F %T}",
    )
