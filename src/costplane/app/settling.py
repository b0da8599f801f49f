"""Settling: charges that depend on order or on time are computed for whole keys, and posted as the
difference to what the ledger holds (billing-rules 12, 14, 19).

A settling may be repeated, and after a stop at any point the next one completes it: it computes
anew, and posts only what is missing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from costplane.ledger.delta import Ledger

APP = "posting"
"""The writer of settlings in the transactions of the ledger's tables."""

TABLES = ("charges", "uncharged")
_ORDER = [("ChargePeriodStart", "ascending"), ("x_Series", "ascending")]


class Settling(Protocol):
    """One kind of charges that is posted by difference."""

    def settle(self, now: datetime) -> int:
        """Posts what is missing as of `now`; the number of rows appended."""
        ...


def settle_all(settlings: Sequence[Settling], now: datetime) -> int:
    """Runs every settling, in order: later ones read what earlier ones posted."""
    return sum(settling.settle(now) for settling in settlings)


def post(ledger: Ledger, charges: pa.Table, uncharged: pa.Table) -> int:
    """Appends differences to both tables under the next number; how many rows. The caller is the
    ledger's one writer."""
    number = max(ledger.committed(table, APP) for table in TABLES) + 1
    for table, rows in zip(TABLES, (charges, uncharged), strict=True):
        if len(rows):
            ledger.append(table, rows.sort_by(_ORDER), app=APP, version=number)
    return len(charges) + len(uncharged)
