"""Settling: charges that depend on order or on time are computed for whole keys, and posted as the
difference to what the ledger holds (billing-rules 12, 14, 19).

A settling may be repeated, and after a stop at any point the next one completes it: it computes
anew, and posts only what is missing then. Answers read up to the last number that `charges` and
`uncharged` both have (app/readable_ledger.py): they show both sides of a difference, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from costplane.core.tables import TABLES as SCHEMAS
from costplane.ledger.delta import SETTLING, Ledger

TABLES = ("charges", "uncharged")
_ORDER = [("ChargePeriodStart", "ascending"), ("x_Series", "ascending")]


class Settling(Protocol):
    """One kind of charges that is posted by difference."""

    def settle(self, now: datetime) -> int:
        """Posts what is missing as of `now`; the number of rows appended."""
        ...


def settle_all(ledger: Ledger, settlings: Sequence[Settling], now: datetime) -> int:
    """Runs every settling, in order: later ones read what earlier ones posted. What a stopped one
    left in one table alone is complete then."""
    appended = sum(settling.settle(now) for settling in settlings)
    if not is_whole(ledger):
        last = max(_numbers(ledger))
        for table in TABLES:
            ledger.append(table, SCHEMAS[table].empty_table(), app=SETTLING, version=last)
    return appended


def is_whole(ledger: Ledger) -> bool:
    """Whether both tables have all that was posted; False after a stop between the two."""
    charges, uncharged = _numbers(ledger)
    return charges == uncharged


def post(ledger: Ledger, charges: pa.Table, uncharged: pa.Table) -> int:
    """Appends differences to both tables under the next number; how many rows. The caller is the
    ledger's one writer.

    While what a stopped settling left is being completed, the numbers of the two tables stay
    apart, so that nobody reads a part of that.
    """
    if not len(charges) + len(uncharged):
        return 0
    last = max(_numbers(ledger))
    apart = 0 if is_whole(ledger) else 1
    for table, rows, number in (
        ("charges", charges, last + 1),
        ("uncharged", uncharged, last + 1 + apart),
    ):
        ledger.append(table, rows.sort_by(_ORDER), app=SETTLING, version=number)
    return len(charges) + len(uncharged)


def _numbers(ledger: Ledger) -> list[int]:
    return [ledger.committed(table, SETTLING) for table in TABLES]
