"""`costplane credits`: lots of prepayment and credits, what they paid, what is left."""

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
    Format,
    FormatOption,
    ListFormat,
    ListFormatOption,
    plain,
    print_facts,
    print_json,
    print_list,
    print_pairs,
)

if TYPE_CHECKING:
    from costplane.app.billing.prepayment import LotState
    from costplane.billing.balances import Balance, Crossing, Event

commands = typer.Typer(
    help="Prepayment and credits: what they paid, what is left.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("import")
def import_lots(
    file: Annotated[Path, typer.Argument(help="YAML or CSV.", exists=True, dir_okay=False)],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Import lots. A lot that is known already stays as it is."""
    with opened(data, tables) as workspace:
        done = workspace.import_lots(file, actor())
    print_facts(format_, done, [("lots", done.lots), ("new", done.new)])


@commands.command("list")
def list_lots(
    data: DataOption = None,
    tables: TablesOption = None,
    billing_account: AccountOption = None,
    profile: ProfileOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the lots in the order in which they pay."""
    with opened(data, tables) as workspace:
        found = workspace.prepayment.lots(key_of(billing_account, profile), workspace.now())
    columns = (
        *("lot", "billing account", "kind", "source", "status", "start", "expiry"),
        *("amount", "used", "balance", "currency"),
    )
    print_list(format_, found, columns, _lot_cells, ("amount", "used", "balance"))


def _lot_cells(state: LotState) -> tuple[object, ...]:
    lot = state.lot
    return (
        *(lot.id, lot.billing_key, lot.kind, lot.source, state.status),
        *(f"{lot.start:%F}", f"{lot.expiry:%F}" if lot.expiry else None),
        *(lot.amount, state.used, state.balance, lot.currency),
    )


@commands.command("events")
def list_events(
    billing_account: NeededAccountOption,
    data: DataOption = None,
    tables: TablesOption = None,
    profile: ProfileOption = None,
    month: MonthOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List what happened to the lots of a billing account, day by day."""
    from costplane.core.period import month_start

    with opened(data, tables) as workspace:
        key = key_of(billing_account, profile) or ""
        found = workspace.prepayment.events(key, workspace.now())
    start = month_of(month)
    chosen = [e for e in found if start in (None, month_start(e.transaction_date))]
    columns = ("day", "lot", "event", "amount", "balance", "currency")
    print_list(format_, chosen, columns, _event_cells, ("amount", "balance"))


def _event_cells(event: Event) -> tuple[object, ...]:
    day = f"{event.transaction_date:%F}"
    told = (event.amount, event.closed_balance, event.currency)
    return day, event.lot_id, event.event_type, *told


@commands.command("balance")
def show_balance(
    billing_account: NeededAccountOption,
    data: DataOption = None,
    tables: TablesOption = None,
    profile: ProfileOption = None,
    month: MonthOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the statement of a month (default: the running one), and the thresholds crossed."""
    from costplane.core.period import month_start

    with opened(data, tables) as workspace:
        key, now = key_of(billing_account, profile) or "", workspace.now()
        start = month_of(month) or month_start(now)
        balances = workspace.prepayment.balances(key, start, now)
        crossed = workspace.prepayment.crossings(key, now)
    if format_ is Format.JSON:
        print_json(
            {"balances": [asdict(b) for b in balances], "crossings": [asdict(c) for c in crossed]}
        )
        return
    for balance in balances:
        print_pairs(_pairs(balance))
    for crossing in crossed:
        print(_crossed(crossing))


def _pairs(balance: Balance) -> list[tuple[str, object]]:
    facts = {k: v for k, v in asdict(balance).items() if k not in ("currency", "month")}
    details = {"new_purchases_details", "adjustment_details"}
    amounts = [
        (name.replace("_", " "), f"{plain(value)} {balance.currency}")
        for name, value in facts.items()
        if name not in details
    ]
    named = [*balance.new_purchases_details, *balance.adjustment_details]
    listed = [(f"  {detail.name}", f"{plain(detail.value)} {balance.currency}") for detail in named]
    return [("month", balance.month), *amounts, *listed]


def _crossed(crossing: Crossing) -> str:
    return (
        f"{crossing.day:%F}: {crossing.threshold:.0%} reached, {plain(crossing.used)} of "
        f"{plain(crossing.granted)} {crossing.currency}"
    )
