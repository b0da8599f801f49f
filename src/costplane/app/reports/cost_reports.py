"""Reports of cost details: generateCostDetailsReport and the older generateDetailedCostReport."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from costplane.app.cost_details.files import ROWS_IN_A_FILE, write_details
from costplane.app.cost_details.reader import CostDetailsReader
from costplane.app.cost_details.selection import Metric, Selection
from costplane.app.reports.worker import Make
from costplane.core.period import Period, parse_instant
from costplane.core.report import Report, ReportFile
from costplane.core.scope import parse_scope

COST_DETAILS = "CostDetails"
DETAILED_COST = "DetailedCost"


def cost_reports(reader: CostDetailsReader) -> Mapping[str, Make]:
    """Who makes the two kinds. The older one is a single file, also without rows."""

    def cost_details(report: Report, folder: Path, on_part: Callable[[], None]) -> list[ReportFile]:
        return _write(reader, report, folder, on_part, ROWS_IN_A_FILE)

    def detailed_cost(
        report: Report, folder: Path, on_part: Callable[[], None]
    ) -> list[ReportFile]:
        return _write(reader, report, folder, on_part, None)

    return {COST_DETAILS: cost_details, DETAILED_COST: detailed_cost}


def _write(
    reader: CostDetailsReader,
    report: Report,
    folder: Path,
    on_part: Callable[[], None],
    rows_in_a_file: int | None,
) -> list[ReportFile]:
    asked = report.request
    visible = [parse_scope(scope) for scope in report.visible]
    scopes = reader.scopes(parse_scope(report.scope), visible)
    selection = Selection(
        scopes,
        cast("Metric", asked["metric"]),
        days=_days(asked.get("start"), asked.get("end")),
        month=_instant(asked.get("month")),
        invoice=asked.get("invoice"),
        customer=asked.get("customer"),
    )
    return write_details(
        folder,
        reader.open(),
        selection,
        reader.layout(scopes),
        on_part=on_part,
        rows_in_a_file=rows_in_a_file,
    )


def _days(start: str | None, end: str | None) -> Period | None:
    return Period(parse_instant(start), parse_instant(end)) if start and end else None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
