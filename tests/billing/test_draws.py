"""Draws of lots against plain loops (billing-rules 14 and 16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.billing.draws import DayTotal, Draw, draws
from costplane.billing.lot import Lot, Product
from costplane.errors import InvalidInput
from tests.billing.lot_oracle import Kind, NaiveLot, naive_draws

FIRST = datetime(2026, 10, 20, tzinfo=UTC)
KINDS: tuple[Kind, ...] = (
    ("Azure", "Foundry Models", "GPT"),
    ("Azure", "Storage", "Blob"),
    ("External", "openai", "gpt"),
    ("Marketplace", "SaaS", "Claude"),
)


def day(number: int) -> datetime:
    return FIRST + timedelta(days=number)


def lot(lot_id: str, amount: str, start: int = 0, end: int | None = None, **facts: object) -> Lot:
    expiry = None if end is None else day(end)
    return Lot("a", lot_id, "Prepayment", "PurchasedCredit", Decimal(amount), "USD", day(start),
               expiry, **facts)  # type: ignore[arg-type]  # fmt: skip


def charged(at: int, amount: str, kind: Kind = KINDS[0], currency: str = "USD") -> DayTotal:
    return DayTotal(day(at), Product(*kind), currency, Decimal(amount))


def test_lots_pay_in_the_order_of_their_expiry_and_the_next_goes_on() -> None:
    lots = [lot("c", "5"), lot("b", "5", end=10), lot("a", "1", end=9), lot("z", "9", start=1)]
    found = draws(lots, [charged(0, "7")], {})
    assert found == [Draw("a", day(0), Decimal(1)), Draw("b", day(0), Decimal(5)),
                     Draw("c", day(0), Decimal(1))]  # fmt: skip


def test_a_lot_that_expires_in_the_month_pays_up_to_the_day_before() -> None:
    found = draws([lot("a", "100", end=2)], [charged(n, "10") for n in range(4)], {})
    assert [(draw.day, draw.amount) for draw in found] == [
        (day(0), Decimal(10)),
        (day(1), Decimal(10)),
    ]


def test_a_day_below_zero_gives_back_from_the_last_lot_to_the_first() -> None:
    lots = [lot("a", "5", end=9), lot("b", "5")]
    found = draws(lots, [charged(0, "8"), charged(1, "-4"), charged(2, "-9")], {})
    amounts = [(draw.lot_id, draw.day, draw.amount) for draw in found]
    assert amounts[2:] == [
        ("a", day(1), Decimal(-1)),
        ("b", day(1), Decimal(-3)),
        ("a", day(2), Decimal(-4)),
    ]


def test_an_expired_lot_takes_nothing_back() -> None:
    assert len(draws([lot("a", "5", end=1)], [charged(0, "5"), charged(1, "-4")], {})) == 1


def test_what_was_paid_before_is_gone() -> None:
    (found,) = draws([lot("a", "5")], [charged(0, "8")], {"a": Decimal("4.5")})
    assert found.amount == Decimal("0.5")


def test_another_currency_is_not_paid() -> None:
    assert draws([lot("a", "5")], [charged(0, "8", currency="EUR")], {}) == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"publisher_types": ("Azure", "Marketplace")}, "publisher_types"),
        ({"publisher_types": ()}, "publisher_types"),
        ({"end": 0}, "expiry"),
        ({"amount": "0"}, "amount"),
        ({"amount": "NaN"}, "amount"),
    ],
)
def test_a_lot_that_cannot_be_is_refused(facts: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        lot("a", str(facts.pop("amount", "5")), **facts)  # type: ignore[arg-type]
    assert raised.value.target == field


amounts = st.decimals(min_value=-200, max_value=400, places=12).map(Fraction)
naive_lots = st.lists(
    st.builds(
        NaiveLot,
        id=st.sampled_from("abcdef"),
        amount=st.decimals(min_value="0.000000000001", max_value=500, places=12).map(Fraction),
        start=st.integers(0, 12),
        end=st.none() | st.integers(13, 25),
        publishers=st.sampled_from([("Azure",), ("Azure", "External")]),
        products=st.sampled_from([(), (), ("Storage",), ("GPT", "gpt")]),
    ),
    max_size=4,
    unique_by=lambda naive: naive.id,
)
charges = st.lists(st.tuples(st.integers(0, 24), st.sampled_from(KINDS), amounts), max_size=25)


def _exact(amount: Fraction) -> Decimal:
    return Decimal(int(amount * 10**12)).scaleb(-12)


@settings(max_examples=50, deadline=None)
@given(naive_lots, charges, st.randoms())
def test_draws_are_those_of_plain_loops_in_any_order_of_arrival(
    naive: list[NaiveLot], rows: list[tuple[int, Kind, Fraction]], random: st.DataObject
) -> None:
    lots = [
        lot(x.id, str(_exact(x.amount)), x.start, x.end, publisher_types=x.publishers,
            products=x.products)
        for x in naive
    ]  # fmt: skip
    totals = [charged(at, str(_exact(amount)), kind) for at, kind, amount in rows]
    random.shuffle(totals)  # type: ignore[attr-defined]
    random.shuffle(lots)  # type: ignore[attr-defined]
    found = {(draw.lot_id, draw.day): Fraction(draw.amount) for draw in draws(lots, totals, {})}
    expected = naive_draws(naive, rows)
    assert found == {(lot_id, day(at)): amount for (lot_id, at), amount in expected.items()}
    for naive_lot in naive:
        paid = sum(amount for (lot_id, _), amount in found.items() if lot_id == naive_lot.id)
        assert 0 <= paid <= naive_lot.amount


@settings(max_examples=50, deadline=None)
@given(naive_lots, charges)
def test_the_marketplace_is_never_paid(
    naive: list[NaiveLot], rows: list[tuple[int, Kind, Fraction]]
) -> None:
    lots = [lot(x.id, str(_exact(x.amount)), x.start, x.end) for x in naive]
    totals = [charged(at, str(_exact(amount)), kind) for at, kind, amount in rows]
    without = [row for row in totals if row.product.publisher_type != "Marketplace"]
    assert draws(lots, totals, {}) == draws(lots, without, {})
