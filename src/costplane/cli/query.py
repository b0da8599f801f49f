"""`costplane query`: cost analysis."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import print_csv, print_json, print_table, warn
from costplane.cli.query_body import query_body
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.analysis.definition import QueryDefinition
    from costplane.app.queries import QueryPage
    from costplane.app.workspace import Workspace
    from costplane.core.scope import Scope

PAGE_ROWS = 5_000


class QueryFormat(StrEnum):
    """How the rows are printed; json is the API's QueryResult."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def query(
    scope: Annotated[str, typer.Option(help="Scope id; / is all that you may see.")],
    data: DataOption = None,
    tables: TablesOption = None,
    type_: Annotated[
        str, typer.Option("--type", help="ActualCost, AmortizedCost or Usage.")
    ] = "ActualCost",
    timeframe: Annotated[
        str | None,
        typer.Option(help="MonthToDate, TheLastMonth, ...; MonthToDate without --from."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First UTC day.", show_default=False)
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Last UTC day, included.", show_default=False)
    ] = None,
    granularity: Annotated[str, typer.Option(help="None, Hourly, Daily or Monthly.")] = "None",
    group_by: Annotated[
        list[str] | None,
        typer.Option(help="Dimension or tag:KEY; may be repeated.", show_default=False),
    ] = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", help="NAME=V1,V2 or tag:KEY=V; may be repeated.", show_default=False
        ),
    ] = None,
    aggregation: Annotated[
        list[str] | None,
        typer.Option(help="Cost, UsageQuantity, TokenCount, CallCount, ...; may be repeated."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA name; days and months are those of this zone.")
    ] = None,
    format_: Annotated[
        QueryFormat, typer.Option("--format", help="How to print.")
    ] = QueryFormat.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the plan and the SQL; run nothing.")
    ] = False,
) -> None:
    """Ask what was spent, by anything."""
    from costplane.core.scope import parse_scope

    body = query_body(
        type_=type_,
        timeframe=timeframe,
        first=from_,
        last=to,
        granularity=granularity,
        groupings=group_by or [],
        filters=filter_ or [],
        aggregations=aggregation or ["Cost"],
        time_zone=time_zone,
    )
    place = parse_scope(scope)
    with opened(data, tables) as workspace:
        definition = workspace.definition(body)
        if explain:
            print(workspace.explain(place, definition))
        else:
            _print(workspace, place, definition, format_)


def _print(
    workspace: Workspace, scope: Scope, definition: QueryDefinition, format_: QueryFormat
) -> None:
    if format_ is QueryFormat.PARQUET:
        _print_parquet(workspace, scope, definition)
        return
    page = whole(workspace, scope, definition)
    if format_ is QueryFormat.JSON:
        from costplane.http.query_result import query_result

        print_json(query_result(scope.id, page))
        return
    names = [column.name for column in page.columns]
    if format_ is QueryFormat.CSV:
        print_csv(names, page.rows)
    else:
        numbers = [column.name for column in page.columns if column.type == "Number"]
        print_table(names, page.rows, numbers)
    for line in unpriced_lines(page):
        warn(line)


def whole(workspace: Workspace, scope: Scope, definition: QueryDefinition) -> QueryPage:
    """All pages as one."""
    from dataclasses import replace

    page = workspace.query(scope, definition, top=PAGE_ROWS)
    rows = list(page.rows)
    while page.next_token:
        page = workspace.query(scope, definition, top=PAGE_ROWS, token=page.next_token)
        rows += page.rows
    return replace(page, rows=rows)


def unpriced_lines(page: QueryPage) -> list[str]:
    """One line for each reason for which usage in the range has no price."""
    return [
        f"unpriced: {item['reason']}: {item['events']} events, "
        + ", ".join(f"{name} {count}" for name, count in item["quantities"].items())
        for item in page.unpriced
    ]


def _print_parquet(workspace: Workspace, scope: Scope, definition: QueryDefinition) -> None:
    if sys.stdout.isatty():
        raise InvalidInput("Parquet is no text: send it to a file, as in '> cost.parquet'")
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(workspace.query_table(scope, definition), sink)
    sys.stdout.buffer.write(sink.getvalue())
    sys.stdout.buffer.flush()
