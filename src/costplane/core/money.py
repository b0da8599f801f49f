"""Exact money: decimals with a currency, and the one rounding rule of a line.

billing-rules 13: a line's amount is exact and rounded once, half-even, to twelve decimal
places of the billing currency; sums of lines are never rounded again before an invoice.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

LINE_PLACES = 12
"""Decimal places of a line's amount."""

EXACT = Context(prec=76, rounding=ROUND_HALF_EVEN)
"""Wide enough that no product of a quantity and a price loses a digit."""

_QUANTUM = Decimal(1).scaleb(-LINE_PLACES)


def round_line(amount: Fraction | Decimal) -> Decimal:
    """`amount` rounded half-even to twelve places: the only rounding between use and invoice."""
    exact = Fraction(amount)
    units = half_even(exact.numerator * 10**LINE_PLACES, exact.denominator)
    return Decimal(units).scaleb(-LINE_PLACES, EXACT).quantize(_QUANTUM, context=EXACT)


def half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction with a positive denominator; of two the even one."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def line_units(price: Decimal, block_size: Decimal, quantity_scale: int) -> tuple[int, int]:
    """The price of one stored quantity unit in 1e-12 of the currency, as a reduced fraction.

    `price` is per block of `block_size` units; quantities are stored as integers of
    10**-`quantity_scale` units. A denominator of 1 means that no line can ever round, so
    that quantities may be summed before they are priced (rating/lines.py relies on it).
    """
    unit = Fraction(price) / Fraction(block_size) * 10 ** (LINE_PLACES - quantity_scale)
    return unit.numerator, unit.denominator


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of `amounts`, to the last digit."""
    summed = Decimal(0)
    for amount in amounts:
        summed = EXACT.add(summed, amount)
    return summed
