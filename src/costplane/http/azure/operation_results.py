"""`operationResults`: where the results of several long-running operations are found."""

from __future__ import annotations

from functools import partial

from costplane.app.reports.cost_reports import DETAILED_COST
from costplane.app.reports.price_files import PRICE_SHEET
from costplane.http.azure.billing.price_sheets import price_sheet_result
from costplane.http.azure.cost_details.cost_reports import DETAILED_RESULTS, detailed_cost_result
from costplane.http.azure.protocol.long_running import poll
from costplane.http.azure.protocol.operation import COST, READ, Operation

_SHAPES = {DETAILED_COST: detailed_cost_result, PRICE_SHEET: price_sheet_result}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "generate_detailed_cost_report_operation_results.begin_get",
        "GET",
        COST,
        f"{DETAILED_RESULTS}/{{operationId}}",
        READ,
        partial(poll, COST, DETAILED_RESULTS, _SHAPES),
    ),
)
