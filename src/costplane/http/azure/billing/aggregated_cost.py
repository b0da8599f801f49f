"""`aggregatedCost`: what a management group cost with all that is below it."""

from __future__ import annotations

from starlette.responses import Response

from costplane.app.consumption.aggregated_cost import AggregatedCost
from costplane.app.consumption.charge_sums import BillingMonth, Span
from costplane.core.period import DAY, Period, next_month
from costplane.core.scope import ScopeKind
from costplane.http.answers import json_answer
from costplane.http.azure.billing.ids import period_id
from costplane.http.azure.protocol.conditions import asked_span
from costplane.http.azure.protocol.operation import CONSUMPTION, READ, Call, Operation
from costplane.http.azure.protocol.shapes import resource

TYPE = "Microsoft.Consumption/aggregatedcost"
_GROUPS = "providers/Microsoft.Management/managementGroups"
MANAGEMENT_GROUP: frozenset[ScopeKind] = frozenset({"ManagementGroup"})


def aggregated_cost(call: Call) -> Response:
    """GET: of the days in `$filter`, of the billing period in the path, or of the current one."""
    workspace = call.services.workspace
    span = asked_span(call)
    found = workspace.consumption.aggregated.of(call.scope, span, call.visible)
    return json_answer(_shape(found, span))


def _shape(found: AggregatedCost, span: Span) -> dict[str, object]:
    group = f"{_GROUPS}/{found.group}"
    if isinstance(span, BillingMonth):
        days = Period(span.start, next_month(span.start))
        period: dict[str, object] = {"billingPeriodId": period_id(group, span.start)}
        name = f"{span.start:%Y%m}"
    else:
        days, period = span, {}
        name = f"{span.start:%Y%m%d}-{span.end - DAY:%Y%m%d}"
    properties = period | {
        "includedSubscriptions": found.included,
        "excludedSubscriptions": found.excluded,
        "usageStart": days.start,
        "usageEnd": days.end - DAY,
        "azureCharges": found.azure,
        "marketplaceCharges": found.marketplace,
        "chargesBilledSeparately": found.separate,
        "currency": found.currency,
        "children": [_shape(child, span) for child in found.children],
    }
    return resource(f"/{group}/providers/{TYPE}/{name}", TYPE, properties)


_GET = ("GET", CONSUMPTION, "aggregatedCost", READ, aggregated_cost, MANAGEMENT_GROUP)

OPERATIONS: tuple[Operation, ...] = (
    Operation("aggregated_cost.get_by_management_group", *_GET),
    Operation(
        "aggregated_cost.get_for_billing_period_by_management_group",
        *_GET,
        billing_period="required",
    ),
)
