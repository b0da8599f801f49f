"""`costplane prices import` and `update`: take a price list from a file or from Azure's API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_facts, print_json
from costplane.cli.price_changes import preview_data, print_changes

if TYPE_CHECKING:
    from costplane.app.prices import PriceImport, PricePreview
    from costplane.app.workspace import Workspace
    from costplane.pricing.importers import SheetReading

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only show what would change; store nothing.")
]


def import_prices(
    file: Annotated[Path, typer.Argument(help="Price sheet.", exists=True, dir_okay=False)],
    data: DataOption = None,
    tables: TablesOption = None,
    name: Annotated[str | None, typer.Option(help="Name of the sheet.", show_default=False)] = None,
    scope: Annotated[
        str | None,
        typer.Option(help="Who pays the prices of a customer's sheet.", show_default=False),
    ] = None,
    valid_from: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Start of rows that tell none.", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Import a price sheet; --valid-from fills rows that tell no date."""
    from costplane.pricing.importers import read_price_sheet

    start = valid_from.replace(tzinfo=UTC) if valid_from else None
    with opened(data, tables) as workspace:
        reading = read_price_sheet(
            file, name=name, scope=scope, valid_from=start, imported_at=workspace.now()
        )
        _take(workspace, reading, dry_run, format_)


def update_prices(
    data: DataOption = None,
    tables: TablesOption = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Address of the API or of a copy; else COSTPLANE_PRICES_URL, else Microsoft's.",
            envvar="COSTPLANE_PRICES_URL",
            show_envvar=False,
            show_default=False,
        ),
    ] = None,
    currency: Annotated[str, typer.Option(help="Currency of the list.")] = "USD",
    service_name: Annotated[
        list[str] | None,
        typer.Option(help="Azure service; may be repeated. Else its AI models'."),
    ] = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Fetch Azure's public list prices of today; one damaged page, and nothing is taken."""
    from costplane.pricing.importers.retail_api import (
        DEFAULT_ADDRESS,
        SERVICE_NAMES,
        RetailPrices,
    )

    api = RetailPrices(url or DEFAULT_ADDRESS, currency, service_name or SERVICE_NAMES)
    with opened(data, tables) as workspace:
        _take(workspace, api.read(workspace.now()), dry_run, format_)


def _take(workspace: Workspace, reading: SheetReading, dry_run: bool, format_: Format) -> None:
    if dry_run:
        _print_preview(workspace.prices.preview(reading), format_)
    else:
        _print_import(_added(workspace, reading), format_)


def _added(workspace: Workspace, reading: SheetReading) -> PriceImport:
    with workspace.accounts.together():
        done = workspace.prices.add(reading)
        if not done.already_known:
            sheet = done.sheet
            told = (
                f"{sheet.name} version {sheet.version}: {sheet.source_file}, {sheet.row_count} rows"
            )
            workspace.accounts.record(actor(), "PricesImported", told)
    return done


def _print_import(done: PriceImport, format_: Format) -> None:
    print_facts(
        format_,
        done,
        [
            ("sheet", done.sheet.name),
            ("version", done.sheet.version),
            ("state", "already known" if done.already_known else "imported"),
            ("scope", done.sheet.scope or "everywhere"),
            ("time", f"{done.sheet.imported_at:%F %T}"),
            ("sha256", done.sheet.sha256),
            ("rows", done.sheet.row_count),
            ("meters placed", done.placed),
            ("meters not placed", done.unplaced),
            ("repeated rows", done.repeated),
            ("rows of other services", done.other_services),
        ],
    )


def _print_preview(preview: PricePreview, format_: Format) -> None:
    if format_ is Format.JSON:
        print_json(preview_data(preview))
        return
    print_changes(preview)
