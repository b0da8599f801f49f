"""`costplane invoices`: what each billing period comes to, and its closing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.billing_options import (
    AccountOption,
    MonthOption,
    NeededAccountOption,
    ProfileOption,
    key_of,
    month_of,
)
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import (
    ListFormat,
    ListFormatOption,
    print_csv,
    print_json,
    print_list,
    print_table,
    warn,
)
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.billing.invoice import Invoice

commands = typer.Typer(
    help="What each billing period comes to, and its closing.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


NumberArgument = Annotated[str, typer.Argument(help="Number, as 'invoices list' shows it.")]


@commands.command("list")
def list_invoices(
    data: DataOption = None,
    tables: TablesOption = None,
    billing_account: AccountOption = None,
    profile: ProfileOption = None,
    month: MonthOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the invoices: closed ones, and what open periods come to so far."""
    from costplane.cli.invoice_output import SUMMARY, SUMMARY_NUMBERS, summary
    from costplane.cli.unpriced_text import lacking

    with opened(data, tables) as workspace:
        key = key_of(billing_account, profile)
        every = workspace.invoicing.invoices(workspace.now())
        untold = workspace.invoicing.without_invoice(every)
    start = month_of(month)
    found = [i for i in every if key in (None, i.billing_key) and start in (None, i.period_start)]
    for period in untold:
        if key in (None, period.billing_key) and start in (None, period.month):
            warn(
                f"no invoice for {period.billing_key} {period.month:%Y-%m}: "
                f"{lacking(period.events)}, and nothing was charged"
            )
    print_list(format_, found, SUMMARY, summary, SUMMARY_NUMBERS)


@commands.command("show")
def show_invoice(
    number: NumberArgument,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """Show an invoice: period, lines, what prepayment and credits pay, what is due."""
    with opened(data, tables) as workspace:
        found = workspace.invoicing.invoice(number, workspace.now())
    _print(found, format_)


@commands.command("export")
def export_invoice(
    number: NumberArgument,
    to: Annotated[Path, typer.Option("--to", help="File to write, .json or .csv.")],
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Write an invoice to a file: .json holds all of it, .csv its lines."""
    from costplane.cli.invoice_output import LINES, lines
    from costplane.cli.output import csv_text
    from costplane.core.exact_json import json_text

    if to.suffix not in (".json", ".csv"):
        raise InvalidInput(f"--to is {to}; name a file that ends in .json or .csv", target="to")
    with opened(data, tables) as workspace:
        found = workspace.invoicing.invoice(number, workspace.now())
    if to.suffix == ".json":
        to.write_bytes(json_text(asdict(found)) + b"\n")
    else:
        to.write_text(csv_text(LINES, lines(found)), encoding="utf-8")


@commands.command("close")
def close_invoice(
    month: Annotated[str, typer.Option("--month", help="Month to close, such as 2026-10.")],
    billing_account: NeededAccountOption,
    data: DataOption = None,
    tables: TablesOption = None,
    profile: ProfileOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Close without asking.")] = False,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """Close a billing period: its invoice stays as it is, whatever comes later.

    Shows the invoice and asks first. Closing a closed period shows the invoice that it has.
    """
    with opened(data, tables) as workspace:
        key = key_of(billing_account, profile) or ""
        start = month_of(month)
        assert start is not None
        preview = workspace.invoicing.preview(key, start, workspace.now())
        _tell_unpriced(preview)
        if not yes and any(invoice.state != "closed" for invoice in preview):
            for invoice in preview:
                _print(invoice, ListFormat.TABLE, error=True)
            typer.confirm("Close it for good?", abort=True, err=True)
        closed = workspace.close_invoices(key, start, actor())
    if format_ is ListFormat.JSON:
        print_json([asdict(invoice) for invoice in closed])
        return
    for invoice in closed:
        _print(invoice, format_)


@commands.command("explain")
def explain_invoice(
    number: NumberArgument,
    line: Annotated[int, typer.Argument(help="Number of the line.", min=1)],
    data: DataOption = None,
    tables: TablesOption = None,
    skip: Annotated[int, typer.Option(help="Charges to pass over.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="How many charges to list.", min=1)] = 100,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the charges behind a line; 'costplane explain charge:...' tells the rest of each."""
    from costplane.cli.invoice_output import CHARGES, CHARGES_NUMBERS, charges, print_line

    with opened(data, tables) as workspace:
        found = workspace.explain_invoice_line(number, line, skip, limit)
    if format_ is ListFormat.JSON:
        print_json(asdict(found))
    elif format_ is ListFormat.CSV:
        print_csv(CHARGES, charges(found))
    else:
        print_line(found)
        print_table(CHARGES, charges(found), CHARGES_NUMBERS)
        more = found.charges - found.skipped - len(found.shown)
        if more > 0:
            warn(f"and {more:,} more charges; --skip and --limit show them")


def _tell_unpriced(invoices: list[Invoice]) -> None:
    from costplane.cli.unpriced_text import lacking

    for invoice in invoices:
        if invoice.state != "closed" and invoice.unpriced:
            warn(
                f"warning: no line of {invoice.month} has in it {lacking(invoice.events)}; what is "
                "mended after closing comes on a later invoice"
            )


def _print(invoice: Invoice, format_: ListFormat, *, error: bool = False) -> None:
    from costplane.cli.invoice_output import LINES, lines, print_invoice

    if format_ is ListFormat.JSON:
        print_json(asdict(invoice))
    elif format_ is ListFormat.CSV:
        print_csv(LINES, lines(invoice))
    else:
        print_invoice(invoice, error=error)
