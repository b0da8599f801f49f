"""Rounding half-even in 64 bits, without dividing: how most lines that can round are computed.

The amount of `q` smallest parts is q x num / den. With num = even + step, where `even` is a
multiple of 2 x den and `step` is below it, each line's rounded amount is q x even / den, an even
whole number, and what q x step / den rounds to. That product is taken with step / den as a binary
fraction of `places` bits, rounded up, so that it exceeds the exact one by less than q units of its
last place. With enough places this is less than half of 1 / den, which no other amount than a tie
lies so near to a tie: adding a half, less a little where the whole part is even, rounds half-even,
and to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

_BITS = 61
"""Places and bits of the largest quantity: with the step, which is below two, within 63 bits."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """The arithmetic for quantities of up to `bits` bits."""

    bits: int

    @classmethod
    def of(cls, largest: int) -> FixedPoint:
        """The arithmetic for quantities up to `largest` smallest parts."""
        return cls(max(largest, 1).bit_length())

    @property
    def places(self) -> int:
        """Binary places of a step."""
        return _BITS - self.bits

    def fits(self, denominator: int) -> bool:
        """Whether the places tell ties of amounts with this denominator from all others."""
        return denominator.bit_length() + self.bits + 1 <= self.places

    def step(self, numerator: int, denominator: int) -> int:
        """What is left of an amount beyond `even`, as a binary fraction, rounded up."""
        if denominator == 1:
            return 0
        return -(-((numerator % (2 * denominator)) << self.places) // denominator)

    def rounded(self, product: str) -> str:
        """A product of quantity and step, rounded half-even to a whole number, as SQL.

        `little` is where the product's last whole bit stands when it is moved that far right.
        """
        little = 1 << self.bits
        odd = f"(({product} >> {self.places - self.bits}) & {little})"
        return f"(({product} + {(1 << (self.places - 1)) - little} + {odd}) >> {self.places})"


def even(numerator: int, denominator: int) -> int:
    """The part of an amount that rounds for no quantity, for one smallest part: all of it where
    the denominator is 1, else an even number."""
    return numerator if denominator == 1 else numerator // (2 * denominator) * 2
