"""Fractions as text without a lost digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from costplane.core.money import EXACT


def exact_text(value: Fraction) -> str:
    """`value` as a decimal; as a fraction where a decimal has no end."""
    places = _places(value.denominator)
    if places is None:
        return str(value)
    whole = value.numerator * 10**places // value.denominator
    return format(Decimal(whole).scaleb(-places, EXACT), "f")


def _places(denominator: int) -> int | None:
    """How many decimal places a reduced fraction needs; None if no number is enough."""
    powers = []
    for prime in (2, 5):
        power = 0
        while denominator % prime == 0:
            denominator //= prime
            power += 1
        powers.append(power)
    return max(powers) if denominator == 1 else None
