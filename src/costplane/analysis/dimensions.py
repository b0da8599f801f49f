"""The registry of dimensions: what a query can group and filter by.

Names are Azure's (contract.md section 1, "Dimensions") and Costplane's own (interfaces.md,
"API"). Menus, validation, SQL and documents derive from `DIMENSIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from costplane.billing.invoice_number import INVOICE_NUMBER


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every row of a table has."""

    value: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A value that follows from other columns of a row, in SQL."""

    sql: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension and where its value stands.

    `charges` and `uncharged` are a column of that table, or one value for all its rows, or (of
    charges) a formula over columns;
    `uncharged` is None where a line without a charge cannot tell it (it has no meter).
    `event` is the column of `usage` or `series` where the value is a fact of the event; None
    where it is a fact of a line, of which an event has several. `is_request` marks what
    hourly rows do not carry, so that it is answered from `usage`. `form` is the strftime
    format of a column that holds an instant. The values of an `is_solid` one have no blanks, so
    that blanks in a filter mean nothing (`Sweden Central` is `swedencentral`). Those of a
    person's one (`is_person`) tell who somebody is (billing-rules 30).
    """

    name: str
    label: str
    meaning: str
    charges: str | Constant | Formula
    uncharged: str | Constant | None = None
    event: str | Constant | None = None
    aliases: tuple[str, ...] = ()
    is_request: bool = False
    form: str | None = None
    is_solid: bool = False
    is_person: bool = False


def _line(name: str, label: str, meaning: str, charges: str, *aliases: str) -> Dimension:
    """A fact that only a priced line has."""
    return Dimension(name, label, meaning, charges, aliases=aliases)


def _both(
    name: str, label: str, meaning: str, column: str, event: str | None = None, *aliases: str
) -> Dimension:
    """A fact that lines with and without a charge carry under one column."""
    return Dimension(name, label, meaning, column, column, event, aliases)


def _request(name: str, label: str, meaning: str, column: str) -> Dimension:
    return Dimension(name, label, meaning, column, column, column, is_request=True)


def _person(name: str, label: str, meaning: str, column: str) -> Dimension:
    return replace(_request(name, label, meaning, column), is_person=True)


def _untold(name: str, label: str, meaning: str, *aliases: str) -> Dimension:
    """A name of Azure's that metered charges leave empty."""
    return Dimension(name, label, meaning, Constant(""), aliases=aliases)


_FOLDERS = (
    _both(
        "SubscriptionId",
        "Subscription id",
        "Id of the subscription, or of the sub-account outside Azure.",
        "SubAccountId",
        "subscription_id",
        "SubscriptionGuid",
    ),
    _both("SubscriptionName", "Subscription", "Name of the subscription.", "SubAccountName"),
    _both(
        "ResourceGroupName",
        "Resource group",
        "Resource group that holds the resource.",
        "x_ResourceGroupName",
        "resource_group",
        "ResourceGroup",
    ),
    _both(
        "ResourceId",
        "Resource",
        "Id of the AI account, or of the Marketplace entry that a provider model is billed on.",
        "ResourceId",
    ),
    _both("ResourceName", "Resource name", "Last part of the resource's id.", "ResourceName"),
    _both("ResourceType", "Resource type", "Azure's type of the resource.", "ResourceType"),
    Dimension(
        "ResourceLocation",
        "Location",
        "Region in which the resource lies.",
        "RegionId",
        "RegionId",
        "region",
        ("ResourceRegion", "Location"),
        is_solid=True,
    ),
)

_AI = (
    _both("Model", "Model", "Model that served the call.", "x_Model", "model"),
    _both("ModelVersion", "Model version", "Its version.", "x_ModelVersion", "model_version"),
    _both("Deployment", "Deployment", "Deployment called.", "x_Deployment", "deployment"),
    _both(
        "DeploymentType",
        "Deployment type",
        "Azure's SKU name of the deployment, such as GlobalStandard.",
        "x_DeploymentType",
        "deployment_type",
    ),
    _both(
        "TokenType",
        "Token type",
        "Disjoint kind of use that the line counts, such as input_text_cached.",
        "x_TokenType",
    ),
    _both("Provider", "Provider", "Provider in OpenTelemetry's words.", "x_Provider", "provider"),
    _both("Operation", "Operation", "chat, embeddings, ...", "x_Operation", "operation"),
    _line(
        "ContextBand",
        "Context band",
        "Short or long prompt, where prices differ by it.",
        "x_ContextBand",
    ),
    Dimension(
        "BillingStatus",
        "Billing status",
        "Billed, NotBilled (not processed), Unpriced or UsageMissing.",
        Constant("Billed"),
        "x_BillingStatus",
    ),
    _request("HttpStatus", "HTTP status", "Status with which the call ended.", "http_status"),
    _person("User", "User", "User on whose behalf the call was made.", "user"),
    _person("Session", "Session", "Session or conversation of the call.", "session"),
    _both("Dataset", "Dataset", "Metered, or the bill that the row came from.", "x_SourceDataset"),
)

_METERS = (
    _line("Meter", "Meter", "Name of the meter.", "SkuMeter", "MeterName"),
    _line("MeterId", "Meter id", "Azure's id of the meter.", "x_SkuMeterId"),
    _line(
        "MeterCategory",
        "Meter category",
        "Service that the meter belongs to.",
        "x_SkuMeterCategory",
    ),
    _line(
        "MeterSubCategory",
        "Meter sub-category",
        "Product that the meter belongs to.",
        "x_SkuMeterSubcategory",
    ),
    _line(
        "ServiceName",
        "Service name",
        "Service as the bill names it; SaaS for the Marketplace.",
        "ServiceName",
    ),
    _line("ServiceFamily", "Service family", "Family of the service.", "x_ServiceFamily"),
    _both(
        "ServiceTier",
        "Service tier",
        "Standard, Batch, Priority or Flex.",
        "x_ServiceTier",
        "service_tier",
    ),
    _line("Product", "Product", "What was bought, as the bill describes it.", "ChargeDescription"),
    _line(
        "PublisherType",
        "Publisher type",
        "Azure, or Marketplace for provider models.",
        "x_PublisherType",
    ),
    _line("PartNumber", "Part number", "SKU of the price.", "SkuId"),
)

_BILLING = (
    Dimension(
        "ChargeType",
        "Charge type",
        "Usage, Purchase, Tax, Credit or Adjustment (FOCUS ChargeCategory).",
        "ChargeCategory",
        Constant("Usage"),
        Constant("Usage"),
        ("ChargeCategory",),
    ),
    _line(
        "PricingModel",
        "Pricing model",
        "FOCUS PricingCategory, such as Standard.",
        "PricingCategory",
    ),
    _line("Frequency", "Frequency", "UsageBased, Recurring or OneTime.", "ChargeFrequency"),
    Dimension(
        "BillingPeriod",
        "Billing period",
        "Period of the bill, yyyymm.",
        "BillingPeriodStart",
        form="%Y%m",
    ),
    Dimension(
        "BillingMonth",
        "Billing month",
        "First day of the billing period.",
        "BillingPeriodStart",
        form="%Y-%m-%dT00:00:00",
    ),
    Dimension(
        "InvoiceId",
        "Invoice",
        "Number of the invoice that the charge stands on.",
        Formula(f"COALESCE(InvoiceId, {INVOICE_NUMBER})"),
    ),
    _line(
        "ReservationId",
        "Reservation",
        "Reservation or plan that covers the charge.",
        "CommitmentDiscountId",
    ),
    _line("BenefitName", "Benefit", "Name of that reservation or plan.", "CommitmentDiscountName"),
    _untold("ConsumedService", "Consumed service", "Told by imported bills."),
    _line("BillingAccountId", "Billing account", "Billing account that pays.", "BillingAccountId"),
    _line(
        "BillingAccountName",
        "Billing account name",
        "Name of the billing account.",
        "BillingAccountName",
    ),
    _line(
        "DepartmentName",
        "Department",
        "Department of an Enterprise Agreement.",
        "x_DepartmentName",
        "Department",
    ),
    _line(
        "EnrollmentAccountName",
        "Enrollment account",
        "Enrollment account of an Enterprise Agreement.",
        "x_EnrollmentAccountName",
        "EnrollmentAccount",
    ),
    _line(
        "BillingProfileId",
        "Billing profile id",
        "Billing profile of a Microsoft Customer Agreement.",
        "x_BillingProfileId",
        "BillingProfile",
    ),
    _line("BillingProfileName", "Billing profile", "Its name.", "x_BillingProfileName"),
    _line(
        "InvoiceSectionId",
        "Invoice section id",
        "Invoice section of a Microsoft Customer Agreement.",
        "x_InvoiceSectionId",
        "InvoiceSection",
    ),
    _line("InvoiceSectionName", "Invoice section", "Its name.", "x_InvoiceSectionName"),
    _line(
        "CustomerTenantId",
        "Customer id",
        "Customer of a partner's Microsoft Customer Agreement.",
        "x_CustomerId",
        "CustomerId",
    ),
    _line("CustomerName", "Customer", "Name of that customer.", "x_CustomerName", "Customer"),
    _line(
        "CostAllocationRuleName",
        "Allocation rule",
        "Cost allocation rule that moved the cost, on both sides.",
        "AllocatedMethodId",
    ),
)

DIMENSIONS: tuple[Dimension, ...] = _FOLDERS + _AI + _METERS + _BILLING

BY_NAME: dict[str, Dimension] = {
    name.lower(): dimension
    for dimension in DIMENSIONS
    for name in (dimension.name, *dimension.aliases)
}
"""Every dimension by each of its names in lower case."""

PERSONS = frozenset(dimension.name for dimension in DIMENSIONS if dimension.is_person)
"""The names of those whose values tell who somebody is."""
