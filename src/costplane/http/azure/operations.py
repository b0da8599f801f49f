"""The table of Azure-shaped operations: those of every module, by subject.

Names are those of Azure's Python client (operations.md); each module says method, provider, path
after the scope, role and scopes of its own.
"""

from __future__ import annotations

from costplane.http.azure import (
    aggregated_cost,
    alerts,
    balances,
    benefit_reports,
    benefit_utilization,
    budgets,
    charges,
    cost_allocation_rules,
    cost_reports,
    dimensions,
    exports,
    forecast,
    invoices,
    lots,
    operation_list,
    operation_results,
    price_sheets,
    query,
    recommendations,
    reservation_transactions,
    reservations,
    resources,
    scheduled_actions,
    settings,
    tags,
    usage_details,
    views,
)
from costplane.http.azure.arm import Operation

_TABLE: tuple[Operation, ...] = (
    *query.OPERATIONS,
    *dimensions.OPERATIONS,
    *forecast.OPERATIONS,
    *views.OPERATIONS,
    *invoices.OPERATIONS,
    *resources.OPERATIONS,
    *budgets.OPERATIONS,
    *alerts.OPERATIONS,
    *exports.OPERATIONS,
    *scheduled_actions.OPERATIONS,
    *settings.OPERATIONS,
    *cost_allocation_rules.OPERATIONS,
    *charges.OPERATIONS,
    *balances.OPERATIONS,
    *lots.OPERATIONS,
    *tags.OPERATIONS,
    *aggregated_cost.OPERATIONS,
    *usage_details.OPERATIONS,
    *reservations.OPERATIONS,
    *reservation_transactions.OPERATIONS,
    *benefit_utilization.OPERATIONS,
    *cost_reports.OPERATIONS,
    *operation_results.OPERATIONS,
    *recommendations.OPERATIONS,
    *benefit_reports.OPERATIONS,
    *price_sheets.OPERATIONS,
)

OPERATIONS: tuple[Operation, ...] = operation_list.with_lists(_TABLE)
