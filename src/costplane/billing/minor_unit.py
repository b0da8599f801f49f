"""Amounts in a currency's minor unit: what an invoice prints (billing-rules 13)."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_currency_precision

from costplane.core.money import EXACT


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half-even to the minor unit of `currency`: cents of USD, whole yen.

    The number of digits is that of the Unicode CLDR; an unknown currency has two. What rounds to
    nothing has no sign.
    """
    digits = get_currency_precision(currency)
    printed = amount.quantize(Decimal(1).scaleb(-digits), context=EXACT)
    return printed or abs(printed)
