"""An explanation tells each step from the price row to the charge, with its source."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from costplane.rating.explain import Pricing
from tests.rating import worlds
from tests.rating.test_agreements_oracle import Payer, book, discount_row
from tests.rating.test_explain import SHEET
from tests.rating.test_rating_oracle import usage_of

EVENT: dict[str, Any] = dict(
    time=worlds.START,
    model="alpha",
    version="2025-01-01",
    type="GlobalStandard",
    deployment="d1",
    status="Billed",
    seconds=None,
    counts={"output_text": 3},
)
ROW: dict[str, Any] = dict(
    model="alpha", version=None, scope="Global", quantity="output_text", band=None
) | {"block": 1, "price": Decimal(2), "from": worlds.START - timedelta(days=9), "until": None}
MARKUP = discount_row(Decimal(5)) | {"per_unit": None, "team": "old"}
AGREEMENT: dict[str, Any] = {
    "billing": "EUR",
    "discounts": [discount_row(Decimal(10))],
    "markups": [MARKUP],
    "rates": [dict(base="EUR", quote="USD", day=date(2026, 10, 1), rate=Decimal("1.2"))],
}


def explained(agreement: dict[str, Any]) -> Any:
    usage, series = usage_of([EVENT])
    (row,) = usage.to_pylist()
    pricing = Pricing(book([ROW], agreement, "USD"), Payer(agreement["billing"]), {1: SHEET})
    (line,) = pricing.lines(row, series[row["series"]], frozenset())
    return line


def test_each_step_has_its_factor_and_source() -> None:
    line = explained(AGREEMENT)
    steps = [(step.kind, step.name, step.factor) for step in line.adjustments]
    assert steps == [
        ("NegotiatedDiscount", "d0", "0.9"),
        ("ExchangeRate", "USD to EUR", "5/6"),
        ("Markup", "m0", "1.05"),
    ]
    discount, exchange, markup = line.adjustments
    assert discount.does == "10 % off the list price"
    assert discount.valid_from == worlds.START - timedelta(days=9)
    assert (exchange.day, exchange.source) == (date(2026, 10, 1), "test")
    assert exchange.does == "1.2 USD for 1 EUR"
    assert markup.applies == "tag team old"
    assert {(s.file, s.agreement, s.version) for s in line.adjustments} == {
        ("test.yaml", "test", 1)
    }
    assert all(step.imported_at == worlds.START for step in line.adjustments)


def test_the_arithmetic_is_shown_in_both_currencies() -> None:
    line = explained(AGREEMENT)
    assert (line.amount, line.currency) == (Decimal("4.5"), "EUR")
    assert (line.pricing_amount, line.pricing_currency) == (Decimal("5.4"), "USD")
    assert (line.list_amount, line.cross_charge) == (Decimal(5), Decimal("4.725"))
    assert (line.exact, line.rounding) == ("4.5", "0")


def test_without_an_agreement_there_is_no_step() -> None:
    line = explained({"billing": "USD", "discounts": [], "markups": [], "rates": []})
    assert line.adjustments == ()
    assert line.amount == line.pricing_amount == line.cross_charge == Decimal(6)


def test_an_untold_rate_is_the_reason() -> None:
    line = explained({"billing": "JPY", "discounts": [], "markups": [], "rates": []})
    assert (line.status, line.price) == ("Unpriced", None)
    assert line.reason == "NoExchangeRate: USD to JPY for 2026-10"
