"""`reservationRecommendations` with their details, and `benefitRecommendations`: which reservations
of provisioned throughput would have paid in the last days.

All three tell the same advice in Azure's three shapes. What saves nothing is not recommended; its
details are told when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from http import HTTPStatus

from starlette.responses import Response

from costplane.app.consumption.reservation_advice import Advice, Reach
from costplane.app.consumption.reservation_savings import Saving
from costplane.catalog.reservations import PROVISIONED_SKUS, TERM_MONTHS
from costplane.core.money import round_line
from costplane.core.scope import ScopeKind
from costplane.errors import InvalidInput
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.conditions import conditions
from costplane.http.azure.protocol.operation import CONSUMPTION, COST, READ, Call, Operation
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import amount, resource, resource_id
from costplane.http.azure.reservations.reservations import percent

RECOMMENDATIONS = "Microsoft.Consumption/reservationRecommendations"
DETAILS = "Microsoft.Consumption/ReservationRecommendationDetails"
BENEFITS = "Microsoft.CostManagement/benefitRecommendations"
RESOURCE_TYPE = "ProvisionedThroughput"
_SCOPES: frozenset[ScopeKind] = frozenset(
    ("Subscription", "ResourceGroup", "BillingAccount", "BillingProfile")
)
_REACHES: Mapping[str, Reach] = {"single": "Single", "shared": "Shared"}
_DAYS = {"last7days": 7, "last30days": 30, "last60days": 60}


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom the reservation would be, how many days are looked at, and which terms count."""

    reach: Reach
    days: int
    term: str | None


def recommendations(call: Call) -> Response:
    """GET: the reservations of Microsoft.Consumption that would have saved something."""
    told = conditions(call, equal=("scope", "lookbackperiod", "resourcetype", "term")).equal
    if told.get("resourcetype", RESOURCE_TYPE).lower() != RESOURCE_TYPE.lower():
        return paged(call, [])
    asked = _asked(told, reach="Single", days="Last7Days")
    modern = call.scope.kind == "BillingProfile"
    shape = _modern if modern else _legacy
    return paged(call, [shape(call, advice, chosen) for advice, chosen in _saving(call, asked)])


def benefits(call: Call) -> Response:
    """GET: the same reservations as benefits of Microsoft.CostManagement."""
    told = conditions(call, equal=("scope", "lookbackperiod", "term")).equal
    asked = _asked(told, reach="Shared", days="Last60Days")
    expanded = call.options.get("$expand", "").lower()
    return paged(
        call, [_benefit(call, advice, best, expanded) for advice, best in _saving(call, asked)]
    )


def details(call: Call) -> Response:
    """GET: what each quantity of one product, region and term would have saved."""
    names = ("scope", "region", "term", "lookBackPeriod", "product")
    told = {name.lower(): call.options.get(name.lower(), "").strip() for name in names}
    missing = [name for name in names if not told[name.lower()]]
    if missing:
        raise InvalidInput(
            f"{', '.join(missing)} must be told, such as product=GlobalProvisionedManaged",
            target=missing[0],
        )
    only = conditions(call, equal=("subscriptionid",)).equal.get("subscriptionid")
    asked = _asked(told, reach="Single", days="Last7Days")
    for advice in _advice(call, asked):
        one = advice.candidate
        product = PROVISIONED_SKUS[one.deployment_scope].lower()
        fits = (product, one.region) == (told["product"].lower(), told["region"].lower())
        if fits and (only is None or only.lower() in advice.subscriptions):
            return json_answer(_detail(call, asked, advice))
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _asked(told: Mapping[str, str], *, reach: Reach, days: str) -> Asked:
    named = told.get("scope", reach).lower()
    looked = told.get("lookbackperiod", days).lower()
    term = told.get("term")
    if named not in _REACHES:
        raise InvalidInput(f"scope is '{named[:40]}'; write Single or Shared", target="scope")
    if looked not in _DAYS:
        raise InvalidInput(
            f"lookBackPeriod is '{looked[:40]}'; write Last7Days, Last30Days or Last60Days",
            target="lookBackPeriod",
        )
    if term is not None and term.upper() not in TERM_MONTHS:
        raise InvalidInput(f"term is '{term[:40]}'; write {', '.join(TERM_MONTHS)}", target="term")
    return Asked(_REACHES[named], _DAYS[looked], term and term.upper())


def _advice(call: Call, asked: Asked) -> list[Advice]:
    workspace = call.services.workspace
    found = workspace.consumption.advice.of(
        call.scope, asked.reach, asked.days, workspace.now(), call.visible
    )
    return [advice for advice in found if asked.term in (None, advice.term)]


def _saving(call: Call, asked: Asked) -> Iterable[tuple[Advice, Saving]]:
    for advice in _advice(call, asked):
        chosen = advice.best
        if chosen is not None:
            yield advice, chosen


def _name(advice: Advice) -> str:
    one = advice.candidate
    whose = one.subscription or one.account
    parts = (whose, PROVISIONED_SKUS[one.deployment_scope], one.region, advice.term)
    return "_".join(parts).lower()


def _common(advice: Advice, chosen: Saving) -> dict[str, object]:
    one = advice.candidate
    own = {"subscriptionId": one.subscription} if one.subscription else {}
    return own | {
        "scope": "Single" if one.subscription else "Shared",
        "term": advice.term,
        "meterId": advice.meter,
        "resourceType": RESOURCE_TYPE,
        "instanceFlexibilityGroup": "NA",
        "instanceFlexibilityRatio": 1,
        "normalizedSize": PROVISIONED_SKUS[one.deployment_scope],
        "recommendedQuantity": Decimal(chosen.quantity),
        "recommendedQuantityNormalized": chosen.quantity,
        "firstUsageDate": advice.uses[0].hour,
        "lastUsageDate": advice.uses[-1].hour,
        "totalHours": len(advice.uses),
        "skuProperties": [],
    }


def _legacy(call: Call, advice: Advice, chosen: Saving) -> dict[str, object]:
    one = advice.candidate
    properties = _common(advice, chosen) | {
        "lookBackPeriod": f"Last{advice.days}Days",
        "costWithNoReservedInstances": chosen.without,
        "totalCostWithReservedInstances": chosen.total,
        "netSavings": chosen.saved,
    }
    found = resource(resource_id(call, RECOMMENDATIONS, _name(advice)), RECOMMENDATIONS, properties)
    sku = PROVISIONED_SKUS[one.deployment_scope]
    return found | {"kind": "legacy", "location": one.region, "sku": sku}


def _modern(call: Call, advice: Advice, chosen: Saving) -> dict[str, object]:
    one = advice.candidate
    properties = _common(advice, chosen) | {
        "location": one.region,
        "skuName": PROVISIONED_SKUS[one.deployment_scope],
        "lookBackPeriod": advice.days,
        "costWithNoReservedInstances": amount(chosen.without, one.currency),
        "totalCostWithReservedInstances": amount(chosen.total, one.currency),
        "netSavings": amount(chosen.saved, one.currency),
    }
    id_ = resource_id(call, RECOMMENDATIONS, _name(advice))
    return resource(id_, RECOMMENDATIONS, properties) | {"kind": "modern"}


def _detail(call: Call, asked: Asked, advice: Advice) -> dict[str, object]:
    one, chosen = advice.candidate, advice.best
    group = dict(call.scope.parts).get("group")
    properties: dict[str, object] = {
        "currency": one.currency,
        "resource": {
            "appliedScopes": [*advice.subscriptions, *([group] if group else [])],
            "onDemandRate": round_line(advice.hourly),
            "product": PROVISIONED_SKUS[one.deployment_scope],
            "region": one.region,
            "reservationRate": round_line(advice.unit_hour),
            "resourceType": RESOURCE_TYPE,
        },
        "resourceGroup": group,
        "savings": {
            "calculatedSavings": [_calculated(saving) for saving in advice.options],
            "lookBackPeriod": advice.days,
            "recommendedQuantity": Decimal(chosen.quantity if chosen else 0),
            "reservationOrderTerm": advice.term,
            "savingsType": "instance",
            "unitOfMeasure": "hour",
        },
        "scope": asked.reach,
        "usage": {
            "firstConsumptionDate": f"{advice.uses[0].hour:%Y-%m-%dT%H:%M:%S}",
            "lastConsumptionDate": f"{advice.uses[-1].hour:%Y-%m-%dT%H:%M:%S}",
            "lookBackUnitType": "provisioned throughput units",
            "usageData": [use.units for use in advice.by_hour()],
            "usageGrain": "hourly",
        },
    }
    id_ = f"/{call.address}/providers/{DETAILS}"
    return resource(id_, DETAILS, properties, name="reservationRecommendationDetails")


def _calculated(saving: Saving) -> dict[str, object]:
    return {
        "onDemandCost": saving.without,
        "overageCost": saving.overage,
        "quantity": Decimal(saving.quantity),
        "reservationCost": saving.reserved,
        "totalReservationCost": saving.total,
        "reservedUnitCount": 1,
        "savings": saving.saved,
    }


def _benefit(call: Call, advice: Advice, chosen: Saving, expanded: str) -> dict[str, object]:
    one = advice.candidate
    charges = [use.cost for use in advice.by_hour()]
    options = [_saved(advice, saving) for saving in advice.options]
    own = {"subscriptionId": one.subscription} if one.subscription else {}
    group = dict(call.scope.parts).get("group")
    properties: dict[str, object] = own | {
        "scope": "Single" if one.subscription else "Shared",
        "resourceGroup": group,
        "firstConsumptionDate": advice.uses[0].hour,
        "lastConsumptionDate": advice.uses[-1].hour,
        "lookBackPeriod": f"Last{advice.days}Days",
        "totalHours": advice.days * 24,
        "armSkuName": PROVISIONED_SKUS[one.deployment_scope],
        "term": advice.term,
        "commitmentGranularity": "Hourly",
        "currencyCode": one.currency,
        "costWithoutBenefit": chosen.without,
        "recommendationDetails": _saved(advice, chosen),
    }
    if "properties/usage" in expanded:
        properties["usage"] = {"usageGrain": "Hourly", "charges": charges}
    if "properties/allrecommendationdetails" in expanded:
        properties["allRecommendationDetails"] = {"value": options, "nextLink": None}
    id_ = resource_id(call, BENEFITS, _name(advice))
    return resource(id_, BENEFITS, properties) | {"kind": "Reservation"}


def _saved(advice: Advice, saving: Saving) -> dict[str, object]:
    without = Fraction(saving.without)
    return {
        "averageUtilizationPercentage": percent(saving.utilisation),
        "coveragePercentage": percent(saving.coverage),
        "commitmentAmount": round_line(saving.quantity * advice.unit_hour),
        "overageCost": saving.overage,
        "benefitCost": saving.reserved,
        "totalCost": saving.total,
        "savingsAmount": saving.saved,
        "savingsPercentage": percent(Fraction(saving.saved) / without if without else Fraction(0)),
        "wastageCost": saving.wasted,
    }


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "reservation_recommendations.list",
        *("GET", CONSUMPTION, "reservationRecommendations", READ, recommendations, _SCOPES),
    ),
    Operation(
        "reservation_recommendation_details.get",
        *("GET", CONSUMPTION, "reservationRecommendationDetails", READ, details, _SCOPES),
    ),
    Operation(
        "benefit_recommendations.list",
        *("GET", COST, "benefitRecommendations", READ, benefits, _SCOPES),
    ),
)
