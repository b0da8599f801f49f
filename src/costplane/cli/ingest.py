"""`costplane ingest`: usage events from files."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.ending import FAILED, complain, finish
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import counted, print_counts, print_json, warn
from costplane.cli.progress import intake_progress
from costplane.cli.trace_options import (
    DateOption,
    DeploymentOption,
    DeploymentTypeOption,
    ModelOption,
    ModelVersionOption,
    RegionOption,
    ResourceOption,
    SourceOption,
    TagOption,
    TraceOptions,
)
from costplane.errors import CostplaneError

if TYPE_CHECKING:
    from costplane.app.intake.intake import IntakeReport
    from costplane.app.workspace import Workspace
    from costplane.metering.batch import Rejection
    from costplane.metering.traces.assignment import Assignment


class EventFormat(StrEnum):
    """What the files hold; `json` finds it out, as `auto` does, and prints the counts as JSON."""

    AUTO = "auto"
    EVENTS = "events"
    AZURE_TRACE_2023 = "azure-trace-2023"
    MOONCAKE = "mooncake"
    LITELLM = "litellm"
    OPENAI_BATCH = "openai-batch"
    ANTHROPIC_BATCH = "anthropic-batch"
    APIM_LLM_LOG = "apim-llm-log"
    APIM_GATEWAY_LOG = "apim-gateway-log"
    AZURE_REQUEST_LOG = "azure-request-log"
    LANGFUSE = "langfuse"
    ANSWERS = "answers"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one file; `fault` is why it could not be read to its end."""

    file: Path
    report: IntakeReport
    fault: CostplaneError | None = None


def _there(files: list[Path]) -> list[Path]:
    """The files, all of which exist."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            raise typer.BadParameter(f"there is no file '{file}'")
    return files


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of events, plain, gzip or zstd; - is standard input.",
            callback=_there,
        ),
    ],
    data: DataOption = None,
    tables: TablesOption = None,
    format_: Annotated[
        EventFormat,
        typer.Option("--format", help="What the files hold; json prints the counts as JSON."),
    ] = EventFormat.AUTO,
    resource: ResourceOption = None,
    deployment: DeploymentOption = None,
    model: ModelOption = None,
    model_version: ModelVersionOption = None,
    deployment_type: DeploymentTypeOption = None,
    region: RegionOption = None,
    source: SourceOption = None,
    date: DateOption = None,
    tag: TagOption = None,
) -> None:
    """Take in usage events; print how many were accepted, duplicate, rejected, unpriced.

    The options from --resource on say what a public trace leaves out; --resource alone, where
    the calls in records of a gateway or an export went that name no host of the catalog.
    """
    options = TraceOptions(
        resource=resource,
        deployment=deployment,
        model=model,
        model_version=model_version,
        deployment_type=deployment_type,
        region=region,
        source=source,
        day=date.date() if date else None,
        tags=tuple(tag or ()),
    )
    as_json = format_ is EventFormat.JSON
    layout = EventFormat.AUTO if as_json else format_
    assigned = {file: options.assignment(file.name) for file in files}
    with opened(data, tables) as workspace:
        taken = [_take(workspace, file, layout.value, assigned[file]) for file in files]
    _report(taken, as_json=as_json)
    if any(one.fault for one in taken):
        raise typer.Exit(FAILED)
    finish(rejected=any(one.report.rejected or one.report.quarantined for one in taken))


def _take(workspace: Workspace, file: Path, layout: str, assigned: Assignment | None) -> Taken:
    """Take one file; a fault of it leaves the others to be taken."""
    from costplane.app.intake.intake import IntakeReport
    from costplane.metering.formats import open_events

    latest = IntakeReport()

    def remember(report: IntakeReport) -> None:
        nonlocal latest
        latest = report
        if show:
            show(report)

    with intake_progress(_name(file)) as show:
        try:
            source = sys.stdin.buffer if str(file) == "-" else file
            hosts = workspace.hosts()
            batches = open_events(source, layout, assigned, hosts.resource_at)
            return Taken(file, workspace.ingest(batches, remember))
        except CostplaneError as fault:
            return Taken(file, latest, fault)


def _report(taken: list[Taken], *, as_json: bool) -> None:
    counts = _counts([one.report for one in taken])
    rejected = [(one.file, rejection) for one in taken for rejection in one.report.rejected]
    for one in taken:
        if one.fault:
            complain(f"{_name(one.file)}: {one.fault.message}")
    if as_json:
        listed = [{"file": _name(file)} | asdict(rejection) for file, rejection in rejected]
        print_json(counts | {"rejected": listed})
        return
    for file, rejection in rejected:
        warn(_line(file, rejection))
    if counts["quarantined"]:
        warn(f"{counted(counts['quarantined'], 'event')} held back: 'costplane quarantine list'")
    print_counts((counts | {"rejected": len(rejected)}).items())


def _counts(reports: list[IntakeReport]) -> dict[str, int]:
    names = (
        "accepted",
        "duplicates",
        "conflicts",
        "unpriced",
        "unmetered",
        "evidence",
        "quarantined",
    )
    return {name: sum(getattr(report, name) for report in reports) for name in names}


def _line(file: Path, rejection: Rejection) -> str:
    place = rejection.line if rejection.line is not None else f"event {rejection.index + 1}"
    named = rejection.target is None or rejection.target in rejection.message
    target = "" if named else f"{rejection.target}: "
    return f"{_name(file)}:{place}: {target}{rejection.message}"


def _name(file: Path) -> str:
    return "<stdin>" if str(file) == "-" else str(file)
