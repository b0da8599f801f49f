"""Rounding in 64-bit fixed point, beside fractions: to the last digit, ties among them."""

from __future__ import annotations

from fractions import Fraction

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from costplane.rating.fixed_point import FixedPoint, even


@settings(max_examples=50, deadline=None)
@given(
    largest=st.integers(1, 2**24),
    numerator=st.integers(0, 10**18),
    twos=st.integers(0, 8),
    fives=st.integers(0, 3),
    further=st.sampled_from([1, 3, 7, 917]),
    spread=st.lists(st.integers(0, 2**24), max_size=20),
)
@example(largest=2**20, numerator=1, twos=1, fives=0, further=1, spread=list(range(20)))
@example(largest=9, numerator=34958303, twos=6, fives=3, further=1, spread=[])
@example(largest=2**24 - 1, numerator=10**18 - 1, twos=8, fives=1, further=1, spread=[])
def test_rounded_products_and_even_parts_are_the_lines_rounded_half_even(
    largest: int, numerator: int, twos: int, fives: int, further: int, spread: list[int]
) -> None:
    amount = Fraction(numerator, 2**twos * 5**fives * further)
    num, den = amount.numerator, amount.denominator
    fixed = FixedPoint.of(largest)
    if not fixed.fits(den):
        return
    tie = den // 2 * pow(num, -1, den) % den if den % 2 == 0 else 0
    nearby = [n * den + tie + off for n in range(4) for off in (-1, 0, 1)]
    quantities = [q % (largest + 1) for q in (*spread, *nearby, largest, largest - 1)]
    found = _rounded(fixed, quantities, fixed.step(num, den))
    told = [q * even(num, den) + r for q, r in zip(quantities, found, strict=True)]
    assert told == [round(q * amount) for q in quantities]


def test_a_denominator_beyond_the_places_does_not_fit() -> None:
    fixed = FixedPoint.of(2**20 - 1)
    assert (fixed.bits, fixed.places) == (20, 41)
    assert fixed.fits(2**20 - 1)
    assert not fixed.fits(2**20)
    assert not FixedPoint.of(2**30).fits(2)


def test_a_whole_price_has_no_step() -> None:
    fixed = FixedPoint.of(1000)
    assert (fixed.step(7, 1), even(7, 1)) == (0, 7)
    assert (fixed.step(7, 2), even(7, 2)) == (3 << fixed.places - 1, 2)


def _rounded(fixed: FixedPoint, quantities: list[int], step: int) -> list[int]:
    """What the engine makes of the products, in 64 bits."""
    products = ", ".join(f"({n}, ({q}::BIGINT * {step}::BIGINT))" for n, q in enumerate(quantities))
    query = f"SELECT {fixed.rounded('p')} FROM (VALUES {products}) AS of(n, p) ORDER BY n"
    with duckdb.connect() as connection:
        return [row[0] for row in connection.sql(query).fetchall()]
