"""Which amounts a line has, and which arithmetic makes each exactly.

`contracted` and `list` are always there. The others are computed only where some rate makes them
another amount than `contracted`: `priced` in the price's own currency, `usd` in USD and
`cross_charge` with a markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from costplane.rating.fixed_point import FixedPoint
from costplane.rating.rates import Rate
from costplane.rating.terms import USD

Way = Literal["sum", "expected", "fixed", "each", "wide"]
"""`sum`: no line can round, so that quantities are summed first. `fixed`: line by line, in 64 bits
without a division (fixed_point.py); `expected`: so, too, while usage was surveyed (expected.py).
`each`: line by line, in 128 bits. `wide`: line by line, in integers without a bound."""

Largest = Mapping[str, int]
"""The largest amount that a row of usage has of each quantity, by name, in smallest parts."""

BASIC = ("contracted", "list")
PRICING = "pricing"
"""The quantity in pricing units: like the amounts, each line's is rounded once, so that its sums
do not depend on batches."""

_QUANTITY_PLACES = 12
"""A call's quantity is below 10^12 units (metering/extract/amounts.py)."""
_BITS = 127
_DIGITS = 38
_USUAL = 10**18
"""Such a numerator times a month's quantity fits into 128 bits."""


def amounts_of(rates: Sequence[Rate]) -> tuple[str, ...]:
    """The amounts that lines of these rates have."""
    priced = [rate for rate in rates if rate.offer is not None]
    further = (
        ("priced", any(rate.terms.exchange for rate in priced)),
        ("usd", any(_has_own_usd(rate) for rate in priced)),
        ("cross_charge", any(rate.terms.markup for rate in priced)),
    )
    return (*BASIC, *(name for name, needed in further if needed))


def _has_own_usd(rate: Rate) -> bool:
    """Whether an amount in USD is known, and not the billing currency's."""
    return rate.currency != USD and has_usd(rate)


def has_usd(rate: Rate) -> bool:
    """Whether the amount in USD is known."""
    priced = rate.offer is not None and rate.offer.row.currency == USD
    return rate.currency == USD or priced or rate.terms.usd is not None


def fraction(rate: Rate, name: str) -> tuple[int, int]:
    """The amount of one stored unit under a name, as a reduced fraction of 1e-12."""
    found: tuple[int, int] | None = getattr(rate, name)
    return found or (0, 1)


def way_of(rate: Rate, names: Sequence[str], largest: Largest) -> Way:
    """How lines of a rate are computed: as fast as is exact.

    Beyond 128 bits are prices of many digits times rates of many digits: the numerator times the
    largest quantity, or twice the rest of the division, would not fit.
    """
    found = [fraction(rate, name) for name in (*names, PRICING)]
    if all(den == 1 for _, den in found):
        return "sum" if all(abs(num) < 10**_DIGITS for num, _ in found) else "wide"
    if _is_fixed(rate, found, largest):
        return "fixed"
    scale = rate.use.quantity.scale if rate.use.quantity else 0
    most = 10 ** (_QUANTITY_PLACES + scale)
    fits = all(
        abs(num) * most < 2**_BITS and den < 2 ** (_BITS - 1) and den < 10**_DIGITS
        for num, den in found
    )
    return "each" if fits else "wide"


def _is_fixed(rate: Rate, found: Sequence[tuple[int, int]], largest: Largest) -> bool:
    quantity = rate.use.quantity
    if quantity is None or quantity.name not in largest:
        return False
    fixed = FixedPoint.of(largest[quantity.name])
    return all(0 <= num < _USUAL and fixed.fits(den) for num, den in found)
