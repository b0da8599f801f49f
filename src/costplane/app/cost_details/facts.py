"""What tells the rows of cost details apart, and what they sum: columns of `charges`, in SQL.

A row is a UTC day of one meter of one resource, as in Azure's files, and, since several rows of
one meter and day are legal there where AdditionalInfo differs, of one deployment, model and token
type, so that the file can say who caused what. Prices are facts too: a day on which a price
changed has a row for each.
"""

from __future__ import annotations

from costplane.app.cost_details.selection import COST, COST_IN_USD, Metric
from costplane.billing.invoice_number import INVOICE_NUMBER

FACTS: dict[str, str] = {
    "day": "CAST(MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart)) AS DATE)",
    "billing_month": "CAST(MAKE_TIMESTAMP(EPOCH_US(BillingPeriodStart)) AS DATE)",
    "billing_end": "CAST(MAKE_TIMESTAMP(EPOCH_US(BillingPeriodEnd) - 1) AS DATE)",
    "billing_account_id": "BillingAccountId",
    "billing_profile_id": "x_BillingProfileId",
    "invoice_section_id": "x_InvoiceSectionId",
    "customer_id": "x_CustomerId",
    "subscription_id": "SubAccountId",
    "resource_group": "x_ResourceGroupName",
    "resource_id": "ResourceId",
    "resource_type": "ResourceType",
    "resource_location": "RegionId",
    "availability_zone": "AvailabilityZone",
    "currency": "BillingCurrency",
    "pricing_currency": "PricingCurrency",
    "exchange_rate": "x_ExchangeRate",
    "exchange_rate_date": "x_ExchangeRateDate",
    # No invoice has what a cost allocation rule moved.
    "invoice": f"CASE WHEN AllocatedMethodId IS NULL "
    f"THEN COALESCE(InvoiceId, {INVOICE_NUMBER}) END",
    "charge_category": "ChargeCategory",
    "charge_class": "ChargeClass",
    "charge_frequency": "ChargeFrequency",
    "product": "ChargeDescription",
    "commitment_id": "CommitmentDiscountId",
    "commitment_type": "CommitmentDiscountType",
    "commitment_status": "CommitmentDiscountStatus",
    "pricing_category": "PricingCategory",
    "service": "ServiceName",
    "service_family": "x_ServiceFamily",
    "publisher": "ServiceProviderName",
    "publisher_type": "x_PublisherType",
    "part_number": "SkuId",
    "price_id": "SkuPriceId",
    "meter_id": "x_SkuMeterId",
    "meter_name": "SkuMeter",
    "meter_category": "x_SkuMeterCategory",
    "meter_sub_category": "x_SkuMeterSubcategory",
    "unit_of_measure": "COALESCE(x_SkuUnitOfMeasure, PricingUnit)",
    "unit_price": "ContractedUnitPrice",
    "list_price": "ListUnitPrice",
    "own_unit_price": "PricingCurrencyContractedUnitPrice",
    "own_list_price": "PricingCurrencyListUnitPrice",
    "tags": "COALESCE(Tags, '{}')",
    "account_resource_id": "x_AccountResourceId",
    "deployment": "x_Deployment",
    "deployment_type": "x_DeploymentType",
    "model": "x_Model",
    "model_version": "x_ModelVersion",
    "operation": "x_Operation",
    "provider": "x_Provider",
    "service_tier": "x_ServiceTier",
    "token_type": "x_TokenType",
    "context_band": "x_ContextBand",
    "consumed_unit": "ConsumedUnit",
    "source_dataset": "x_SourceDataset",
    "allocation_rule": "AllocatedMethodId",
}
"""Rows that differ in none are one; its id is made of them."""

LABELS: dict[str, str] = {
    "billing_account": "BillingAccountName",
    "billing_profile": "x_BillingProfileName",
    "invoice_section": "x_InvoiceSectionName",
    "customer": "x_CustomerName",
    "department": "x_DepartmentName",
    "enrollment_account": "x_EnrollmentAccountName",
    "subscription": "SubAccountName",
    "resource": "ResourceName",
    "commitment": "CommitmentDiscountName",
}
"""Names for display: one that changed makes no row of its own."""


def sums(metric: Metric) -> dict[str, str]:
    """The amounts of a row; those that are null where nothing is known stay so."""
    cost, usd = COST[metric], COST_IN_USD[metric]
    return {
        "quantity": "COALESCE(SUM(PricingQuantity), SUM(ConsumedQuantity), 0)",
        "consumed": "SUM(ConsumedQuantity)",
        "cost": f"SUM({cost})",
        "cost_in_usd": f"CASE WHEN SUM(CASE WHEN {usd} IS NULL THEN {cost} ELSE 0 END) = 0 "
        f"THEN SUM({usd}) END",
        "list_cost": "SUM(ListCost)",
        "events": "SUM(x_Events)",
        "service_start": "CAST(MAKE_TIMESTAMP(EPOCH_US(MIN(ChargePeriodStart))) AS DATE)",
        "service_end": "CAST(MAKE_TIMESTAMP(EPOCH_US(MAX(ChargePeriodEnd)) - 1) AS DATE)",
    }
