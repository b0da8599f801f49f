"""The columns of a charge: FOCUS 1.4 Cost and Usage, then Costplane's own `x_` columns.

This is the one map of names, types and nullability; tables, exports and documents derive
from it. Source: FOCUS 1.4 (ratified 2026-06-04), dataset Cost and Usage, 65 columns.
Own columns follow the specification's rule for custom ones: `x_`, Pascal case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["String", "Decimal", "DateTime", "Date", "JSON", "Integer"]
Role = Literal["Fact", "Amount", "Label", "Posting"]
"""What a column is when rows are compared: a fact that tells rows apart, an amount that rows of
equal facts sum, a display name that may change while the thing stays the same, or when and in
which billing period the row was posted."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, whether it may be null, and what it means.

    Decimal columns keep twelve places, prices (`is_price`) eighteen.
    """

    name: str
    type: ColumnType
    nullable: bool = True
    meaning: str = ""
    role: Role = "Fact"

    @property
    def is_price(self) -> bool:
        """Whether the column holds a price for one pricing unit."""
        return self.name.endswith("UnitPrice")


def _focus(
    names: str, type_: ColumnType, *, nullable: bool = True, role: Role = "Fact"
) -> tuple[Column, ...]:
    return tuple(Column(name, type_, nullable, role=role) for name in names.split())


_MANDATORY_STRINGS = """
    BillingAccountId BillingCurrency ChargeCategory InvoiceIssuerName ServiceCategory ServiceName
    ServiceProviderName ServiceSubcategory"""
_STRINGS = """
    AllocatedMethodId AllocatedResourceId AvailabilityZone BillingAccountType
    CapacityReservationId CapacityReservationStatus ChargeDescription ChargeFrequency
    CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountStatus
    CommitmentDiscountType CommitmentDiscountUnit ConsumedUnit HostProviderName PricingCategory
    PricingCurrency PricingUnit RegionId RegionName ResourceId ResourceType SkuId SkuMeter
    SkuPriceId SubAccountId SubAccountType"""
_LABELS = """
    AllocatedResourceName BillingAccountName CommitmentDiscountName ResourceName SubAccountName"""
_POSTING = "ChargeClass InvoiceDetailId InvoiceId"
_JSON = """
    AllocatedMethodDetails AllocatedTags CommitmentProgramEligibilityDetails ContractApplied
    Tags"""
_DETAILS = "SkuPriceDetails"
"""What SkuPriceId stands for, in words, which name the sheet that it was found in."""
_PRICES = """
    ContractedUnitPrice ListUnitPrice PricingCurrencyContractedUnitPrice
    PricingCurrencyListUnitPrice"""
_COSTS = "BilledCost ContractedCost EffectiveCost ListCost"
_AMOUNTS = """
    CommitmentDiscountQuantity ConsumedQuantity PricingCurrencyEffectiveCost PricingQuantity"""

FOCUS_COLUMNS: tuple[Column, ...] = tuple(
    sorted(
        _focus(_MANDATORY_STRINGS, "String", nullable=False)
        + _focus(_STRINGS, "String")
        + _focus(_LABELS, "String", role="Label")
        + _focus(_POSTING, "String", role="Posting")
        + _focus(_JSON, "JSON")
        + _focus(_DETAILS, "JSON", role="Label")
        + _focus(_COSTS, "Decimal", nullable=False, role="Amount")
        + _focus(_AMOUNTS, "Decimal", role="Amount")
        + _focus(_PRICES, "Decimal")
        + _focus("ChargePeriodStart ChargePeriodEnd", "DateTime", nullable=False)
        + _focus("BillingPeriodStart BillingPeriodEnd", "DateTime", nullable=False, role="Posting"),
        key=lambda column: column.name,
    )
)

OWN_COLUMNS: tuple[Column, ...] = (
    Column("x_AccountResourceId", "String", True, "AI account behind a Marketplace entry"),
    Column("x_BilledCostInUsd", "Decimal", True, "BilledCost in USD, if a rate is known", "Amount"),
    Column("x_BillingProfileId", "String", True, "billing profile that invoices the charge"),
    Column("x_BillingProfileName", "String", True, "name of that profile", "Label"),
    Column(
        "x_ChargeBasis",
        "String",
        True,
        "Capacity: units and hours, or Allocation: a rule, not events",
    ),
    Column("x_ConsumptionUnit", "String", True, "publisher's unit that PricingQuantity counts"),
    Column(
        "x_ConsumptionUnitsPerMillion", "Decimal", True, "such units for a million of ConsumedUnit"
    ),
    Column("x_ContextBand", "String", True, "short or long, where the price has bands"),
    Column("x_CrossChargeCost", "Decimal", True, "EffectiveCost with its markup", "Amount"),
    Column("x_CustomerId", "String", True, "customer of a partner's agreement"),
    Column("x_CustomerName", "String", True, "name of that customer", "Label"),
    Column("x_DepartmentName", "String", True, "department of the subscription (EA)", "Label"),
    Column("x_Deployment", "String", True, "deployment that served the calls"),
    Column("x_DeploymentType", "String", True, "Azure SKU name, such as GlobalStandard"),
    Column(
        "x_EffectiveCostInUsd",
        "Decimal",
        True,
        "EffectiveCost in USD, if a rate is known",
        "Amount",
    ),
    Column("x_EnrollmentAccountName", "String", True, "owner of the subscription (EA)", "Label"),
    Column("x_Events", "Integer", False, "events that have a line in this row", "Amount"),
    Column("x_ExchangeRate", "Decimal", True, "billing currency for one of PricingCurrency"),
    Column("x_ExchangeRateDate", "Date", True, "day of that rate"),
    Column("x_InvoiceSectionId", "String", True, "invoice section of the subscription"),
    Column("x_InvoiceSectionName", "String", True, "name of that section", "Label"),
    Column(
        "x_ListCostSource",
        "String",
        True,
        "List; Contracted where no list price, or no rate of its currency, is known",
    ),
    Column("x_Model", "String", True, "model that served the calls"),
    Column("x_ModelVersion", "String", True, "its version"),
    Column("x_Operation", "String", True, "chat, embeddings, ..."),
    Column("x_PricingBlockSize", "Decimal", True, "units in one pricing unit"),
    Column("x_Provider", "String", True, "provider in OpenTelemetry's words"),
    Column("x_PublisherType", "String", True, "Azure or Marketplace"),
    Column("x_RecordedDate", "Date", False, "UTC day on which the row was posted", "Posting"),
    Column("x_ResourceGroupName", "String", True, "resource group, lower case"),
    Column("x_Series", "Integer", True, "row of the table `series`"),
    Column("x_ServiceFamily", "String", True, "Azure's service family"),
    Column("x_ServiceTier", "String", True, "Standard, Batch, Priority or Flex"),
    Column("x_SkuMeterCategory", "String", True, "MeterCategory of Azure"),
    Column("x_SkuMeterId", "String", True, "MeterId of Azure"),
    Column("x_SkuMeterSubcategory", "String", True, "MeterSubCategory of Azure"),
    Column("x_SkuUnitOfMeasure", "String", True, "the sheet's unit, such as 1K or 1M"),
    Column("x_SourceDataset", "String", False, "Metered, or the bill that the row came from"),
    Column(
        "x_TierMinimum",
        "Decimal",
        True,
        "pricing units of the month from which the row's tier holds; null for meters without tiers",
    ),
    Column("x_TokenType", "String", True, "name in the quantity registry"),
)

CHARGE_COLUMNS: tuple[Column, ...] = FOCUS_COLUMNS + OWN_COLUMNS

BILL_COLUMNS: tuple[Column, ...] = (
    Column("x_CoveredFrom", "Date", True, "first day for which the delivery answers"),
    Column("x_CoveredUntil", "Date", True, "day before which it does, settling time taken off"),
    Column("x_SourceColumns", "JSON", True, "what else the source said, by its own column names"),
    Column("x_SourceDigest", "String", False, "SHA-256 of the file that the row came from"),
    Column("x_SourceFile", "String", False, "name of that file"),
    Column("x_SourceFormat", "String", False, "format and version of that file"),
    Column("x_SourceLine", "Integer", False, "line of the file on which the row begins"),
    Column("x_SourceRun", "Integer", False, "number of the import that brought the row"),
)
"""What rows of providers' bills have beside the columns of a charge."""

ROLES: dict[str, Role] = {column.name: column.role for column in CHARGE_COLUMNS}
"""The role of every column of a charge; columns that only other tables have are facts."""
