"""The columns of cost details files, by agreement, in the order of Azure's dataset schemas.

Sources: Enterprise Agreement 2024-08-01, Microsoft Customer Agreement 2023-12-01-preview,
pay-as-you-go 2019-11-01. A column that neither the ledger nor the catalog knows is empty. Prices
are in the billing currency under an Enterprise Agreement, in the pricing currency under a
Microsoft Customer Agreement. `Tags` and `AdditionalInfo` are JSON objects, braces included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from costplane.analysis.nodes import alias, template

Kind = Literal["text", "number", "day", "iso day", "flag", "empty"]

_EMPTY = "CAST('' AS VARCHAR)"
_FORMS: dict[Kind, str] = {
    "text": "COALESCE({0}, '')",
    "number": "COALESCE(CASE WHEN CONTAINS(CAST({0} AS VARCHAR), '.') "
    "THEN RTRIM(RTRIM(CAST({0} AS VARCHAR), '0'), '.') ELSE CAST({0} AS VARCHAR) END, '')",
    "day": "COALESCE(STRFTIME({0}, '%m/%d/%Y'), '')",
    "iso day": "COALESCE(STRFTIME({0}, '%Y-%m-%d'), '')",
    "flag": "CASE WHEN {0} THEN 'True' ELSE 'False' END",
    "empty": _EMPTY,
}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file, and the row's column that it shows."""

    name: str
    source: str = ""
    kind: Kind = "text"

    def shown(self) -> exp.Expr:
        """Its text, under its name; what is not known is empty."""
        return alias(template(_FORMS[self.kind].format(self.source)), self.name)


Layout = tuple[FileColumn, ...]


def _layout(*pairs: str) -> Layout:
    """Columns written as `Name`, `Name=source` or `Name=source:kind`."""
    return tuple(map(_column, " ".join(pairs).split()))


def _column(text: str) -> FileColumn:
    name, _, rest = text.partition("=")
    source, _, kind = rest.partition(":")
    chosen: Kind = next((k for k in _FORMS if k.replace(" ", "") == (kind or "text")), "text")
    return FileColumn(name, source, chosen if source else "empty")


ENTERPRISE = _layout(
    "InvoiceSectionName=department AccountName=enrollment_account AccountOwnerId",
    "SubscriptionId=subscription_id SubscriptionName=subscription ResourceGroup=resource_group",
    "ResourceLocation=resource_location Date=day:day ProductName=product",
    "MeterCategory=meter_category MeterSubCategory=meter_sub_category MeterId=meter_id",
    "MeterName=meter_name MeterRegion=resource_location UnitOfMeasure=unit_of_measure",
    "Quantity=quantity:number EffectivePrice=effective_price:number",
    "CostInBillingCurrency=cost:number CostCenter ConsumedService=consumed_service",
    "ResourceId=resource_id Tags=tags OfferId AdditionalInfo=additional_info ServiceInfo1",
    "ServiceInfo2 ResourceName=resource ReservationId=reservation_id",
    "ReservationName=reservation UnitPrice=unit_price:number ProductOrderId=order_id",
    "ProductOrderName=reservation Term PublisherType=publisher_type PublisherName=publisher",
    "ChargeType=charge_type Frequency=frequency PricingModel=pricing_model",
    "AvailabilityZone=availability_zone BillingAccountId=billing_account_id",
    "BillingAccountName=billing_account BillingCurrencyCode=currency",
    "BillingPeriodStartDate=billing_month:day BillingPeriodEndDate=billing_end:day",
    "BillingProfileId=billing_account_id BillingProfileName=billing_account",
    "InvoiceSectionId=department_id IsAzureCreditEligible=is_credit_eligible:flag",
    "PartNumber=part_number PayGPrice=list_price:number PlanName=offer",
    "ServiceFamily=service_family CostAllocationRuleName=allocation_rule benefitId=commitment_id",
    "benefitName=commitment AccountId=enrollment_account_id",
    "ResourceLocationNormalized=resource_location",
)

CUSTOMER = _layout(
    "invoiceId=invoice previousInvoiceId billingAccountId=billing_account_id",
    "billingAccountName=billing_account billingProfileId=billing_profile_id",
    "billingProfileName=billing_profile invoiceSectionId=invoice_section_id",
    "invoiceSectionName=invoice_section resellerName resellerMpnId costCenter",
    "billingPeriodEndDate=billing_end:day billingPeriodStartDate=billing_month:day",
    "servicePeriodEndDate=service_end:day servicePeriodStartDate=service_start:day date=day:day",
    "serviceFamily=service_family productOrderId=order_id productOrderName=reservation",
    "consumedService=consumed_service meterId=meter_id meterName=meter_name",
    "meterCategory=meter_category meterSubCategory=meter_sub_category",
    "meterRegion=resource_location ProductId=part_number ProductName=product",
    "SubscriptionId=subscription_id subscriptionName=subscription",
    "publisherType=microsoft_publisher publisherId publisherName=publisher",
    "resourceGroupName=resource_group ResourceId=resource_id resourceLocation=resource_location",
    "location=resource_location effectivePrice=own_effective_price:number",
    "quantity=quantity:number unitOfMeasure=unit_of_measure chargeType=charge_type",
    "billingCurrency=currency pricingCurrency=pricing_currency",
    "costInBillingCurrency=cost:number costInPricingCurrency=own_cost:number",
    "costInUsd=cost_in_usd:number paygCostInBillingCurrency=list_cost:number",
    "paygCostInUsd=list_cost_in_usd:number exchangeRatePricingToBilling=shown_rate:number",
    "exchangeRateDate=exchange_rate_date:day isAzureCreditEligible=is_credit_eligible:flag",
    "serviceInfo1 serviceInfo2 additionalInfo=additional_info tags=tags",
    "PayGPrice=own_list_price:number frequency=frequency term reservationId=reservation_id",
    "reservationName=reservation pricingModel=pricing_model unitPrice=own_unit_price:number",
    "costAllocationRuleName=allocation_rule benefitId=commitment_id benefitName=commitment",
    "provider=product_provider",
)

PAY_AS_YOU_GO = _layout(
    "SubscriptionGuid=subscription_id ResourceGroup=resource_group",
    "ResourceLocation=resource_location UsageDateTime=day:isoday MeterCategory=meter_category",
    "MeterSubCategory=meter_sub_category MeterId=meter_id MeterName=meter_name",
    "MeterRegion=resource_location UsageQuantity=quantity:number",
    "ResourceRate=effective_price:number PreTaxCost=cost:number",
    "ConsumedService=consumed_service ResourceType=resource_type InstanceId=resource_id Tags=tags",
    "OfferId AdditionalInfo=additional_info ServiceInfo1 ServiceInfo2 ServiceName=service",
    "ServiceTier=meter_sub_category Currency=currency UnitOfMeasure=unit_of_measure",
)
