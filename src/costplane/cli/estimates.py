"""`costplane estimates`: saved estimates, and what was spent beside them."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json, print_table

if TYPE_CHECKING:
    from costplane.app.estimating.beside_actual import BesideActual
    from costplane.app.estimating.result import Estimate

commands = typer.Typer(
    help="Saved estimates, and what was spent beside them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="Name of the estimate.")]
Version = Annotated[
    int | None, typer.Option("--version", help="Version; the newest.", show_default=False)
]


@commands.command("list")
def list_estimates(
    data: DataOption = None, tables: TablesOption = None, format_: FormatOption = Format.TABLE
) -> None:
    """List all versions of all estimates."""
    from costplane.app.estimating.saving import estimate_of

    with opened(data, tables) as workspace:
        found = [(saved, estimate_of(saved)) for saved in workspace.estimates.all()]
    if format_ is Format.JSON:
        told = [
            {
                "name": saved.name,
                "version": saved.version,
                "saved_at": saved.saved_at,
                "price_version": saved.price_version,
                "from": f"{estimate.months[0]:%Y-%m}",
                "to": f"{estimate.months[-1]:%Y-%m}",
                "total": estimate.totals(),
                "complete": estimate.complete,
            }
            for saved, estimate in found
        ]
        print_json(told)
        return
    columns = ("name", "version", "saved", "from", "to", "total", "currency", "complete")
    rows = [
        (
            saved.name,
            saved.version,
            f"{saved.saved_at:%F %T}",
            f"{estimate.months[0]:%Y-%m}",
            f"{estimate.months[-1]:%Y-%m}",
            cost,
            currency,
            "yes" if estimate.complete else "no",
        )
        for saved, estimate in found
        for currency, cost in _totals(estimate)
    ]
    print_table(columns, rows, ("version", "total"))


def _totals(estimate: Estimate) -> list[tuple[str, Decimal | None]]:
    return [*sorted(estimate.totals().items())] or [("", None)]


@commands.command("show")
def show_estimate(
    name: Name,
    version: Version = None,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show a saved estimate."""
    from costplane.app.estimating.saving import estimate_of
    from costplane.cli.estimate_output import as_data, print_estimate

    with opened(data, tables) as workspace:
        saved = workspace.estimates.find(name, version)
    estimate = estimate_of(saved)
    if format_ is Format.JSON:
        print_json(as_data(estimate) | {"saved": {"name": saved.name, "version": saved.version}})
    else:
        print_estimate(estimate)


@commands.command("compare")
def compare_with_actual(
    name: Name,
    scope: Annotated[str, typer.Option(help="Scope whose spending stands beside it.")] = "/",
    group_by: Annotated[
        str, typer.Option(help="Model, Meter, TokenType, DeploymentType, ServiceTier, Deployment.")
    ] = "Model",
    version: Version = None,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show a saved estimate beside what was spent in its months."""
    from costplane.app.estimating.beside_actual import beside_actual, query_of
    from costplane.core.scope import parse_scope

    with opened(data, tables) as workspace:
        amounts = workspace.estimates.amounts(name, version)
        definition = workspace.definition(query_of(amounts, group_by))
        actual = workspace.query_whole(parse_scope(scope), definition)
    found = beside_actual(amounts, actual, group_by)
    if format_ is Format.JSON:
        print_json([asdict(one) | {"difference": one.difference} for one in found])
        return
    columns = ("month", group_by, "estimate", "actual", "difference", "currency")
    print_table(columns, [_cells(one) for one in found], ("estimate", "actual", "difference"))


def _cells(one: BesideActual) -> tuple[object, ...]:
    return (
        f"{one.month:%Y-%m}",
        one.value,
        one.estimate,
        one.actual,
        one.difference,
        one.currency,
    )
