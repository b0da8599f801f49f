"""Re-ratings as values: what is rated anew, what that changes, and the record of it.

billing-rules 12: a corrected past price leads to reversal and new charge, with a report of what
changed. `usage` is never edited: which price version holds for a row follows from the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from costplane.core.money import EXACT
from costplane.core.period import DAY


@dataclass(frozen=True, slots=True)
class Selection:
    """The usage from `start` up to, not including, `end` at a scope, as that was resolved when
    it was asked for: ids in lower case, None is no restriction."""

    start: datetime
    end: datetime
    scope: str
    subscriptions: tuple[str, ...] | None = None
    resource_group: str | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class MeterChange:
    """Billed cost of a meter before and after."""

    meter: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """What re-rating adds."""
        return EXACT.subtract(self.after, self.before)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """Events of one billing status and reason without charge, before and after."""

    status: str
    reason: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a re-rating changes: meters and reasons, and the `rows` that it appends. Of these
    `reversals` take back what stood, as quantities or amounts below zero.

    A meter with tiers stands with the whole months that were counted anew. A meter whose cost
    stays the same is not listed; its rows may still name another price row.
    """

    meters: tuple[MeterChange, ...] = ()
    events: tuple[StatusChange, ...] = ()
    rows: int = 0
    reversals: int = 0


@dataclass(frozen=True, slots=True)
class Rerating:
    """One re-rating on record: who asked for it and how, what for, which price versions the
    usage had (`versions_before`) and which it has now. Until it is `finished` it is completed
    by whoever writes next. `ledger_before` and `ledger_after` are the versions of the ledger's
    tables between which it was posted; empty where they were not recorded."""

    number: int
    recorded_at: datetime
    who: str
    command: str
    selection: Selection
    versions_before: tuple[int, ...]
    version: int
    changes: Changes
    finished: bool = False
    ledger_before: Mapping[str, int] = field(default_factory=dict)
    ledger_after: Mapping[str, int] = field(default_factory=dict)

    def words(self) -> str:
        """What was done, for people."""
        last, changed = (self.selection.end - DAY).date(), self.changes.rows
        days = f"{self.selection.start.date()} to {last}"
        return f"{self.number}: {days} of {self.selection.scope}, {changed} rows"

    def is_in(self, versions: Mapping[str, int]) -> bool:
        """Whether tables of these versions have all of its rows."""
        return self.finished and _reach(versions, self.ledger_after)

    def divides(self, versions: Mapping[str, int]) -> bool:
        """Whether tables of these versions may have some of its rows, and not all."""
        return not self.is_in(versions) and not _reach(self.ledger_before, versions)


def _reach(versions: Mapping[str, int], others: Mapping[str, int]) -> bool:
    """Whether no table has a lower version than in `others`."""
    return all(versions.get(table, version) >= version for table, version in others.items())
