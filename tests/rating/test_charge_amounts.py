"""The amounts, units and periods of `charges`; every figure is worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from tests.pricing.offers import offer, own
from tests.rating.charge_world import HOUR, charges, rate


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
