"""What stands on rows of `charges` and `uncharged`; every expected figure is worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from costplane.core.focus import CHARGE_COLUMNS
from costplane.core.period import Period
from costplane.core.tables import CHARGES, SERIES_FACTS, UNCHARGED, USAGE
from costplane.engine.duckdb import DuckDBEngine
from costplane.pricing.book import Offer
from costplane.rating.holder import Facts, Holder, TagInterval, UnitsInterval
from costplane.rating.marketplace import MarketplaceEntry
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import RatedRows
from tests.pricing.offers import RESOURCE, book, offer, own

ENGINE = DuckDBEngine(threads=1)
HOUR = datetime(2026, 10, 15, 9, tzinfo=UTC)
GROUP, ACCOUNT = RESOURCE.partition("/providers/")[0], RESOURCE
Event = Mapping[str, Any]


class Account:
    """A catalog with one billing account and no tags of its own."""

    def __init__(self, currency: str = "USD") -> None:
        self.currency = currency

    def holder(self, facts: Facts) -> Holder:
        kind = "Subscription" if facts["resource_group"] else "Project"
        return Holder("1", "Contoso", "Billing Account", self.currency, "Demo", kind, "a")

    def changes(self) -> frozenset[datetime]:
        return frozenset()

    def tags(self, facts: Facts, period: Period) -> list[TagInterval]:
        return [TagInterval(period, json.loads(facts["allocation_tags"] or "{}"))]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        return [UnitsInterval(period, None)]


FACTS: dict[str, str | None] = {
    "subscription_id": "s",
    "resource_group": "g",
    "resource_id": RESOURCE,
    "deployment": "chat",
    "model": "gpt-x",
    "model_version": "v1",
    "provider": "azure.ai.openai",
    "deployment_type": "GlobalStandard",
    "region": "swedencentral",
    "operation": "chat",
    "service_tier": "default",
    "billing_status": "Billed",
    "allocation_tags": '{"team":"blue"}',
}


def rate(
    *events: Event,
    offers: tuple[Offer, ...] = (),
    cuts: tuple[datetime, ...] = (),
    currency: str = "USD",
) -> RatedRows:
    """The rows of `events`: facts of the series, quantities, `at` (minutes after nine)."""
    known: dict[tuple[str | None, ...], int] = {}
    rows = []
    for number, event in enumerate(events):
        facts = {f: event.get(f, FACTS.get(f)) for f in SERIES_FACTS}
        series = known.setdefault(tuple(facts.values()), len(known) + 1)
        told = {name: value for name, value in event.items() if name in USAGE.names}
        rows.append(
            {
                "source": "s",
                "id": str(number),
                "time": HOUR + timedelta(minutes=event.get("at", 0)),
                "http_status": 200,
                "gateway_cache_hit": False,
                "estimated": False,
                "tags": "{}",
                "content_digest": 0,
                "series": series,
                "segment": 1,
                "price_version": 1,
                "received_at": HOUR,
            }
            | facts
            | told
        )
    usage = pa.Table.from_pylist(rows, USAGE)
    series_facts: dict[int, Facts] = {
        n: dict(zip(SERIES_FACTS, facts, strict=True)) for facts, n in known.items()
    }
    rater = Rater(ENGINE, book(*offers), Account(currency))
    return rater.rate(usage, series_facts, rater.grain(cuts), date(2026, 10, 16))


def charges(
    *events: Event, offers: tuple[Offer, ...], currency: str = "USD"
) -> list[dict[str, Any]]:
    rated = rate(*events, offers=offers, currency=currency)
    found: list[dict[str, Any]] = rated.charges.select(CHARGES.names).cast(CHARGES).to_pylist()
    return found


def uncharged(*events: Event, offers: tuple[Offer, ...] = ()) -> list[dict[str, Any]]:
    table = rate(*events, offers=offers).uncharged.select(UNCHARGED.names).cast(UNCHARGED)
    shown = ("x_BillingStatus", "x_StatusReason", "x_TokenType", "ConsumedQuantity", "x_Events")
    return sorted(({name: row[name] for name in shown} for row in table.to_pylist()), key=str)


def line(status: str, reason: str, type_: str | None, quantity: int | None, events: int) -> Any:
    return {
        "x_BillingStatus": status,
        "x_StatusReason": reason,
        "x_TokenType": type_,
        "ConsumedQuantity": None if quantity is None else Decimal(quantity),
        "x_Events": events,
    }


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


def test_the_list_price_stands_beside_the_customers_in_one_unit() -> None:
    listed, contracted = offer(2, block=1_000_000), own("0.0015", block=1_000)
    (row,) = charges({"input_text": 3_000_000}, offers=(listed, contracted))
    assert row["BilledCost"] == row["ContractedCost"] == row["EffectiveCost"] == Decimal("4.5")
    assert row["ListCost"] == Decimal(6)
    assert row["PricingUnit"] == "1000 Tokens"
    assert (row["ContractedUnitPrice"], row["ListUnitPrice"]) == (
        Decimal("0.0015"),
        Decimal("0.002"),
    )
    assert row["PricingQuantity"] * row["ListUnitPrice"] == row["ListCost"]
    assert row["x_ListCostSource"] == "List"


def test_without_a_list_price_the_contracted_one_stands_and_says_so() -> None:
    (row,) = charges({"input_text": 1_000_000}, offers=(own("1.5"),))
    assert row["ListCost"] == row["BilledCost"] == Decimal("1.5")
    assert (row["ListUnitPrice"], row["x_ListCostSource"]) == (Decimal("1.5"), "Contracted")


def test_amounts_of_two_currencies_are_not_compared() -> None:
    offers = (offer(2), own(3, currency="EUR"))
    (row,) = charges({"input_text": 1_000_000}, offers=offers, currency="EUR")
    assert (row["BillingCurrency"], row["PricingCurrency"]) == ("EUR", "EUR")
    assert (row["BilledCost"], row["ListCost"]) == (Decimal(3), Decimal(3))
    assert row["x_ListCostSource"] == "Contracted, NoExchangeRate: USD to EUR"
    assert row["x_BilledCostInUsd"] is row["x_EffectiveCostInUsd"] is None


def test_list_and_contracted_lines_round_each_by_itself() -> None:
    """0.1 and 0.2 for three tokens: 0.0333... and 0.0666..., rounded for every event."""
    offers = (offer("0.2", block=3), own("0.1", block=3))
    (row,) = charges(*({"input_text": 1} for _ in range(3)), offers=offers)
    assert row["BilledCost"] == Decimal("0.099999999999")
    assert row["ListCost"] == Decimal("0.200000000001")
    assert row["PricingUnit"] == "3 Tokens"


def test_a_unit_of_one_is_bare_and_time_has_blocks_of_seconds() -> None:
    seconds = offer("0.36", quantity="audio_seconds", block=3_600)
    offers = (offer(2, block=1), seconds)
    rows = {
        r["x_TokenType"]: r
        for r in charges({"input_text": 2, "audio_seconds": Decimal("90.5")}, offers=offers)
    }
    assert rows["input_text"]["PricingUnit"] == "Tokens"
    assert rows["input_text"]["BilledCost"] == 4
    audio = rows["audio_seconds"]
    assert audio["BilledCost"] == Decimal("0.00905")
    assert (audio["ConsumedQuantity"], audio["ConsumedUnit"]) == (Decimal("90.5"), "Seconds")
    assert "TokenDirection" not in audio["SkuPriceDetails"]


def test_a_stand_in_keeps_the_name_of_what_was_used() -> None:
    (row,) = charges({"input_text_cached": 1_000_000}, offers=(offer(2),))
    assert (row["x_TokenType"], row["SkuMeter"], row["BilledCost"]) == (
        "input_text_cached",
        "x Inp",
        2,
    )
    assert json.loads(row["SkuPriceDetails"])["TokenCacheAction"] == "Read"


def test_a_free_price_is_a_charge_of_zero() -> None:
    (row,) = charges({"input_text": 5}, offers=(offer(0),))
    assert (row["BilledCost"], row["ConsumedQuantity"], row["x_Events"]) == (0, 5, 1)


def test_a_cut_parts_the_hour_and_its_charge_periods() -> None:
    change = HOUR + timedelta(minutes=17, seconds=30)
    offers = (offer(1), offer(2, valid_from=change))
    events = [{"input_text": 1_000_000, "at": minute} for minute in (0, 17, 18, 59, 60)]
    rows = sorted(charges(*events, offers=offers), key=lambda r: str(r["ChargePeriodStart"]))
    periods = [(r["ChargePeriodStart"], r["ChargePeriodEnd"], r["BilledCost"]) for r in rows]
    end = HOUR + timedelta(hours=1)
    assert periods == [
        (HOUR, change, 2),
        (change, end, 4),
        (end, end + timedelta(hours=1), 2),
    ]


def test_a_readers_cut_changes_no_amount() -> None:
    cut = HOUR + timedelta(minutes=30)
    events = [{"input_text": 1, "at": minute} for minute in (29, 30, 31)]
    rated = rate(*events, offers=(offer("0.1", block=3),), cuts=(cut,))
    found = {r["ChargePeriodStart"]: r["BilledCost"] for r in rated.charges.to_pylist()}
    assert found == {HOUR: Decimal("0.033333333333"), cut: Decimal("0.066666666666")}


NOT_BILLED: dict[str, Any] = {"billing_status": "NotBilled", "status_reason": "HttpStatus429"}


def test_what_is_not_billed_keeps_its_usage() -> None:
    events = [
        NOT_BILLED | told for told in ({"input_text": 7, "output_text": 2}, {"input_text": 1})
    ]
    assert uncharged(*events, NOT_BILLED, offers=(offer(2),)) == [
        line("NotBilled", "HttpStatus429", "input_text", 8, 2),
        line("NotBilled", "HttpStatus429", "output_text", 2, 1),
        line("NotBilled", "HttpStatus429", None, None, 3),
    ]
    assert charges(*events, offers=(offer(2),)) == []


def test_missing_usage_counts_its_events_alone() -> None:
    missing = {"billing_status": "UsageMissing", "status_reason": "NoUsageTold"}
    assert uncharged(missing, missing) == [line("UsageMissing", "NoUsageTold", None, None, 2)]


def test_each_reason_tells_its_quantities_and_its_events() -> None:
    """Input has a price, cached input one that is not valid yet, audio none."""
    later = offer(1, quantity="input_text_cached", valid_from=HOUR + timedelta(days=1))
    event = {"input_text": 5, "input_text_cached": 3, "input_audio": 2}
    offers = (offer(2), later)
    rated = rate(event, {"input_text_cached": 4}, {"input_text": 1}, offers=offers)
    assert rated.unpriced_events == 2
    yet, none = "NotYetValid: gpt-x, from 2026-10-16", "NoPriceForTokenType: gpt-x"
    assert uncharged(event, {"input_text_cached": 4}, {"input_text": 1}, offers=offers) == sorted(
        [
            line("Unpriced", yet, "input_text_cached", 7, 2),
            line("Unpriced", yet, None, None, 2),
            line("Unpriced", none, "input_audio", 2, 1),
            line("Unpriced", none, None, None, 1),
        ],
        key=str,
    )
    assert [row["ConsumedQuantity"] for row in rated.charges.to_pylist()] == [6]


def test_no_usage_has_no_rows() -> None:
    rated = rate(offers=(offer(2),))
    assert len(rated.charges) == len(rated.uncharged) == rated.unpriced_events == 0


def test_the_longest_line_stays_exact() -> None:
    most = 10**12 - 1
    events = [{"input_text": most, "audio_seconds": Decimal("999999999999.999999")}] * 50
    price = "999999999.9999999999"
    offers = (
        offer("999.99999999999999", block=1),
        offer(price, quantity="audio_seconds", block=3_600),
    )
    rows = {r["x_TokenType"]: Fraction(r["BilledCost"]) for r in charges(*events, offers=offers)}
    lines = {
        "input_text": most * Fraction("999.99999999999999"),
        "audio_seconds": Fraction("999999999999.999999") * Fraction(price) / 3_600,
    }
    for name, amount in lines.items():
        assert rows[name] == 50 * Fraction(round(amount * 10**12), 10**12)
