"""The charge of a provider model that its publisher bills in units (billing-rules 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from costplane.pricing.book import Offer, PriceBook
from costplane.rating.rate_usage import Rater
from tests.pricing.offers import offer, own
from tests.rating.test_kinds_oracle import COIN, ENGINE, START, OneHolder, coin_offer, usage_of


def sold(found: Offer) -> Offer:
    """The same, sold through the Marketplace."""
    row = replace(found.row, publisher_type="Marketplace", publisher="Example", offer="models")
    return replace(found, row=row)


def rows_of(offers: list[Offer], *times: int) -> list[dict[str, Any]]:
    """Charges of 2,500 input tokens at each of so many minutes after the hour."""
    events = [
        {"id": str(m), "time": START + timedelta(minutes=m), "told": {"input_text": 2_500}}
        for m in times
    ]
    usage, series = usage_of(events)
    rater = Rater(ENGINE, PriceBook(offers, 2), OneHolder())
    rated = rater.rate(usage, series, rater.grain(), date(2026, 10, 16))
    assert len(rated.uncharged) == 0
    return sorted(rated.charges.to_pylist(), key=lambda row: str(row["ChargePeriodStart"]))


def test_a_charge_keeps_both_quantities_and_both_steps() -> None:
    (row,) = rows_of(
        [sold(offer(300, unit_of_price=COIN)), sold(coin_offer(Decimal("0.01")))], 1, 2
    )
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == (5_000, "Tokens")
    assert (row["PricingQuantity"], row["PricingUnit"]) == (Decimal("1.5"), COIN)
    assert row["ContractedUnitPrice"] == row["ListUnitPrice"] == Decimal("0.01")
    assert row["x_ConsumptionUnit"] == COIN
    assert row["x_ConsumptionUnitsPerMillion"] == 300
    assert row["x_PricingBlockSize"] == 1
    assert row["BilledCost"] == row["ListCost"] == Decimal("0.015")
    product = row["PricingQuantity"] * row["ContractedUnitPrice"]
    assert product == row["ContractedCost"]


def test_the_meter_is_the_units_and_the_token_type_a_dimension() -> None:
    (row,) = rows_of([sold(offer(300, unit_of_price=COIN)), sold(coin_offer(Decimal("0.01")))], 1)
    assert (row["SkuMeter"], row["x_TokenType"]) == (COIN, "input_text")
    assert (row["ServiceName"], row["x_PublisherType"]) == ("SaaS", "Marketplace")
    assert row["ResourceName"].startswith("gpt-x-")
    assert row["ChargeDescription"] == f"models: {COIN}"
    (plain,) = rows_of([sold(offer(3))], 1)
    assert plain["SkuMeter"].endswith(" Input Tokens")
    assert (plain["x_ConsumptionUnit"], plain["x_ConsumptionUnitsPerMillion"]) == (None, None)


def test_a_change_of_either_step_cuts_the_hour() -> None:
    offers = [
        sold(offer(300, unit_of_price=COIN)),
        sold(offer(200, unit_of_price=COIN, valid_from=START + timedelta(minutes=20), line=2)),
        sold(coin_offer(Decimal("0.01"))),
        sold(coin_offer(Decimal("0.02"), valid_from=START + timedelta(minutes=40), line=2)),
    ]
    rows = rows_of(offers, 10, 30, 50)
    assert [row["BilledCost"] for row in rows] == [
        Decimal("0.0075"),
        Decimal("0.005"),
        Decimal("0.01"),
    ]
    assert [row["x_ConsumptionUnitsPerMillion"] for row in rows] == [300, 200, 200]
    assert len({row["SkuPriceId"] for row in rows}) == 3


def test_a_negotiated_unit_stands_beside_the_lists() -> None:
    agreed = own("0.008", model=COIN.lower(), quantity="consumption_units", block=1, meter=COIN)
    (row,) = rows_of([offer(300, unit_of_price=COIN), coin_offer(Decimal("0.01")), agreed], 1)
    assert (row["ContractedUnitPrice"], row["ListUnitPrice"]) == (
        Decimal("0.008"),
        Decimal("0.01"),
    )
    assert (row["BilledCost"], row["ListCost"]) == (Decimal("0.006"), Decimal("0.0075"))


def test_the_list_may_be_in_money() -> None:
    """Then no price of a unit is on the list."""
    conversion = own(300, unit_of_price=COIN)
    (row,) = rows_of([offer(4), conversion, coin_offer(Decimal("0.01"))], 1)
    assert (row["ContractedUnitPrice"], row["ListUnitPrice"]) == (Decimal("0.01"), None)
    assert (row["BilledCost"], row["ListCost"]) == (Decimal("0.0075"), Decimal("0.01"))
