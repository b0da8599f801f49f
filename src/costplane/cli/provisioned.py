"""`costplane provisioned`: cost, utilisation and split of provisioned throughput."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, plain, print_json, print_pairs, print_table
from costplane.cli.resources import instant_option
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.app.capacity.provisioned import ProvisionedUse

Pairs = Iterator[tuple[str, object]]
_TEAM_COLUMNS = ("team", "unit-hours", "effective cost")
_NO_REGION = "not known, so that no reservation covers it: import the list of 'az resource list'"


def provisioned(
    from_: Annotated[str, typer.Option("--from", help="First UTC day.")],
    to: Annotated[str, typer.Option(help="Last UTC day, included.")],
    data: DataOption = None,
    tables: TablesOption = None,
    scope: Annotated[str, typer.Option(help="Scope id; / is all that you may see.")] = "/",
    format_: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Show what provisioned deployments cost, how far they were used, and by whom."""
    from costplane.core.period import DAY, Period
    from costplane.core.scope import parse_scope

    first, last = instant_option("--from", from_), instant_option("--to", to)
    if first is None or last is None or last < first:
        raise InvalidInput(f"--to is '{to}'; give a day not before --from", target="--to")
    with opened(data, tables) as workspace:
        found = workspace.provisioned(parse_scope(scope), Period(first, last + DAY))
    if format_ is Format.JSON:
        print_json([asdict(one) for one in found])
        return
    if not found:
        print("no provisioned deployment has hours there")
    for number, one in enumerate(found):
        if number:
            print()
        print_pairs(_pairs(one))
        if one.teams:
            print()
            rows = [
                (share.team or "(none)", share.unit_hours, share.effective_cost)
                for share in one.teams
            ]
            print_table(_TEAM_COLUMNS, rows, _TEAM_COLUMNS[1:])


def _pairs(one: ProvisionedUse) -> Pairs:
    yield "deployment", f"{one.deployment} on {one.resource_id}"
    yield "model", f"{one.model}, {one.deployment_type}"
    yield "region", one.region or _NO_REGION
    yield "hours", f"{one.hours:,}, {plain(one.unit_hours)} unit-hours"
    rest = one.unit_hours - one.reserved_unit_hours
    yield "reserved", f"{plain(one.reserved_unit_hours)} unit-hours, {plain(rest)} not"
    yield "billed", f"{plain(one.billed_cost)} {one.currency}"
    yield "effective", f"{plain(one.effective_cost)} {one.currency}"
    if one.utilisation is None:
        yield "utilisation", f"not known: no weights for {one.model}; nothing is split"
    else:
        yield "utilisation", _percent(one.utilisation)
        yield (
            "idle",
            f"{plain(one.idle_cost)} {one.currency}, {one.idle_hours:,} hours without a call",
        )
    if one.pay_as_you_go is None:
        yield "by token", f"not known: {one.no_comparison or 'no calls are priced'}"
    else:
        yield "by token", f"{plain(one.pay_as_you_go)} {one.currency} for the same calls"
    if one.break_even is not None:
        yield "break-even", _break_even(one.break_even)


def _break_even(utilisation: Decimal) -> str:
    if utilisation > 1:
        return f"never: used in full, the units cost {plain(round(utilisation, 2))} times as much"
    return f"at a utilisation of {_percent(utilisation)}"


def _percent(share: Decimal) -> str:
    return f"{plain((share * 100).quantize(Decimal('0.01')))} %"
