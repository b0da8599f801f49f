"""What stands on rows of `charges`; every expected figure is worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from costplane.core.focus import CHARGE_COLUMNS
from costplane.core.tables import UNCHARGED
from costplane.pricing.book import Offer
from costplane.rating.marketplace import MarketplaceEntry
from tests.pricing.offers import RESOURCE, offer
from tests.rating.charge_world import GROUP, HOUR, charges, rate


def test_a_charge_of_azures_own_model() -> None:
    (row,) = charges({"input_text": 1_500_000}, {"input_text": 500_000}, offers=(offer("2.5"),))
    told = {name: value for name, value in row.items() if value is not None}
    ids = {name: told.pop(name) for name in ("SkuPriceId", "SkuPriceDetails")}
    assert UUID(ids["SkuPriceId"]).version == 5
    assert json.loads(ids["SkuPriceDetails"]) == {
        "ModelId": "gpt-x",
        "ModelVersion": "v1",
        "TokenDirection": "Input",
        "TokenCacheAction": "Uncached",
        "x_DeploymentScope": "Global",
        "x_Modality": "Text",
        "x_PriceSheet": "list",
        "x_ProcessingTier": "Standard",
    }
    amounts = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
    assert {told.pop(name) for name in amounts} == {Decimal(5)}
    in_usd = ("x_BilledCostInUsd", "x_EffectiveCostInUsd", "PricingCurrencyEffectiveCost")
    assert {told.pop(name) for name in (*in_usd, "x_CrossChargeCost")} == {Decimal(5)}
    prices = ("ContractedUnitPrice", "ListUnitPrice")
    assert {told.pop(n) for p in prices for n in (p, f"PricingCurrency{p}")} == {Decimal("2.5")}
    assert told == {
        "BillingAccountId": "1",
        "BillingAccountName": "Contoso",
        "BillingAccountType": "Billing Account",
        "BillingCurrency": "USD",
        "BillingPeriodEnd": datetime(2026, 11, 1, tzinfo=UTC),
        "BillingPeriodStart": datetime(2026, 10, 1, tzinfo=UTC),
        "ChargeCategory": "Usage",
        "ChargeDescription": "p: x Inp",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": HOUR + timedelta(hours=1),
        "ChargePeriodStart": HOUR,
        "ConsumedQuantity": Decimal(2_000_000),
        "ConsumedUnit": "Tokens",
        "HostProviderName": "Microsoft",
        "InvoiceIssuerName": "Microsoft",
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingQuantity": Decimal(2),
        "PricingUnit": "1000000 Tokens",
        "RegionId": "swedencentral",
        "RegionName": told["RegionName"],
        "ResourceId": RESOURCE,
        "ResourceName": "a",
        "ResourceType": "microsoft.cognitiveservices/accounts",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Foundry Models",
        "ServiceProviderName": "Microsoft",
        "ServiceSubcategory": "Generative AI",
        "SkuId": "x Inp-None",
        "SkuMeter": "x Inp",
        "SubAccountId": "s",
        "SubAccountName": "Demo",
        "SubAccountType": "Subscription",
        "Tags": '{"team":"blue"}',
        "x_AccountResourceId": RESOURCE,
        "x_Deployment": "chat",
        "x_DeploymentType": "GlobalStandard",
        "x_Events": 2,
        "x_ListCostSource": "List",
        "x_Model": "gpt-x",
        "x_ModelVersion": "v1",
        "x_Operation": "chat",
        "x_PricingBlockSize": Decimal(1_000_000),
        "x_Provider": "azure.ai.openai",
        "x_PublisherType": "Azure",
        "x_RecordedDate": date(2026, 10, 16),
        "x_ResourceGroupName": "g",
        "x_Series": 1,
        "x_ServiceFamily": "AI + Machine Learning",
        "x_ServiceTier": "default",
        "x_SkuMeterCategory": "c",
        "x_SkuMeterId": "x Inp-None",
        "x_SkuMeterSubcategory": "p",
        "x_SkuUnitOfMeasure": "1M",
        "x_SourceDataset": "Metered",
        "x_TokenType": "input_text",
    }


MARKETPLACE = offer("3", meter="Claude units")
MARKETPLACE = replace(
    MARKETPLACE,
    row=replace(
        MARKETPLACE.row,
        publisher_type="Marketplace",
        publisher="Anthropic",
        offer="Claude offer",
        service_name="SaaS",
    ),
)


def test_a_provider_model_is_charged_on_its_marketplace_entry() -> None:
    (row,) = charges({"input_text": 1_000}, offers=(MARKETPLACE,))
    name = MarketplaceEntry(RESOURCE, "gpt-x").name
    assert name.startswith("gpt-x-")
    assert UUID(name.removeprefix("gpt-x-")).version == 5
    expected = {
        "ResourceId": f"{GROUP}/providers/microsoft.saas/resources/{name}",
        "ResourceName": name,
        "ResourceType": "microsoft.saas/resources",
        "x_AccountResourceId": RESOURCE,
        "x_PublisherType": "Marketplace",
        "ServiceName": "SaaS",
        "x_SkuMeterCategory": "SaaS",
        "x_SkuMeterSubcategory": "Claude offer",
        "SkuMeter": f"{name} Input Tokens",
        "ServiceProviderName": "Anthropic",
        "InvoiceIssuerName": "Microsoft",
        "BilledCost": Decimal("0.003"),
    }
    assert {name: row[name] for name in expected} == expected


def test_an_entry_is_that_of_its_model_and_account() -> None:
    one = MarketplaceEntry(RESOURCE, "claude")
    assert one.name == MarketplaceEntry(RESOURCE.upper(), "claude").name
    assert one.name.removeprefix("claude") == MarketplaceEntry(RESOURCE, "x").name.removeprefix("x")
    assert one.name != MarketplaceEntry(RESOURCE + "2", "claude").name


@pytest.mark.parametrize("offers", [(offer("2.5"),), (MARKETPLACE,), (offer(0),)])
def test_columns_that_may_not_be_null_are_not(offers: tuple[Offer, ...]) -> None:
    bare = dict.fromkeys(("deployment", "region", "operation", "provider", "service_tier"))
    outside = bare | {
        "resource_group": None,
        "resource_id": "/providers/microsoft.costmanagement/externalsubscriptions/p",
    }
    for row in charges({"input_text": 1}, bare | {"input_text": 1}, offers=offers):
        assert not [c.name for c in CHARGE_COLUMNS if not c.nullable and row[c.name] is None]
    rows = rate(outside | {"input_text": 1}, offers=offers)
    rows.uncharged.select(UNCHARGED.names).cast(UNCHARGED).validate(full=True)


def test_a_stand_in_keeps_the_name_of_what_was_used() -> None:
    (row,) = charges({"input_text_cached": 1_000_000}, offers=(offer(2),))
    assert (row["x_TokenType"], row["SkuMeter"], row["BilledCost"]) == (
        "input_text_cached",
        "x Inp",
        2,
    )
    assert json.loads(row["SkuPriceDetails"])["TokenCacheAction"] == "Read"
