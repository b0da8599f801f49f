"""Leases: who may do what only one process does at a time, and until when."""

from __future__ import annotations

from dataclasses import dataclass

WRITER = "writer"
"""Commits to the ledger's tables."""
SCHEDULER = "scheduler"
"""Does what time alone makes due."""
COMPACTOR = "compactor"
"""Merges the files of the ledger's tables, and removes those that nobody needs."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a holder was given. `ledger` is the id of the tables that it is about.

    `fence` grows with every lease of that name: what carries a smaller number than one that was
    seen comes from a former holder. `taken_over`: the former holder never gave it back, and may
    still believe that it has it.
    """

    ledger: str
    name: str
    holder: str
    fence: int
    taken_over: bool
