"""Answers that were given a moment ago: a page turned, a view opened again.

An answer from hourly rows follows from its plan and the versions of the tables alone, so it is
never stale: a further commit is another version.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from costplane.analysis.plan import QueryPlan
from costplane.ledger.delta import Snapshot

ANSWERS = 256
ROWS = 100_000
"""Answers that are kept, and the most rows that one of them may have."""

A = TypeVar("A")
_Key = tuple[QueryPlan, tuple[tuple[str, int], ...]]


class RecentAnswers(Generic[A]):
    """The last answers, the least recently asked for forgotten first. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[_Key, A] = OrderedDict()

    def get(self, plan: QueryPlan, snapshot: Snapshot) -> A | None:
        """The answer to `plan` over `snapshot`, if it was given lately."""
        key = _key(plan, snapshot)
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def keep(self, plan: QueryPlan, snapshot: Snapshot, answer: A, rows: int = 0) -> None:
        """Remembers an answer, unless it has too many `rows`."""
        if rows > ROWS:
            return
        with self._lock:
            self._answers[_key(plan, snapshot)] = answer
            while len(self._answers) > ANSWERS:
                self._answers.popitem(last=False)


def _key(plan: QueryPlan, snapshot: Snapshot) -> _Key:
    return plan, tuple(sorted(snapshot.versions.items()))
