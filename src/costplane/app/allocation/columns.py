"""What a row of an allocation holds: amounts in proportion, no quantities, whose it is.

A row at the source is the charge with other amounts, so that it cancels in every grouping. A row
at the target tells what was used (service, meter, model) and nothing of who used it: resource,
deployment and tags of the source are none of the target's business.
"""

from __future__ import annotations

from costplane.core.focus import CHARGE_COLUMNS

ALLOCATION = "Allocation"
"""x_ChargeBasis of these rows: no event makes them."""

COSTS = tuple(
    column.name for column in CHARGE_COLUMNS if column.role == "Amount" and "Cost" in column.name
)
"""Amounts of money; the other amounts of a row are quantities."""

PLACE = (
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "x_BillingProfileId",
    "x_BillingProfileName",
    "x_CustomerId",
    "x_CustomerName",
    "x_DepartmentName",
    "x_EnrollmentAccountName",
    "x_InvoiceSectionId",
    "x_InvoiceSectionName",
    "x_ResourceGroupName",
)
"""Whose a row is."""

POSTED = ("BillingPeriodStart", "BillingPeriodEnd", "ChargeClass")
"""When and in which billing period the charge was posted; so is its allocation."""

_OF_QUANTITIES = frozenset(
    (
        "CommitmentDiscountUnit",
        "ConsumedUnit",
        "PricingUnit",
        "x_ConsumptionUnit",
        "x_ConsumptionUnitsPerMillion",
        "x_ContextBand",
        "x_PricingBlockSize",
        "x_Series",
        "x_TierMinimum",
    )
)
_OF_INVOICES = frozenset(("InvoiceDetailId", "InvoiceId"))

_WHAT = (
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "ChargeCategory",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "HostProviderName",
    "InvoiceIssuerName",
    "PricingCategory",
    "PricingCurrency",
    "RegionId",
    "RegionName",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "x_DeploymentType",
    "x_Model",
    "x_ModelVersion",
    "x_Provider",
    "x_PublisherType",
    "x_ServiceFamily",
    "x_ServiceTier",
    "x_SkuMeterCategory",
    "x_SkuMeterId",
    "x_SkuMeterSubcategory",
    "x_SkuUnitOfMeasure",
    "x_SourceDataset",
    "x_TokenType",
)

AT_SOURCE = tuple(
    column.name
    for column in CHARGE_COLUMNS
    if column.role in ("Fact", "Label")
    and not column.is_price
    and column.name not in _OF_QUANTITIES | _OF_INVOICES
    and column.name not in ("AllocatedMethodId", "x_ChargeBasis")
)
"""What a row at the source keeps of its charge."""

AT_TARGET = _WHAT
"""What a row at the target keeps of it."""
