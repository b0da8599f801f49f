"""What stands on every row of a rate: the constant columns of `charges` and `uncharged`.

FOCUS 1.4 Cost and Usage; the Azure words (meter, category, service) follow the table
"Dimension values that a metered charge carries" of the interfaces.
"""

from __future__ import annotations

from typing import Any

from costplane.core.quantities import Quantity
from costplane.core.tags import canonical
from costplane.pricing.book import Offer
from costplane.rating.marketplace import RESOURCE_TYPE, SERVICE_NAME, MarketplaceEntry
from costplane.rating.price_columns import priced_row, prices
from costplane.rating.rates import Rate

DATASET = "Metered"
_SERVICE_FAMILY = "AI + Machine Learning"
_COVERED = ", calls covered by provisioned throughput"


def charge_template(rate: Rate) -> dict[str, Any]:
    """The constant columns of a priced rate's charges."""
    offer, quantity = rate.offer, rate.use.quantity
    assert offer is not None
    assert quantity is not None
    return {
        **_identity(rate),
        **_agreement(rate, offer),
        **_service(rate, offer, quantity),
        **prices(rate, offer),
    }


def uncharged_template(rate: Rate) -> dict[str, Any]:
    """The constant columns of what a rate leaves uncharged."""
    identity = _identity(rate)
    quantity = rate.use.quantity
    return identity | {
        "BillingAccountId": rate.holder.billing_account_id,
        "ConsumedUnit": quantity.unit if quantity else None,
        "x_BillingStatus": rate.status,
        "x_StatusReason": rate.reason,
    }


def _identity(rate: Rate) -> dict[str, Any]:
    """Where the use happened and what it was: in both tables."""
    facts, quantity = rate.facts, rate.use.quantity
    return {
        "SubAccountId": facts["subscription_id"],
        "SubAccountName": rate.holder.sub_account_name,
        "ResourceId": facts["resource_id"],
        "ResourceName": rate.holder.resource_name,
        "ResourceType": _resource_type(facts["resource_id"]),
        "RegionId": facts["region"],
        "Tags": canonical(rate.tags),
        "x_AccountResourceId": facts["resource_id"],
        "x_Deployment": facts["deployment"],
        "x_DeploymentType": facts["deployment_type"],
        "x_Model": facts["model"],
        "x_ModelVersion": facts["model_version"],
        "x_Operation": facts["operation"],
        "x_Provider": facts["provider"],
        "x_ResourceGroupName": facts["resource_group"],
        "x_Series": rate.use.series,
        "x_ServiceTier": facts["service_tier"],
        "x_SourceDataset": DATASET,
        "x_TokenType": quantity.name if quantity else None,
    }


def _agreement(rate: Rate, offer: Offer) -> dict[str, Any]:
    holder = rate.holder
    return {
        "BillingAccountId": holder.billing_account_id,
        "BillingAccountName": holder.billing_account_name,
        "BillingAccountType": holder.billing_account_type,
        "BillingCurrency": rate.currency,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "HostProviderName": _seller(rate),
        "InvoiceIssuerName": _seller(rate),
        "PricingCategory": "Standard",
        "PricingCurrency": offer.row.currency,
        "ServiceProviderName": offer.row.publisher or _seller(rate),
        "SubAccountType": holder.sub_account_type,
        "x_BillingProfileId": holder.billing_profile_id,
        "x_BillingProfileName": holder.billing_profile_name,
        "x_CustomerId": holder.customer_id,
        "x_CustomerName": holder.customer_name,
        "x_DepartmentName": holder.department_name,
        "x_EnrollmentAccountName": holder.enrollment_account_name,
        "x_InvoiceSectionId": holder.invoice_section_id,
        "x_InvoiceSectionName": holder.invoice_section_name,
    }


def _service(rate: Rate, offer: Offer, quantity: Quantity) -> dict[str, Any]:
    """The service and its meter; a Marketplace entry where a provider sells the model."""
    row = offer.row
    common: dict[str, Any] = {
        "RegionName": rate.facts["region"],
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "x_PublisherType": row.publisher_type,
        "x_ServiceFamily": _SERVICE_FAMILY,
        "x_SkuMeterId": priced_row(offer).meter_id,
        "x_SkuUnitOfMeasure": priced_row(offer).unit_of_measure,
    }
    if row.publisher_type == "Marketplace":
        entry = MarketplaceEntry(rate.facts["resource_id"] or "", rate.facts["model"] or "")
        units = offer.conversion
        meter = units.unit.row.meter_name if units else entry.meter(quantity)
        return common | _entry(entry, row.offer or row.product, meter)
    return common | {
        "ServiceName": row.service_name,
        "SkuMeter": row.meter_name,
        "ChargeDescription": f"{row.product}: {row.meter_name}{_COVERED if rate.covered else ''}",
        "x_SkuMeterCategory": row.category,
        "x_SkuMeterSubcategory": row.sub_category,
    }


def _entry(entry: MarketplaceEntry, offer_name: str, meter: str) -> dict[str, Any]:
    return {
        "ResourceId": entry.resource_id,
        "ResourceName": entry.name,
        "ResourceType": RESOURCE_TYPE,
        "ServiceName": SERVICE_NAME,
        "SkuMeter": meter,
        "ChargeDescription": f"{offer_name}: {meter}",
        "x_SkuMeterCategory": SERVICE_NAME,
        "x_SkuMeterSubcategory": offer_name,
    }


def _seller(rate: Rate) -> str:
    """Who bills: Microsoft for Azure, else the provider that the event names."""
    return "Microsoft" if rate.facts["resource_group"] else (rate.facts["provider"] or "Unknown")


def _resource_type(resource_id: str | None) -> str | None:
    if not resource_id:
        return None
    provider, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join([provider, *pairs[::2]])
