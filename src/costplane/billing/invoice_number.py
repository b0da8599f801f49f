"""Numbers of invoices: a function of what is billed and when, so that rows need not carry them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from costplane.billing.billing_key import BILLING_KEY

PREFIX = "INV-"
DIGITS = 8
"""Hexadecimal digits that tell billing keys and currencies apart."""

INVOICE_NUMBER = (
    f"CONCAT('{PREFIX}', STRFTIME(MAKE_TIMESTAMP(EPOCH_US(BillingPeriodStart)), '%Y%m'), '-', "
    f"UPPER(LEFT(MD5(CONCAT({BILLING_KEY}, '|', BillingCurrency)), {DIGITS})))"
)
"""The number of the invoice that a row of `charges` stands on, in SQL."""


def invoice_number(billing_key: str, month: datetime, currency: str) -> str:
    """The number of the invoice of a billing period, such as INV-202610-1A2B3C4D."""
    text = f"{billing_key}|{currency}".encode()
    told = hashlib.md5(text, usedforsecurity=False).hexdigest()[:DIGITS]
    return f"{PREFIX}{month:%Y%m}-{told.upper()}"
