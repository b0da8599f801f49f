"""A segment of the intake log, and what posting it came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """A segment that is whole on disk. `place` is when its process sealed it, in nanoseconds:
    those of all logs sort by it. `log` is the folder of that process."""

    place: int
    log: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What posting a segment came to, in events. `evidence` tells of calls that another source's
    event counts for; `unpriced` events have a line without price, `unmetered` ones told no usage
    (UsageMissing)."""

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    evidence: int = 0
    unpriced: int = 0
    unmetered: int = 0


@dataclass(frozen=True, slots=True)
class LogSegment:
    """A segment with the number under which the ledger has it. `posted` is None until all tables
    have it; `settled`: what depends on order has been settled since."""

    number: int
    sealed: Sealed
    posted: Posted | None = None
    settled: bool = False
