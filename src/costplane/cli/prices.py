"""`costplane prices`: price sheets, and which price a use gets."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, print_json, print_table

if TYPE_CHECKING:
    from costplane.pricing.price import PriceRow

commands = typer.Typer(
    help="Price sheets, and which price a use gets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]


@commands.command("list")
def list_sheets(
    data: DataOption = None, tables: TablesOption = None, format_: FormatOption = Format.TABLE
) -> None:
    """List the versions of all price sheets, the oldest first."""
    with opened(data, tables) as workspace:
        sheets = workspace.price_sheets()
    if format_ is Format.JSON:
        print_json([asdict(sheet) for sheet in sheets])
        return
    columns = ("version", "name", "kind", "rows", "currency", "imported", "sha256", "file")
    rows = [
        (
            s.version,
            s.name,
            s.kind,
            s.row_count,
            s.currency,
            f"{s.imported_at:%F %T}",
            s.sha256[:12],
            s.source_file,
        )
        for s in sheets
    ]
    print_table(columns, rows, ("version", "rows"))


@commands.command("show")
def show_sheet(
    version: Annotated[int, typer.Argument(help="Version, as 'prices list' shows it.")],
    data: DataOption = None,
    tables: TablesOption = None,
    meter: Annotated[
        str, typer.Option(help="Only meters whose name has this text.", show_default=False)
    ] = "",
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the rows of a price sheet."""
    with opened(data, tables) as workspace:
        every = workspace.price_rows(version)
    rows = [row for row in every if meter.lower() in row.meter_name.lower()]
    if format_ is Format.JSON:
        print_json([asdict(row) for row in rows])
        return
    columns = ("meter", "product", "region", "price", "currency", "unit", "from", "to", "line")
    print_table(columns, [_cells(row) for row in rows], ("price", "line"))


def _cells(row: PriceRow) -> tuple[object, ...]:
    return (
        row.meter_name,
        row.product,
        row.region or "everywhere",
        row.price,
        row.denomination,
        row.priced,
        row.valid_from.date(),
        row.valid_to.date() if row.valid_to else None,
        row.source_line,
    )
