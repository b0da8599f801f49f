"""`costplane commitments`: consumption commitments and how they are drawn down."""

from __future__ import annotations

from dataclasses import asdict
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
    plain,
    print_facts,
    print_json,
    print_list,
    print_pairs,
    print_table,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from costplane.app.billing.commitments import CommitmentState

commands = typer.Typer(
    help="Consumption commitments, and how they are drawn down.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("import")
def import_commitments(
    file: Annotated[Path, typer.Argument(help="YAML.", exists=True, dir_okay=False)],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Import commitments. One that is known already is replaced."""
    with opened(data, tables) as workspace, workspace.accounts.together():
        taken = workspace.commitments.take(file, workspace.now())
        workspace.accounts.record(actor(), "CommitmentsImported", f"{file.name}: {taken}")
    print_facts(format_, {"commitments": taken}, [("commitments", taken)])


@commands.command("list")
def list_commitments(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the commitments: used, forecast at the end of the term, shortfall."""
    with opened(data, tables) as workspace:
        states = workspace.commitments.states(workspace.now())
    columns = (
        *("id", "program", "start", "end", "amount", "counted", "percent", "unknown"),
        *("forecast", "shortfall", "currency"),
    )
    numbers = ("amount", "counted", "percent", "unknown", "forecast", "shortfall")
    print_list(format_, states, columns, _cells, numbers)


def _cells(state: CommitmentState) -> tuple[object, ...]:
    commitment, burned = state.commitment, state.burn_down
    return (
        *(commitment.id, commitment.program, f"{commitment.start:%F}", f"{commitment.end:%F}"),
        *(commitment.amount, burned.counted, burned.percent, burned.unknown),
        *(burned.forecast, burned.shortfall, commitment.currency),
    )


@commands.command("show")
def show_commitment(
    commitment_id: Annotated[str, typer.Argument(metavar="ID")],
    data: DataOption = None,
    tables: TablesOption = None,
    days: Annotated[int, typer.Option(help="Last days to list.", min=0)] = 14,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show a commitment: what counts and who stated it, milestones, the last days."""
    with opened(data, tables) as workspace:
        state = workspace.commitments.state(commitment_id, workspace.now())
    if format_ is Format.JSON:
        print_json(asdict(state))
        return
    print_pairs(_pairs(state))
    _print_milestones(state)
    _print_rules(state)
    if days and state.burn_down.days:
        print()
        rows = [
            (f"{d.day:%F}", d.counted, d.unknown, d.cumulative)
            for d in state.burn_down.days[-days:]
        ]
        numbers = ("counted", "unknown", "cumulative")
        print_table(("day", "counted", "unknown", "cumulative"), rows, numbers)


def _pairs(state: CommitmentState) -> list[tuple[str, object]]:
    commitment, burned = state.commitment, state.burn_down

    def money(amount: Decimal | None) -> str:
        return "not known yet" if amount is None else f"{plain(amount)} {commitment.currency}"

    return [
        ("commitment", f"{commitment.id}: {commitment.name}"),
        ("program", commitment.program),
        ("billing accounts", ", ".join(commitment.billing_accounts)),
        ("term", f"{commitment.start:%F} up to, not including, {commitment.end:%F}"),
        ("amount", money(commitment.amount)),
        ("counted", f"{money(burned.counted)}, {burned.percent} %"),
        ("remaining", money(burned.remaining)),
        ("does not count", money(burned.excluded)),
        ("unknown whether it counts", money(burned.unknown)),
        ("run rate a day", money(burned.run_rate)),
        ("forecast at the end", money(burned.forecast)),
        ("by", burned.formula),
        ("shortfall", money(burned.shortfall)),
        *(
            [("charges without an amount in it", state.without_amount)]
            if state.without_amount
            else []
        ),
    ]


def _print_milestones(state: CommitmentState) -> None:
    if not state.burn_down.milestones:
        return
    print()
    rows = [
        (
            f"{m.date:%F}",
            m.amount,
            f"{m.reached:%F}" if m.reached else "no",
            m.expected,
            m.shortfall,
        )
        for m in state.burn_down.milestones
    ]
    columns = ("milestone", "amount", "reached", "counted or expected", "shortfall")
    print_table(columns, rows, ("amount", "counted or expected", "shortfall"))


def _print_rules(state: CommitmentState) -> None:
    from costplane.billing.commitment import CRITERIA

    print()
    rows = [
        (
            rule.counts,
            ", ".join(f"{n} {v}" for n in CRITERIA if (v := getattr(rule, n))) or "everything else",
            rule.source,
        )
        for rule in state.commitment.eligibility
    ]
    print_table(("counts", "what", "stated by"), [*rows, ("unknown", "what no rule names", "")])
