"""`costplane query`: cost analysis."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import print_csv, print_json, print_table, warn
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
from costplane.cli.unpriced_text import sentence
from costplane.errors import InvalidInput, InvalidQuery
from costplane.http.azure.analysis.query_result import as_page, query_result

if TYPE_CHECKING:
    import pyarrow as pa

    from costplane.analysis.definition import QueryDefinition
    from costplane.app.queries.queries import QueryPage
    from costplane.app.workspace import Workspace
    from costplane.core.scope import Scope


class QueryFormat(StrEnum):
    """How the rows are printed; json is the API's QueryResult."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def query(
    scope: ScopeOption,
    data: DataOption = None,
    tables: TablesOption = None,
    type_: Annotated[
        str, typer.Option("--type", help="ActualCost, AmortizedCost or Usage.")
    ] = "ActualCost",
    timeframe: TimeframeOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    granularity: Annotated[str, typer.Option(help="None, Hourly, Daily or Monthly.")] = "None",
    group_by: GroupByOption = None,
    filter_: FilterOption = None,
    aggregation: Annotated[
        list[str] | None,
        typer.Option(help="Cost, UsageQuantity, TokenCount, CallCount, ...; may be repeated."),
    ] = None,
    time_zone: TimeZoneOption = None,
    format_: Annotated[
        QueryFormat, typer.Option("--format", help="How to print.")
    ] = QueryFormat.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the plan and the SQL; run nothing.")
    ] = False,
    persons: Annotated[
        bool,
        typer.Option("--persons", help="Show users and sessions by name; the audit log tells it."),
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
    place, looker = parse_scope(scope), actor() if persons else None
    with opened(data, tables) as workspace:
        try:
            definition = workspace.definition(body)
        except InvalidQuery as error:
            raise in_options(error) from error
        if explain:
            print(workspace.explain(place, definition, looker))
        else:
            _print(workspace, place, definition, format_, looker)


def _print(
    workspace: Workspace,
    scope: Scope,
    definition: QueryDefinition,
    format_: QueryFormat,
    looker: str | None,
) -> None:
    if format_ is QueryFormat.PARQUET and sys.stdout.isatty():
        raise InvalidInput("Parquet is no text: send it to a file, as in '> cost.parquet'")
    answer = workspace.query_whole(scope, definition, looker)
    if format_ is QueryFormat.PARQUET:
        _print_parquet(answer.rows)
    elif format_ is QueryFormat.JSON:
        print_json(query_result(scope.id, as_page(answer)))
    else:
        _print_rows(as_page(answer), as_csv=format_ is QueryFormat.CSV)


def _print_rows(page: QueryPage, *, as_csv: bool) -> None:
    names = [column.name for column in page.columns]
    if as_csv:
        print_csv(names, page.rows)
    else:
        print_table(names, page.rows, [c.name for c in page.columns if c.type == "Number"])
    for item in page.unpriced:
        told = item["quantities"].items()
        warn(sentence(item["status"], item["reason"], item["events"], told))


def _print_parquet(rows: pa.Table) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    sys.stdout.buffer.write(sink.getvalue())
    sys.stdout.buffer.flush()
