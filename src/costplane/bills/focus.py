"""FOCUS Cost and Usage, 1.0-preview to 1.4, as any provider exports it.

Source: the versions' column lists (FOCUS specification, CC BY 4.0). A column of FOCUS 1.4 comes
from the column of its name; `_FROM` says what else it may come from. What 1.4 no longer has, and
what no version had, is kept beside the row under its own name.
"""

from __future__ import annotations

from costplane.bills.formats import Format, Version, lowered
from costplane.core.focus import FOCUS_COLUMNS, OWN_COLUMNS

_PREVIEW = lowered("UsageQuantity UsageUnit ChargeSubcategory ChargeType")
_SINCE_1_1 = lowered(
    "CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity "
    "CommitmentDiscountUnit ServiceSubcategory SkuMeter SkuPriceDetails"
)
_SINCE_1_2 = lowered(
    "BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice "
    "PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType"
)
_SINCE_1_3 = lowered(
    "AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName "
    "AllocatedTags ContractApplied HostProviderName ServiceProviderName"
)
_SINCE_1_4 = lowered("CommitmentProgramEligibilityDetails InvoiceDetailId")

_MICROSOFT = (
    "LOWER(COALESCE({InvoiceIssuerName}, {ProviderName}, {ServiceProviderName}, '')) "
    "LIKE 'microsoft%'"
)
_BILLING_PROFILE = (
    "NULLIF(REGEXP_EXTRACT({BillingAccountId}, '(?i)/billingProfiles/([^/]+)', 1), '')"
)

_FROM: dict[str, str] = {
    "BillingAccountId": "COALESCE(NULLIF(REGEXP_EXTRACT({BillingAccountId}, "
    "'(?i)/billingAccounts/([^/]+)', 1), ''), {BillingAccountId})",
    "ChargeCategory": "COALESCE({ChargeCategory}, {ChargeType}, 'Usage')",
    "ChargeFrequency": "COALESCE({ChargeFrequency}, {ChargeFrequencyType})",
    "ConsumedQuantity": "COALESCE({ConsumedQuantity}, {UsageQuantity})",
    "ConsumedUnit": "COALESCE({ConsumedUnit}, {UsageUnit})",
    "ContractedCost": "COALESCE({ContractedCost}, {x_ContractedCost})",
    "EffectiveCost": "COALESCE({EffectiveCost}, {AmortizedCost})",
    "HostProviderName": "COALESCE({HostProviderName}, {ProviderName})",
    "InvoiceId": "COALESCE({InvoiceId}, {x_InvoiceId})",
    "InvoiceIssuerName": "COALESCE({InvoiceIssuerName}, {InvoiceIssuer}, {ProviderName}, "
    "{Provider}, {PublisherName}, {ServiceProviderName})",
    "PricingCurrency": "COALESCE({PricingCurrency}, {x_PricingCurrency})",
    "RegionId": "COALESCE({RegionId}, {Region})",
    "RegionName": "COALESCE({RegionName}, {Region})",
    "ServiceProviderName": "COALESCE({ServiceProviderName}, {ProviderName}, {Provider}, "
    "{PublisherName}, {InvoiceIssuerName})",
    "SkuMeter": "COALESCE({SkuMeter}, {x_SkuMeterName}, {x_MeterName})",
    "SubAccountId": "COALESCE(NULLIF(REGEXP_EXTRACT({SubAccountId}, "
    "'(?i)^/subscriptions/([^/]+)', 1), ''), {SubAccountId})",
    "x_BillingProfileId": "COALESCE(NULLIF(REGEXP_EXTRACT({x_BillingProfileId}, '([^/]+)$', 1), "
    f"''), {_BILLING_PROFILE})",
    "x_InvoiceSectionId": "NULLIF(REGEXP_EXTRACT({x_InvoiceSectionId}, '([^/]+)$', 1), '')",
    "x_PublisherType": "COALESCE({x_PublisherType}, "
    f"CASE WHEN NOT {_MICROSOFT} THEN 'External' "
    "WHEN LOWER({x_PublisherCategory}) = 'vendor' THEN 'Marketplace' ELSE 'Azure' END)",
    "x_SkuUnitOfMeasure": "COALESCE({x_SkuUnitOfMeasure}, {x_PricingUnitDescription})",
}

_NOT_TOLD = frozenset(
    ("x_Events", "x_ListCostSource", "x_RecordedDate", "x_Series", "x_SourceDataset")
) | {"x_TierMinimum"}
"""Own columns of metered charges, which say nothing on the row of a bill."""


def _columns() -> dict[str, str]:
    named = {column.name: f"{{{column.name}}}" for column in (*FOCUS_COLUMNS, *OWN_COLUMNS)}
    return {name: sql for name, sql in (named | _FROM).items() if name not in _NOT_TOLD}


FOCUS = Format(
    name="FOCUS",
    needed=(
        lowered("BilledCost"),
        lowered("ChargePeriodStart"),
        lowered("ChargeCategory ChargeType ChargePeriodEnd"),
    ),
    versions=(
        Version("1.4", _SINCE_1_4),
        Version("1.3", _SINCE_1_3),
        Version("1.2", _SINCE_1_2),
        Version("1.1", _SINCE_1_1),
        Version("1.0-preview", _PREVIEW),
        Version("1.0"),
    ),
    columns=_columns(),
    excluding=((_PREVIEW, _SINCE_1_1 | _SINCE_1_3 | _SINCE_1_4),),
)
