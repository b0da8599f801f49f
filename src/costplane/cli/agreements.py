"""`costplane agreements`: who pays for what, on which terms."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import (
    Format,
    FormatOption,
    ListFormat,
    ListFormatOption,
    print_facts,
    print_json,
    print_list,
    print_table,
)

if TYPE_CHECKING:
    from costplane.catalog.scopes import ScopeNode
    from costplane.pricing.adjustment import Adjustment
    from costplane.pricing.ports import StoredAgreement

commands = typer.Typer(
    help="Agreements: who pays, discounts, markups, exchange rates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("import")
def import_agreement(
    file: Annotated[
        Path, typer.Argument(help="The agreement, in YAML.", exists=True, dir_okay=False)
    ],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Take an agreement: all of the file, or nothing."""
    with opened(data, tables) as workspace, workspace.accounts.together():
        done = workspace.agreements.take(file, workspace.now())
        told = f"{done.name}: {file.name}, {done.adjustments} adjustments, {done.levels} levels"
        told += f", {done.management_groups} management groups" if done.management_groups else ""
        workspace.accounts.record(actor(), "AgreementImported", told)
    print_facts(
        format_,
        done,
        [
            ("agreement", done.name),
            ("version", done.version),
            ("state", "already known" if done.already_known else "imported"),
            ("billing accounts", done.accounts),
            ("levels in them", done.levels),
            ("management groups", done.management_groups),
            ("subscriptions", done.subscriptions),
            ("adjustments", done.adjustments),
        ],
    )


@commands.command("list")
def list_agreements(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the imports of discounts, markups and exchange rates, the oldest first."""
    with opened(data, tables) as workspace:
        versions = workspace.agreements.versions()
    columns = ("version", "name", "rows", "imported", "file")
    print_list(format_, versions, columns, _version_cells, ("version", "rows"))


def _version_cells(version: StoredAgreement) -> tuple[object, ...]:
    imported = f"{version.imported_at:%F %T}"
    return version.version, version.name, version.rows, imported, version.source_file


@commands.command("show")
def show_agreements(
    version: Annotated[
        int | None,
        typer.Argument(help="Version, as 'agreements list' shows it.", show_default=False),
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the adjustments of an import; without a version, who pays for what today."""
    with opened(data, tables) as workspace:
        if version is None:
            _print_levels(workspace.agreements.hierarchy().nodes(), format_)
        else:
            _print_adjustments(workspace.agreements.show(version), format_)


def _print_levels(nodes: list[ScopeNode], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json([asdict(node) for node in nodes])
        return
    rows = [(node.kind, node.name, node.id, ", ".join(node.parents)) for node in nodes]
    print_table(("kind", "name", "scope", "in"), rows, ())


def _print_adjustments(found: list[Adjustment], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json([{"kind": type(one).__name__, **asdict(one)} for one in found])
        return
    print_table(("kind", "name", "is", "for", "from", "to", "line"), map(_cells, found), ("line",))


def _cells(one: Adjustment) -> tuple[Any, ...]:
    from costplane.pricing.adjustment import ExchangeRate

    kind, words = one.words()
    if isinstance(one, ExchangeRate):
        return kind, f"{one.base} to {one.quote}", words, one.source, one.day, None, one.told.line
    applies = one.applies
    until = applies.valid_to.date() if applies.valid_to else None
    start = applies.valid_from.date()
    return kind, one.name, words, applies.words() or "everything", start, until, one.told.line
