"""`costplane explain`: why an event or a charge costs what it costs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json, print_table, warn
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.app.explaining.charge_list import ChargeList
    from costplane.app.workspace import Workspace
    from costplane.rating.explanation import ChargeExplanation, EventExplanation

_CHARGE = "charge:"


def explain(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="SOURCE ID of an event, event:SOURCE#ID, or charge:HOUR/SERIES/QUANTITY/PRICE.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
    skip: Annotated[int, typer.Option(help="Events behind the charge to pass over.", min=0)] = 0,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="List the charges of this UTC day.", show_default=False
        ),
    ] = None,
    scope: Annotated[str, typer.Option(help="Whose charges to list.")] = "/",
    meter: Annotated[
        str, typer.Option(help="Only meters whose name has this text.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(help="How many charges to list.", min=1)] = 50,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Say why an event or a charge costs what it costs.

    With --day, list that day's charges, the costliest first, with the addresses to ask for.
    """
    named = _named(what or [], day)
    with opened(data, tables) as workspace:
        if day is not None:
            _print_list(_charges(workspace, day, scope, meter, limit), format_)
        else:
            _print(_explained(workspace, named, skip), format_)


def _named(what: list[str], day: datetime | None) -> list[str]:
    """The words that name one thing. Raises InvalidInput unless there is one, or a day."""
    if (len(what) in (1, 2)) == (day is None):
        return what
    raise InvalidInput(
        "name one thing: SOURCE ID of an event, event:SOURCE#ID or charge:...; "
        "--day lists the charges of a day",
        target="what",
    )


def _explained(
    workspace: Workspace, named: list[str], skip: int
) -> EventExplanation | ChargeExplanation:
    from costplane.rating.charge_address import parse_charge_address

    if len(named) == 2:
        return workspace.explain_event(*named)
    if named[0].startswith(_CHARGE):
        return workspace.explain_charge(parse_charge_address(named[0]), skip)
    return workspace.explain_named_event(named[0])


def _charges(workspace: Workspace, day: datetime, scope: str, meter: str, limit: int) -> ChargeList:
    from costplane.core.period import DAY, Period
    from costplane.core.scope import parse_scope

    start = day.replace(tzinfo=UTC)
    return workspace.charges(parse_scope(scope), Period(start, start + DAY), meter, limit)


def _print(found: EventExplanation | ChargeExplanation, format_: Format) -> None:
    from costplane.cli.explain_output import print_charge, print_event
    from costplane.rating.explanation import EventExplanation

    if format_ is Format.JSON:
        print_json(asdict(found))
    elif isinstance(found, EventExplanation):
        print_event(found)
    else:
        print_charge(found)


def _print_list(found: ChargeList, format_: Format) -> None:
    if format_ is Format.JSON:
        print_json(asdict(found))
        return
    columns = ("cost", "currency", "hour", "meter", "deployment", "events", "address")
    rows = [
        (c.billed_cost, c.currency, f"{c.hour:%H:%M}", c.meter, c.deployment, c.events, c.address)
        for c in found.charges
    ]
    print_table(columns, rows, ("cost", "events"))
    more = found.total - len(found.charges)
    if more:
        warn(f"and {more:,} more; --limit shows them, --meter and --scope narrow the list")
