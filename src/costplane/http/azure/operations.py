"""The table of Azure-shaped operations: those of every module, by subject.

Names are those of Azure's Python client (operations.md); each module says method, provider, path
after the scope, role and scopes of its own.
"""

from __future__ import annotations

from costplane.http.azure import operation_list, operation_results, role_assignments
from costplane.http.azure.analysis import dimensions, forecast, query, tags
from costplane.http.azure.billing import (
    accounts,
    aggregated_cost,
    balances,
    charges,
    invoices,
    lots,
    price_sheets,
)
from costplane.http.azure.cost_details import cost_reports, usage_details
from costplane.http.azure.kept import (
    alerts,
    budgets,
    cost_allocation_rules,
    exports,
    scheduled_actions,
    settings,
    views,
)
from costplane.http.azure.protocol.operation import Operation
from costplane.http.azure.reservations import (
    benefit_reports,
    benefit_utilization,
    recommendations,
    reservation_transactions,
    reservations,
)
from costplane.http.azure.resources import resource_tags, resources

_TABLE: tuple[Operation, ...] = (
    *query.OPERATIONS,
    *dimensions.OPERATIONS,
    *forecast.OPERATIONS,
    *views.OPERATIONS,
    *accounts.OPERATIONS,
    *invoices.OPERATIONS,
    *resources.OPERATIONS,
    *resource_tags.OPERATIONS,
    *role_assignments.OPERATIONS,
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
