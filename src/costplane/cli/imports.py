"""`costplane import`: providers' bills from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.progress import rows_progress

if TYPE_CHECKING:
    from costplane.app.bills.importing import BillImport


def import_bill(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of one bill (CSV, gzip, Parquet), or an export's folder.", exists=True
        ),
    ],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: Annotated[
        str,
        typer.Option("--format", help="Format of the files; json finds it out and prints JSON."),
    ] = "auto",
    account: Annotated[
        str | None,
        typer.Option(help="Billing account, where the files tell none.", show_default=False),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="Billing currency, where the files tell none.", show_default=False),
    ] = None,
    final: Annotated[
        bool,
        typer.Option("--final", help="Nothing will be restated: all days of the bill answer."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what was understood; store nothing.")
    ] = False,
) -> None:
    """Import a provider's bill; it takes the place of what it restates, whole or not at all."""
    from costplane.app.bills.importing import BillOptions
    from costplane.cli.import_output import print_import

    as_json = format_ == "json"
    options = BillOptions("auto" if as_json else format_, account, currency, final)
    with opened(data, tables) as workspace, rows_progress(files[0].name) as show:
        done: BillImport
        if dry_run:
            done = workspace.bills.preview(files, options, show)
        else:
            done = workspace.import_bill(files, options, actor(), show)
    print_import(done, as_json=as_json)
