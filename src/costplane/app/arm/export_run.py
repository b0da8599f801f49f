"""Runs of an export: what was asked for, and how it went (contract.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from costplane.app.arm.documents import Shape, of_text, plain, read
from costplane.app.arm.export import Export, TimePeriod, export_of, shown_settings
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput

RUNS = "exports/runs"

_EARLIEST_YEARS = 7


class RunRequest(Shape, frozen=True):
    """The body of a run: days other than those of the definition."""

    time_period: TimePeriod | None = None


class ExportRun(Shape, frozen=True, kw_only=True):
    """A run. `settings` is the export as it was when the run was asked for."""

    execution_type: Literal["OnDemand", "Scheduled"]
    status: Literal[
        "Queued",
        "InProgress",
        "Completed",
        "Failed",
        "Timeout",
        "NewDataNotAvailable",
        "DataNotAvailable",
    ] = "Queued"
    submitted_by: str
    submitted_time: datetime
    processing_start_time: datetime | None = None
    processing_end_time: datetime | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    file_name: str | None = None
    manifest_file: str | None = None
    settings: Export


def run_of(resource: ArmResource) -> ExportRun:
    """The run that a resource holds."""
    return of_text(ExportRun, resource.document)


def requested(
    body: Mapping[str, object], export: ArmResource, who: str, now: datetime
) -> ExportRun:
    """The run that a call asks for. Raises InvalidInput."""
    settings = export_of(export)
    period = read(RunRequest, body).time_period or settings.properties.definition.time_period
    if period is not None and period.start > period.end:
        raise InvalidInput("timePeriod 'from' value cannot be after 'to'", target="timePeriod")
    if period is not None and period.start.year < now.year - _EARLIEST_YEARS:
        raise InvalidInput(
            f"timePeriod starts at most {_EARLIEST_YEARS} years ago", target="timePeriod.from"
        )
    return ExportRun(
        execution_type="OnDemand",
        submitted_by=who,
        submitted_time=now,
        start_date=period.start if period else None,
        end_date=period.end if period else None,
        settings=settings,
    )


def shown_run(run: ExportRun) -> dict[str, Any]:
    """A run's properties as Azure shows them."""
    content = plain(run)
    content.pop("settings")
    settings = shown_settings(run.settings)
    settings.pop("schedule", None)
    return content | {"runSettings": settings}
