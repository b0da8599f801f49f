"""`costplane resources`: what the Azure CLI lists, into the catalog and out of it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.ending import finish
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import (
    Format,
    FormatOption,
    ListFormat,
    ListFormatOption,
    print_counts,
    print_json,
    print_list,
    warn,
)
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.app.resources import ResourcesImport
    from costplane.catalog.azure_lists import AzureList
    from costplane.catalog.model import Deployment

commands = typer.Typer(
    help="Subscriptions, groups, resources and deployments, as the Azure CLI lists them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("import")
def import_resources(
    files: Annotated[
        list[Path], typer.Argument(help="JSON of the Azure CLI; - is standard input.")
    ],
    data: DataOption = None,
    tables: TablesOption = None,
    at: Annotated[
        str | None,
        typer.Option(help="UTC day or instant at which the lists held; default: now."),
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="Deployments that the listing of their account lacks have ended."
        ),
    ] = False,
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="With --complete: id of an account whose listing may be empty; may be repeated.",
            show_default=False,
        ),
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Take lists of the Azure CLI; a deployment that has changed gets a further entry."""
    lists = [(name(file), read(file)) for file in files]
    with opened(data, tables) as workspace:
        done = workspace.import_resources(
            [listed for _, listed in lists],
            at=instant_option("--at", at),
            complete=complete,
            accounts=account or [],
            who=actor(),
        )
    report(done, lists, format_)


def read(file: Path) -> AzureList:
    """The list in a file, or on standard input."""
    from costplane.catalog.azure_lists import read_azure_list

    return read_azure_list(content_of(file))


def content_of(file: Path) -> bytes:
    """The bytes of a file; - is standard input."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    if not file.is_file():
        raise typer.BadParameter(f"there is no file '{file}'")
    return file.read_bytes()


def name(file: Path) -> str:
    """What messages call a file."""
    return "<stdin>" if str(file) == "-" else str(file)


def instant_option(option: str, told: str | None) -> datetime | None:
    """The instant that an option tells, in UTC."""
    from costplane.core.period import parse_instant

    try:
        return parse_instant(told) if told else None
    except ValueError:
        raise InvalidInput(
            f"{option} is '{told}'; give a day such as 2026-10-01, or an instant", target=option
        ) from None


def report(done: ResourcesImport, lists: list[tuple[str, AzureList]], format_: Format) -> None:
    """Print what came of an import, and end with 3 if some item was rejected."""
    told = asdict(done)
    rejected = told.pop("rejected")
    if format_ is Format.JSON:
        print_json(told | {"rejected": rejected})
    else:
        for file, listed in lists:
            for error in listed.rejected:
                warn(f"{file}: item {error.item}: {error.message}")
        for error in done.rejected[sum(len(listed.rejected) for _, listed in lists) :]:
            warn(error.message)
        print_counts(
            (_label(key), count) for key, count in [*told.items(), ("rejected", len(rejected))]
        )
    finish(rejected=bool(rejected))


def _label(key: str) -> str:
    words = {"added": "new", "changed": "changed", "ended": "ended"}
    return f"deployments {words[key]}" if key in words else key.replace("_", " ")


@commands.command("list")
def list_resources(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the deployments with their history, by account, name and start."""
    with opened(data, tables) as workspace:
        entries = workspace.catalog.deployments()
    columns = ("account", "deployment", "model", "version", "type", "capacity", "from", "to")
    print_list(format_, entries, columns, _cells, ("capacity",))


def _cells(entry: Deployment) -> tuple[object, ...]:
    return (
        entry.resource_id.rpartition("/")[2],
        entry.name,
        entry.model,
        entry.model_version,
        entry.deployment_type,
        entry.capacity,
        start_text(entry.valid_from),
        f"{entry.valid_to:%F %T}" if entry.valid_to else None,
    )


def start_text(instant: datetime) -> str | None:
    """An instant as a cell; the beginning of all time is blank."""
    return f"{instant:%F %T}" if instant > datetime(1970, 1, 1, tzinfo=UTC) else None
