"""`benefitUtilizationSummaries`: how well reservations and savings plans are used.

Azure lists savings plans alone here; reservations of provisioned throughput stand beside them,
with the kind Reservation and the same properties.
"""

from __future__ import annotations

from starlette.responses import Response

from costplane.app.access.visible import check_known
from costplane.app.consumption.benefit_use import BenefitUse
from costplane.core.scope import BENEFITS, ScopeKind
from costplane.errors import InvalidInput
from costplane.http.azure.protocol.conditions import Conditions, conditions
from costplane.http.azure.protocol.operation import ACCOUNT, COST, PROFILE, READ, Call, Operation
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import resource, resource_id
from costplane.http.azure.reservations.reservations import days_of, grain_of, percent

TYPE = "Microsoft.CostManagement/benefitUtilizationSummaries"
PLAN_ORDER: frozenset[ScopeKind] = frozenset({"SavingsPlanOrder"})
PLAN: frozenset[ScopeKind] = frozenset({"SavingsPlan"})
_EQUAL = ("benefitid", "benefitorderid")


def summaries(call: Call) -> Response:
    """GET: the use of the benefits of a scope, by day or month; all of it without days."""
    workspace = call.services.workspace
    if call.scope.kind not in BENEFITS:
        check_known(workspace.catalog, call.scope, call.visible)
    grain = grain_of(call, "grainParameter" if "grainparameter" in call.options else "grain")
    asked = _conditions(call)
    within = asked.period
    uses = workspace.consumption.all_benefits.of(
        call.scope, grain, days_of(grain, within), call.visible
    )
    shown = (use for use in uses if (within is None or use.start in within) and _fits(asked, use))
    return paged(call, [_summary(call, use) for use in shown])


def _conditions(call: Call) -> Conditions:
    """The filter, which Azure names `filter` at billing scopes and `$filter` at savings plans."""
    named = [name for name in ("filter", "$filter") if call.options.get(name)]
    if len(named) > 1:
        raise InvalidInput("filter and $filter are one; give one of them", target="filter")
    return conditions(call, ("usagedate",), _EQUAL, named[0] if named else "filter")


def _fits(asked: Conditions, use: BenefitUse) -> bool:
    """Whether a benefit is the one that was named, by its whole id or the last part of it."""
    told = {"benefitid": use.benefit, "benefitorderid": _order(use.benefit)}
    return all(
        told[name].rpartition("/")[2] == value.lower().rpartition("/")[2]
        for name, value in asked.equal.items()
    )


def _summary(call: Call, use: BenefitUse) -> dict[str, object]:
    kind = "".join((use.type or "Reservation").split())
    order, benefit = _order(use.benefit), use.benefit
    names = (order.rpartition("/")[2], benefit.rpartition("/")[2], f"{use.start:%Y%m%d}")
    properties: dict[str, object] = {
        "armSkuName": use.sku,
        "benefitOrderId": order,
        "benefitId": benefit,
        "benefitType": kind,
        "usageDate": use.start,
        "avgUtilizationPercentage": percent(use.share),
        "minUtilizationPercentage": percent(use.least),
        "maxUtilizationPercentage": percent(use.most),
    }
    return resource(resource_id(call, TYPE, "_".join(names)), TYPE, properties, kind=kind)


def _order(benefit: str) -> str:
    """The order that a benefit was bought in, as its id names it."""
    return benefit.rpartition("/")[0].rpartition("/")[0]


_GET = ("GET", COST, "benefitUtilizationSummaries", READ, summaries)

OPERATIONS: tuple[Operation, ...] = (
    Operation("benefit_utilization_summaries.list_by_billing_account_id", *_GET, ACCOUNT),
    Operation("benefit_utilization_summaries.list_by_billing_profile_id", *_GET, PROFILE),
    Operation("benefit_utilization_summaries.list_by_savings_plan_order", *_GET, PLAN_ORDER),
    Operation("benefit_utilization_summaries.list_by_savings_plan_id", *_GET, PLAN),
)
