"""Upkeep of the tables' files, by one process at a time: who holds the compactor's lease.

Every commit leaves a file in each table, and readers open them all. Files that were merged stay
for a day, so that whoever reads an earlier version finds them (ledger/delta.py).
"""

from __future__ import annotations

from costplane.app.leasing import Leasing
from costplane.core.lease import COMPACTOR
from costplane.core.tables import TABLES
from costplane.ledger.delta import Ledger

MANY_FILES = 100
"""Files of a table that are worth a merge: DuckDB opens about ten thousand in a second."""


def compact(ledger: Ledger, leasing: Leasing) -> list[str]:
    """Merges the files of tables that have many, unless another process does; which tables."""
    due = [name for name, files in ledger.snapshot().files.items() if len(files.paths) > MANY_FILES]
    lease = leasing.attempt(COMPACTOR) if due else None
    if lease is None:
        return []
    with leasing.keeping(lease) as lost:
        done = []
        for table in filter(due.__contains__, TABLES):
            if not lost.is_set():
                ledger.compact(table, lease.fence)
                done.append(table)
        return done
