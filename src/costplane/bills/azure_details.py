"""Azure cost details: Enterprise Agreement, Microsoft Customer Agreement, pay-as-you-go.

Source: Azure's dataset schemas and their older names (azure-docs, cost-management-billing).
Quantities are in the priced unit: price x quantity is the cost. What a reservation or savings plan
covers was paid for when that was bought, and its purchase is effective where it is used. So the
cost of a covered row is effective and not billed, that of such a purchase billed and not effective;
of all others both.
"""

from __future__ import annotations

from costplane.bills.formats import Format, Version, lowered

_COST = "{CostInBillingCurrency}"
_CHARGE = "LOWER(COALESCE({ChargeType}, 'usage'))"
_IS_COMMITMENT = (
    "LOWER(COALESCE({PricingModel}, '')) IN ('reservation', 'savingsplan', 'savings plan')"
)
_IS_BOUGHT = f"{_CHARGE} IN ('purchase', 'refund')"
_BENEFIT = "COALESCE({benefitId}, {ReservationId})"
_IS_RESERVATION = f"CONTAINS(LOWER({_BENEFIT}), 'microsoft.capacity/')"
_IS_PLAN = f"CONTAINS(LOWER({_BENEFIT}), 'microsoft.billingbenefits/')"

_CATEGORIES = {
    "AI + Machine Learning": "AI and Machine Learning",
    "Analytics": "Analytics",
    "Compute": "Compute",
    "Containers": "Compute",
    "Databases": "Databases",
    "Developer Tools": "Developer Tools",
    "Integration": "Integration",
    "Internet of Things": "Internet of Things",
    "Management and Governance": "Management and Governance",
    "Media": "Media",
    "Networking": "Networking",
    "Security": "Security",
    "Storage": "Storage",
    "Web": "Web",
}
"""FOCUS service categories of Azure's service families."""

_FAMILIES = " ".join(f"WHEN '{family}' THEN '{name}'" for family, name in _CATEGORIES.items())

_COLUMNS: dict[str, str] = {
    "AvailabilityZone": "{AvailabilityZone}",
    "BilledCost": f"CASE WHEN {_IS_COMMITMENT} AND NOT {_IS_BOUGHT} THEN '0' ELSE {_COST} END",
    "BillingAccountId": "COALESCE({BillingAccountId}, {SubscriptionId})",
    "BillingAccountName": "{BillingAccountName}",
    "BillingCurrency": "{BillingCurrency}",
    "BillingPeriodStart": "{BillingPeriodStartDate}",
    "ChargeCategory": f"CASE WHEN {_CHARGE} IN ('usage', 'unusedreservation', 'unusedsavingsplan') "
    f"THEN 'Usage' WHEN {_IS_BOUGHT} THEN 'Purchase' WHEN {_CHARGE} = 'tax' THEN 'Tax' "
    f"WHEN {_CHARGE} = 'credit' THEN 'Credit' ELSE 'Adjustment' END",
    "ChargeClass": f"CASE WHEN {_CHARGE} = 'refund' THEN 'Correction' END",
    "ChargeDescription": "{ProductName}",
    "ChargeFrequency": "CASE LOWER({Frequency}) WHEN 'onetime' THEN 'One-Time' "
    "WHEN 'usagebased' THEN 'Usage-Based' ELSE {Frequency} END",
    "ChargePeriodStart": "{Date}",
    "CommitmentDiscountCategory": f"CASE WHEN {_IS_RESERVATION} THEN 'Usage' "
    f"WHEN {_IS_PLAN} THEN 'Spend' END",
    "CommitmentDiscountId": _BENEFIT,
    "CommitmentDiscountName": "COALESCE({benefitName}, {ReservationName})",
    "CommitmentDiscountStatus": f"CASE WHEN {_CHARGE} LIKE 'unused%' THEN 'Unused' "
    f"WHEN {_IS_COMMITMENT} AND {_CHARGE} = 'usage' THEN 'Used' END",
    "CommitmentDiscountType": f"CASE WHEN {_IS_RESERVATION} THEN 'Reservation' "
    f"WHEN {_IS_PLAN} THEN 'Savings Plan' END",
    "ContractedUnitPrice": "{UnitPrice}",
    "EffectiveCost": f"CASE WHEN {_IS_COMMITMENT} AND {_IS_BOUGHT} THEN '0' ELSE {_COST} END",
    "HostProviderName": "'Microsoft'",
    "InvoiceId": "{InvoiceId}",
    "InvoiceIssuerName": "COALESCE({PartnerName}, 'Microsoft')",
    "ListCost": "{PaygCostInBillingCurrency}",
    "ListUnitPrice": "{PayGPrice}",
    "PricingCategory": "CASE LOWER({PricingModel}) WHEN 'ondemand' THEN 'Standard' "
    "WHEN 'spot' THEN 'Dynamic' WHEN 'reservation' THEN 'Committed' "
    "WHEN 'savingsplan' THEN 'Committed' END",
    "PricingCurrency": "{PricingCurrency}",
    "PricingQuantity": "{Quantity}",
    "PricingUnit": "{UnitOfMeasure}",
    "RegionId": "LOWER(REPLACE({ResourceLocation}, ' ', ''))",
    "RegionName": "{ResourceLocation}",
    "ResourceId": "{ResourceId}",
    "ResourceName": "COALESCE({ResourceName}, REGEXP_EXTRACT({ResourceId}, '([^/]+)$', 1))",
    "ServiceCategory": f"CASE {{ServiceFamily}} {_FAMILIES} END",
    "ServiceName": "COALESCE({MeterCategory}, {ConsumedService})",
    "ServiceProviderName": "COALESCE({PublisherName}, 'Microsoft')",
    "SkuId": "COALESCE({ProductId}, {PartNumber})",
    "SkuMeter": "{MeterName}",
    "SubAccountId": "{SubscriptionId}",
    "SubAccountName": "{SubscriptionName}",
    "SubAccountType": "'Subscription'",
    "Tags": "{Tags}",
    "x_BillingProfileId": "{BillingProfileId}",
    "x_BillingProfileName": "{BillingProfileName}",
    "x_CustomerId": "{CustomerTenantId}",
    "x_CustomerName": "{CustomerName}",
    "x_DepartmentName": "{DepartmentName}",
    "x_EnrollmentAccountName": "{AccountName}",
    "x_InvoiceSectionId": "{InvoiceSectionId}",
    "x_InvoiceSectionName": "{InvoiceSectionName}",
    "x_PublisherType": "COALESCE({PublisherType}, 'Azure')",
    "x_ResourceGroupName": "{ResourceGroup}",
    "x_ServiceFamily": "{ServiceFamily}",
    "x_SkuMeterCategory": "{MeterCategory}",
    "x_SkuMeterId": "{MeterId}",
    "x_SkuMeterSubcategory": "{MeterSubCategory}",
    "x_SkuUnitOfMeasure": "{UnitOfMeasure}",
}

_ALIASES = {
    "billingcurrencycode": "billingcurrency",
    "consumedquantity": "quantity",
    "cost": "costinbillingcurrency",
    "currency": "billingcurrency",
    "instanceid": "resourceid",
    "instancename": "resourceid",
    "invoicesection": "invoicesectionname",
    "pretaxcost": "costinbillingcurrency",
    "product": "productname",
    "rate": "effectiveprice",
    "resourcegroupname": "resourcegroup",
    "resourcerate": "effectiveprice",
    "subscriptionguid": "subscriptionid",
    "unit": "unitofmeasure",
    "usagedate": "date",
    "usagedatetime": "date",
    "usagequantity": "quantity",
}
"""Names of other agreements and of older versions."""

AZURE_DETAILS = Format(
    name="Azure cost details",
    needed=(lowered("Date"), lowered("CostInBillingCurrency"), lowered("SubscriptionId")),
    versions=(
        Version("MCA", lowered("PreviousInvoiceId PricingCurrency ExchangeRatePricingToBilling")),
        Version("EA", lowered("AccountOwnerId BillingPeriodStartDate EnrollmentNumber")),
        Version("pay-as-you-go"),
    ),
    columns=_COLUMNS,
    aliases=_ALIASES,
    views=("amortized",),
)
