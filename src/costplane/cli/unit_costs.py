"""`costplane unit-costs`: costs divided by calls, tokens, users and what a business counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import (
    ListFormat,
    ListFormatOption,
    print_csv,
    print_json,
    print_table,
    warn,
)
from costplane.cli.query_body import in_options, query_body
from costplane.cli.query_options import (
    FilterOption,
    FromOption,
    GroupByOption,
    ScopeOption,
    TimeframeOption,
    TimeZoneOption,
    ToOption,
)
from costplane.errors import InvalidQuery

if TYPE_CHECKING:
    from costplane.app.unit_costs.result import UnitCostAnswer, UnitCostRow


def unit_costs(
    scope: ScopeOption,
    data: DataOption = None,
    tables: TablesOption = None,
    per: Annotated[
        list[str] | None,
        typer.Option(
            help="Call, MillionTokens, MillionInputTokens, MillionOutputTokens, User, Session or "
            "count:NAME; may be repeated.",
            show_default=False,
        ),
    ] = None,
    type_: Annotated[
        str, typer.Option("--type", help="AmortizedCost, ActualCost or Usage.")
    ] = "AmortizedCost",
    timeframe: TimeframeOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    granularity: Annotated[str, typer.Option(help="None, Hourly, Daily or Monthly.")] = "None",
    group_by: GroupByOption = None,
    filter_: FilterOption = None,
    time_zone: TimeZoneOption = None,
    persons: Annotated[
        bool,
        typer.Option(
            "--persons", help="Count users and sessions however few; the audit log tells."
        ),
    ] = False,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """Divide costs by calls, tokens, users, sessions or business counts."""
    from costplane.core.scope import parse_scope

    body = query_body(
        type_=type_,
        timeframe=timeframe,
        first=from_,
        last=to,
        granularity=granularity,
        groupings=group_by or [],
        filters=filter_ or [],
        aggregations=[],
        time_zone=time_zone,
    )
    with opened(data, tables) as workspace:
        try:
            looker = actor() if persons else None
            asked = body | {"per": per or []}
            answer = workspace.unit_costs.ask(parse_scope(scope), asked, looker=looker)
        except InvalidQuery as error:
            raise in_options(error) from error
    if format_ is ListFormat.JSON:
        from costplane.app.unit_costs.as_data import as_data

        print_json(as_data(answer))
    else:
        _print_rows(answer, as_csv=format_ is ListFormat.CSV)


def _print_rows(answer: UnitCostAnswer, *, as_csv: bool) -> None:
    first = answer.rows[0] if answer.rows else None
    dated = ("date",) if first is not None and first.date else ()
    groups = first.groups if first is not None else ()
    names = [g.name if g.type == "Dimension" else f"tag:{g.name}" for g in groups]
    columns = (*dated, *names, "per", "cost per unit", "currency", "cost", "quantity", "state")
    rows = [cells for row in answer.rows for cells in _cells(row)]
    if as_csv:
        print_csv(columns, rows)
    else:
        print_table(columns, rows, ("cost per unit", "cost", "quantity"))
    for line in dict.fromkeys(_notes(answer)):
        warn(line)


def _cells(row: UnitCostRow) -> Iterator[tuple[object, ...]]:
    """A line for each unit."""
    about = (*((row.date,) if row.date else ()), *(group.value for group in row.groups))
    for unit in row.units:
        told = (unit.cost_per_unit, row.currency, unit.cost, unit.quantity, unit.state)
        yield (*about, unit.unit, *told)


def _notes(answer: UnitCostAnswer) -> Iterator[str]:
    """What is lacking, group by group."""
    for row in answer.rows:
        about = " ".join([row.date or "", *(group.value or "-" for group in row.groups)]).strip()
        for unit in row.units:
            for reason in unit.reasons:
                yield ": ".join(filter(None, (about, unit.unit, reason.message)))
