"""`costplane counts`: how many chats, tickets and the like there were, to divide costs by."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import (
    Format,
    FormatOption,
    ListFormat,
    ListFormatOption,
    print_json,
    print_list,
    print_pairs,
)
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.core.business_count import BusinessCount

commands = typer.Typer(
    help="Business counts: chats, tickets and the like, to divide costs by.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FirstOption = Annotated[str | None, typer.Option("--from", help="First day.", show_default=False)]
LastOption = Annotated[
    str | None, typer.Option("--to", help="Last day, included.", show_default=False)
]
ScopeOption = Annotated[str, typer.Option(help="Scope id.")]


@commands.command("import")
def import_counts(
    file: Annotated[Path, typer.Argument(help="CSV or JSON.", exists=True, dir_okay=False)],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Import counts, all or none; the same unit, day, scope and dimensions replace."""
    from costplane.app.unit_costs.count_rows import read_counts

    counts = read_counts(file)
    with opened(data, tables) as workspace:
        workspace.counts.put(counts, actor())
    units = sorted({count.unit for count in counts})
    if format_ is Format.JSON:
        print_json({"counts": len(counts), "units": units})
    else:
        print_pairs([("counts", len(counts)), ("units", ", ".join(units))])


@commands.command("list")
def list_counts(
    data: DataOption = None,
    tables: TablesOption = None,
    scope: ScopeOption = "/",
    unit: Annotated[str | None, typer.Option(help="Unit, such as chats.")] = None,
    from_: FirstOption = None,
    to: LastOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the counts in a scope."""
    from costplane.core.scope import parse_scope

    first = _day(from_, "--from", date.min)
    last = _day(to, "--to", date.max)
    with opened(data, tables) as workspace:
        found = workspace.counts.list(parse_scope(scope), first, last, unit)
    columns = ("unit", "day", "scope", "dimensions", "count")
    print_list(format_, found, columns, _cells, ("count",))


@commands.command("remove")
def remove_counts(
    unit: Annotated[str, typer.Argument(help="Unit, such as chats.")],
    scope: ScopeOption,
    from_: FirstOption = None,
    to: LastOption = None,
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Forget the counts of a unit at a scope itself, for some days or for all."""
    from costplane.core.scope import parse_scope

    first = _day(from_, "--from", date.min)
    last = _day(to, "--to", date.max)
    with opened(data, tables) as workspace:
        removed = workspace.counts.remove(unit, parse_scope(scope), first, last, actor())
    print_pairs([("removed", removed)])


def _cells(count: BusinessCount) -> tuple[object, ...]:
    dimensions = ", ".join(f"{name}={value}" for name, value in count.dimensions)
    return (count.unit, count.day, count.scope, dimensions, count.count)


def _day(text: str | None, option: str, default: date) -> date:
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option} is '{text[:40]}'; write a day as 2026-10-31", target=option
        ) from None
