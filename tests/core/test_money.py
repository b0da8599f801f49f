"""The rounding of a line: once, half-even, to twelve places (billing-rules 13)."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.core.money import line_units, round_line

amounts = st.decimals(min_value=0, max_value=10**20, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0", "0"),
        ("0.0000000000005", "0"),
        ("0.0000000000015", "0.000000000002"),
        ("0.0000000000025", "0.000000000002"),
        ("0.00000000000250000000000000000000000001", "0.000000000003"),
        ("0.0000000000024999999999999999999999999", "0.000000000002"),
        ("-0.0000000000015", "-0.000000000002"),
        ("-0.0000000000025", "-0.000000000002"),
        ("99999999999999999999999999.0000000000005", "99999999999999999999999999"),
        ("99999999999999999999999999.9999999999995", "100000000000000000000000000"),
        ("1e-400", "0"),
    ],
)
def test_ties_go_to_the_even_digit(exact: str, rounded: str) -> None:
    assert round_line(Decimal(exact)) == Decimal(rounded)


def test_a_line_always_has_twelve_places() -> None:
    assert str(round_line(Decimal(3))) == "3.000000000000"
    assert str(round_line(Fraction(1, 3))) == "0.333333333333"
    assert str(round_line(Fraction(2, 3))) == "0.666666666667"


@given(amounts)
def test_rounding_equals_that_of_wide_decimals(amount: Decimal) -> None:
    with localcontext(prec=200, rounding=ROUND_HALF_EVEN):
        assert round_line(amount) == amount.quantize(Decimal("1e-12"))


def test_the_price_of_a_stored_unit_is_a_reduced_fraction() -> None:
    million, thousand = Decimal(10**6), Decimal(1000)
    assert line_units(Decimal("0.25"), million, 0) == (250_000, 1)
    assert line_units(Decimal("0.000015"), thousand, 0) == (15_000, 1)
    assert line_units(Decimal("0.1"), Decimal(3), 0) == (10**11, 3)
    assert line_units(Decimal("0.0000001"), million, 0) == (1, 10)
    assert line_units(Decimal("0.36"), Decimal(3600), 6) == (100, 1)
    assert line_units(Decimal(0), million, 0) == (0, 1)


@given(amounts, st.sampled_from([1, 3, 100, 1000, 3600, 10**6]), st.sampled_from([0, 6]))
def test_units_times_quantity_is_the_exact_amount(price: Decimal, block: int, scale: int) -> None:
    numerator, denominator = line_units(price, Decimal(block), scale)
    quantity = Decimal("1234567.25") if scale else Decimal(1234567)
    stored = int(quantity * 10**scale)
    exact = Fraction(quantity) / block * Fraction(price)
    assert Fraction(numerator * stored, denominator) == exact * 10**12
