"""`costplane rerate`: rate past usage anew, after a new or corrected price sheet."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json, print_pairs, print_table
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.core.period import Period
    from costplane.core.rerating import Changes, Rerating


def rerate(
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First UTC day.", show_default=False),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last UTC day, included.", show_default=False),
    ] = None,
    scope: Annotated[str, typer.Option(help="Whose usage; / is all.")] = "/",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the re-ratings of the past.")] = False,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Rate the usage of some days anew with the prices of now.

    Shows what each meter cost before and after. Charges that change are reversed and posted
    anew; in a closed billing period they are corrections of the open one.
    """
    from costplane.core.scope import parse_scope

    with opened(data, tables) as workspace:
        if list_:
            _print_list(workspace.reratings(), format_)
            return
        period = _period(from_, to)
        preview = workspace.preview_rerating(parse_scope(scope), period)
        done = None
        if format_ is Format.TABLE:
            _print_changes(preview.changes)
        if preview.changes.rows and not dry_run and _confirmed(preview.changes, yes=yes):
            done = workspace.rerate(preview, actor(), shlex.join(sys.argv[1:]))
    if format_ is Format.JSON:
        print_json(_as_data(preview.changes) | {"rerating": done.number if done else None})
    elif done:
        print(f"re-rating {done.number} is done")
    elif not preview.changes.rows:
        print("nothing to change")


def _period(first: datetime | None, last: datetime | None) -> Period:
    from costplane.core.period import DAY, Period

    if first is None or last is None:
        raise InvalidInput("say which days: --from and --to", target="--from")
    if last < first:
        raise InvalidInput(f"--to {last:%F} is before --from {first:%F}", target="--to")
    return Period(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC) + DAY)


def _confirmed(changes: Changes, *, yes: bool) -> bool:
    """Asks on a terminal; elsewhere the command itself is the answer."""
    if yes or not sys.stdin.isatty():
        return True
    return typer.confirm(f"Append {changes.rows:,} rows to the ledger?", err=True)


def _print_changes(changes: Changes) -> None:
    meters = [(m.meter, m.currency, m.before, m.after, m.difference) for m in changes.meters]
    if meters:
        columns = ("meter", "currency", "before", "after", "difference")
        print_table(columns, meters, columns[2:])
    events = [
        (_uncharged(e.status, e.reason), e.before, e.after, e.after - e.before)
        for e in changes.events
    ]
    if events:
        headings = ("events without charge", "before", "after", "difference")
        print_table(headings, events, headings[1:])
    if changes.rows:
        print_pairs([("rows to append", _rows(changes))])


def _uncharged(status: str, reason: str) -> str:
    from costplane.core.reasons import in_words

    return f"{status}: {in_words(reason)}" if reason else status


def _rows(changes: Changes) -> str:
    """A charge that changes takes two: one for what stood, one for what stands from now on."""
    new = changes.rows - changes.reversals
    return f"{changes.rows:,}: {changes.reversals:,} take back what stood, {new:,} are new"


def _print_list(reratings: Sequence[Rerating], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json([_record(rerating) for rerating in reratings])
        return
    from costplane.core.period import DAY

    columns = (
        *("number", "when", "who", "from", "to", "scope"),
        *("prices before", "prices after", "rows", "state"),
    )
    rows = [
        (
            r.number,
            f"{r.recorded_at:%F %T}",
            r.who,
            r.selection.start.date(),
            (r.selection.end - DAY).date(),
            r.selection.scope,
            ", ".join(map(str, r.versions_before)),
            r.version,
            r.changes.rows,
            "done" if r.finished else "not finished; the next intake completes it",
        )
        for r in reratings
    ]
    print_table(columns, rows, ("number", "prices after", "rows"))


def _record(rerating: Rerating) -> dict[str, Any]:
    return asdict(rerating) | {"changes": _as_data(rerating.changes)}


def _as_data(changes: Changes) -> dict[str, Any]:
    meters = [asdict(m) | {"difference": m.difference} for m in changes.meters]
    return {
        "meters": meters,
        "events": [asdict(e) for e in changes.events],
        "rows": changes.rows,
        "reversals": changes.reversals,
    }
