"""A row of cost details as Azure's legacy and modern UsageDetail and as a Marketplace.

Legacy is for Enterprise Agreements and pay-as-you-go, modern for Microsoft Customer Agreements
and whatever is billed outside Azure. A text that is not known is empty, a number null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

Row = Mapping[str, Any]

_LEGACY_AGREEMENTS = frozenset({"EnterpriseAgreement", "MicrosoftOnlineServicesProgram"})
_SECOND = time(23, 59, 59)

_LEGACY = """
    billingAccountId=billing_account_id billingAccountName=billing_account
    billingPeriodStartDate=billing_month:day billingPeriodEndDate=billing_end:day
    billingProfileId=billing_account_id billingProfileName=billing_account
    accountOwnerId accountName=enrollment_account subscriptionId=subscription_id
    subscriptionName=subscription date=day:day product=product partNumber=part_number
    meterId=meter_id quantity=quantity:number effectivePrice=effective_price:number
    cost=cost:number unitPrice=unit_price:number billingCurrency=currency
    resourceLocation=resource_location consumedService=consumed_service resourceId=resource_id
    resourceName=resource serviceInfo1 serviceInfo2 invoiceSection=department costCenter
    resourceGroup=resource_group reservationId=reservation_id reservationName=reservation
    productOrderId=order_id productOrderName=reservation offerId
    isAzureCreditEligible=is_credit_eligible:flag term publisherName=publisher
    publisherType=publisher_type planName=offer chargeType=charge_type frequency=frequency
    payGPrice=list_price:number benefitId=commitment_id benefitName=commitment
    pricingModel=pricing_model costAllocationRuleName=allocation_rule"""
_MODERN = """
    billingAccountId=billing_account_id effectivePrice=own_effective_price:number
    pricingModel=pricing_model billingAccountName=billing_account
    billingPeriodStartDate=billing_month:day billingPeriodEndDate=billing_end:day
    billingProfileId=billing_profile_id billingProfileName=billing_profile
    subscriptionGuid=subscription_id subscriptionName=subscription date=day:day product=product
    meterId=meter_id meterName=meter_name meterRegion=resource_location
    meterCategory=meter_category meterSubCategory=meter_sub_category serviceFamily=service_family
    quantity=quantity:number unitOfMeasure=unit_of_measure instanceName=resource_id
    costInUSD=cost_in_usd:number unitPrice=own_unit_price:number billingCurrencyCode=currency
    resourceLocation=resource_location consumedService=consumed_service serviceInfo1 serviceInfo2
    additionalInfo=additional_info invoiceSectionId=invoice_section_id
    invoiceSectionName=invoice_section costCenter resourceGroup=resource_group
    reservationId=reservation_id reservationName=reservation productOrderId=order_id
    productOrderName=reservation isAzureCreditEligible=is_credit_eligible:flag term
    publisherName=publisher publisherType=microsoft_publisher chargeType=charge_type
    frequency=frequency costInBillingCurrency=cost:number costInPricingCurrency=own_cost:number
    exchangeRate=shown_rate:text exchangeRateDate=exchange_rate_date:day invoiceId=invoice
    previousInvoiceId pricingCurrencyCode=pricing_currency productIdentifier=part_number
    resourceLocationNormalized=resource_location servicePeriodStartDate=service_start:day
    servicePeriodEndDate=service_end:day customerTenantId=customer_id customerName=customer
    partnerTenantId partnerName resellerMpnId resellerName publisherId
    marketPrice=own_list_price:number exchangeRatePricingToBilling=shown_rate:number
    paygCostInBillingCurrency=list_cost:number paygCostInUSD=list_cost_in_usd:number
    partnerEarnedCreditRate=no_credit:number partnerEarnedCreditApplied=no_credit:text
    payGPrice=own_list_price:number benefitId=commitment_id benefitName=commitment
    provider=product_provider costAllocationRuleName=allocation_rule"""
_MARKETPLACE = """
    usageStart=day:day usageEnd=day:end resourceRate=effective_price:number offerName=offer
    resourceGroup=resource_group additionalInfo=additional_info orderNumber
    instanceName=resource instanceId=resource_id currency=currency
    consumedQuantity=quantity:number unitOfMeasure=unit_of_measure pretaxCost=cost:number
    meterId=meter_id subscriptionGuid=subscription_id subscriptionName=subscription
    accountName=enrollment_account departmentName=department consumedService=consumed_service
    costCenter additionalProperties publisherName=publisher planName=model"""
_METER = """
    meterName=meter_name meterCategory=meter_category meterSubCategory=meter_sub_category
    unitOfMeasure=unit_of_measure serviceFamily=service_family"""


def _instant(value: date | None, at: time = time()) -> datetime | None:
    return None if value is None else datetime.combine(value, at, UTC)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


_FORMS: dict[str, Callable[[Any], object]] = {
    "text": _text,
    "number": lambda value: value,
    "flag": bool,
    "day": _instant,
    "end": lambda value: _instant(value, _SECOND),
}
_Member = tuple[str, str, Callable[[Any], object]]


def _members(text: str) -> tuple[_Member, ...]:
    """Members written as `name`, `name=column` or `name=column:form`."""
    found = []
    for item in text.split():
        name, _, rest = item.partition("=")
        source, _, form = rest.partition(":")
        found.append((name, source, _FORMS[form or "text"]))
    return tuple(found)


LEGACY, MODERN, MARKETPLACE, METER = map(_members, (_LEGACY, _MODERN, _MARKETPLACE, _METER))


def is_legacy(row: Row) -> bool:
    """Whether the row's agreement has legacy usage details."""
    return row["agreement"] in _LEGACY_AGREEMENTS


def usage_detail(address: str, row: Row, expanded: frozenset[str]) -> dict[str, object]:
    """The row as a UsageDetail at the scope `address`; legacy ones have `meterdetails` and
    `additionalinfo` only when these are `expanded`."""
    if not is_legacy(row):
        return _envelope(address, "usageDetails", row) | {
            "kind": "modern",
            "properties": _properties(MODERN, {**row, "no_credit": 0}),
        }
    properties = _properties(LEGACY, row)
    properties["meterDetails"] = _properties(METER, row) if "meterdetails" in expanded else None
    if "additionalinfo" in expanded:
        properties["additionalInfo"] = row["additional_info"]
    period = f"providers/Microsoft.Billing/billingPeriods/{row['billing_month']:%Y%m}"
    return _envelope(f"{address}/{period}", "usageDetails", row) | {
        "kind": "legacy",
        "properties": properties,
    }


def marketplace(address: str, row: Row, today: date) -> dict[str, object]:
    """The row as a Marketplace; it is estimated until its billing period ends."""
    period = f"/{address}/providers/Microsoft.Billing/billingPeriods/{row['billing_month']:%Y%m}"
    properties = _properties(MARKETPLACE, row) | {
        "billingPeriodId": period.replace("//", "/"),
        "isEstimated": row["billing_end"] >= today,
        "isRecurringCharge": row["charge_frequency"] == "Recurring",
    }
    return _envelope(period.strip("/"), "marketplaces", row) | {"properties": properties}


def _envelope(address: str, kind: str, row: Row) -> dict[str, object]:
    id_ = f"/{address}/providers/Microsoft.Consumption/{kind}/{row['id']}".replace("//", "/")
    tags = json.loads(row["tags"]) or None
    type_ = f"Microsoft.Consumption/{kind}"
    return {"id": id_, "name": row["id"], "type": type_, "tags": tags}


def _properties(members: tuple[_Member, ...], row: Row) -> dict[str, object]:
    return {name: form(row[source] if source else None) for name, source, form in members}
