"""Files have the columns of Azure's dataset schemas, in their order."""

from __future__ import annotations

from costplane.app.cost_details.files import layout_names
from costplane.app.cost_details.layouts import CUSTOMER, ENTERPRISE, PAY_AS_YOU_GO
from costplane.app.cost_details.rows import COLUMNS

EA = """InvoiceSectionName, AccountName, AccountOwnerId, SubscriptionId, SubscriptionName,
ResourceGroup, ResourceLocation, Date, ProductName, MeterCategory, MeterSubCategory, MeterId,
MeterName, MeterRegion, UnitOfMeasure, Quantity, EffectivePrice, CostInBillingCurrency, CostCenter,
ConsumedService, ResourceId, Tags, OfferId, AdditionalInfo, ServiceInfo1, ServiceInfo2,
ResourceName, ReservationId, ReservationName, UnitPrice, ProductOrderId, ProductOrderName, Term,
PublisherType, PublisherName, ChargeType, Frequency, PricingModel, AvailabilityZone,
BillingAccountId, BillingAccountName, BillingCurrencyCode, BillingPeriodStartDate,
BillingPeriodEndDate, BillingProfileId, BillingProfileName, InvoiceSectionId,
IsAzureCreditEligible, PartNumber, PayGPrice, PlanName, ServiceFamily, CostAllocationRuleName,
benefitId, benefitName, AccountId, ResourceLocationNormalized"""
MCA = """invoiceId, previousInvoiceId, billingAccountId, billingAccountName, billingProfileId,
billingProfileName, invoiceSectionId, invoiceSectionName, resellerName, resellerMpnId, costCenter,
billingPeriodEndDate, billingPeriodStartDate, servicePeriodEndDate, servicePeriodStartDate, date,
serviceFamily, productOrderId, productOrderName, consumedService, meterId, meterName,
meterCategory, meterSubCategory, meterRegion, ProductId, ProductName, SubscriptionId,
subscriptionName, publisherType, publisherId, publisherName, resourceGroupName, ResourceId,
resourceLocation, location, effectivePrice, quantity, unitOfMeasure, chargeType, billingCurrency,
pricingCurrency, costInBillingCurrency, costInPricingCurrency, costInUsd,
paygCostInBillingCurrency, paygCostInUsd, exchangeRatePricingToBilling, exchangeRateDate,
isAzureCreditEligible, serviceInfo1, serviceInfo2, additionalInfo, tags, PayGPrice, frequency,
term, reservationId, reservationName, pricingModel, unitPrice, costAllocationRuleName, benefitId,
benefitName, provider"""
PAYG = """SubscriptionGuid, ResourceGroup, ResourceLocation, UsageDateTime, MeterCategory,
MeterSubCategory, MeterId, MeterName, MeterRegion, UsageQuantity, ResourceRate, PreTaxCost,
ConsumedService, ResourceType, InstanceId, Tags, OfferId, AdditionalInfo, ServiceInfo1,
ServiceInfo2, ServiceName, ServiceTier, Currency, UnitOfMeasure"""


def test_columns_are_those_of_the_schemas() -> None:
    for layout, text, count in (
        (ENTERPRISE, EA, 57),
        (CUSTOMER, MCA, 65),
        (PAY_AS_YOU_GO, PAYG, 24),
    ):
        assert layout_names(layout) == text.replace("\n", " ").split(", ")
        assert len(layout) == count


def test_every_source_is_a_column_of_a_row() -> None:
    for layout in (ENTERPRISE, CUSTOMER, PAY_AS_YOU_GO):
        assert {column.source for column in layout} - {""} <= set(COLUMNS)
