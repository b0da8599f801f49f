"""`costplane prices`: price sheets, and which price a use gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import ListFormat, ListFormatOption, print_json, print_list

if TYPE_CHECKING:
    from costplane.pricing.ports import StoredSheet
    from costplane.pricing.price import PriceRow

commands = typer.Typer(
    help="Price sheets, and which price a use gets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("list")
def list_sheets(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the versions of all price sheets, the oldest first."""
    with opened(data, tables) as workspace:
        sheets = workspace.price_sheets()
    columns = ("version", "name", "kind", "rows", "currency", "imported", "sha256", "file")
    print_list(format_, sheets, columns, _sheet_cells, ("version", "rows"))


def _sheet_cells(sheet: StoredSheet) -> tuple[object, ...]:
    return (
        sheet.version,
        sheet.name,
        sheet.kind,
        sheet.row_count,
        sheet.currency,
        f"{sheet.imported_at:%F %T}",
        sheet.sha256[:12],
        sheet.source_file,
    )


@commands.command("show")
def show_sheet(
    version: Annotated[int, typer.Argument(help="Version, as 'prices list' shows it.")],
    data: DataOption = None,
    tables: TablesOption = None,
    meter: Annotated[
        str, typer.Option(help="Only meters whose name has this text.", show_default=False)
    ] = "",
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """Show the rows of a price sheet."""
    with opened(data, tables) as workspace:
        every = workspace.price_rows(version)
    rows = [row for row in every if meter.lower() in row.meter_name.lower()]
    columns = ("meter", "product", "region", "price", "currency", "unit", "from", "to", "line")
    print_list(format_, rows, columns, _row_cells, ("price", "line"))


def _row_cells(row: PriceRow) -> tuple[object, ...]:
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


@commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of an own price sheet, for editors."""
    from costplane.pricing.importers.own_schema import price_sheet_schema

    print_json(price_sheet_schema())
