"""The ledger as answers read it: of every segment, settling and re-rating all rows, or none.

A segment is committed to one table after another, and its writer may be killed between two: until
all have it, answers keep to the versions without it, so that what was used and what it cost agree.
So do they with what a settling posts: what is charged at last is no longer told as uncharged.

A re-rating is posted part by part and may be stopped between two. Until its last part is there,
answers keep to the versions of before: sums of the ledger and breakdowns from requests agree at
every moment (billing-rules 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from costplane.app.effective_usage import effective_usage
from costplane.app.ports import Reratings
from costplane.core.relation import Relation
from costplane.ledger.delta import Ledger, Snapshot


class Snapshots(Protocol):
    """What gives snapshots: the ledger itself, or what answers may read of it."""

    def snapshot(self, versions: Mapping[str, int] | None = None) -> Snapshot:
        """The newest version of every table, or the given ones."""
        ...


class ReadableLedger:
    """Snapshots of `newest` in which nothing is half done. Threads may share it."""

    def __init__(self, newest: Ledger, reratings: Reratings) -> None:
        self.newest = newest
        self._reratings = reratings
        self._kept: Snapshot | None = None
        self._stepped: tuple[Snapshot, Snapshot] | None = None

    def snapshot(self, versions: Mapping[str, int] | None = None) -> Snapshot:
        """The newest version of every table, or the given ones; that of before a segment, a
        settling or a re-rating while its rows are not all there. Raises NotFound for a version
        that is not kept any more."""
        found = self._without_part(self.newest.snapshot(versions))
        for rerating in reversed(self._reratings.list()):
            if rerating.divides(found.versions):
                found = self._at({**found.versions, **rerating.ledger_before})
        return found

    def usage(self, snapshot: Snapshot) -> Relation:
        """The usage of a snapshot with the price versions that its charges have."""
        whole = [r for r in self._reratings.list() if r.is_in(snapshot.versions)]
        return effective_usage(snapshot.relation("usage"), whole)

    def _without_part(self, found: Snapshot) -> Snapshot:
        """`found` without what not all of its tables have."""
        stepped = self._stepped
        if stepped is None or stepped[0] is not found:
            stepped = self._stepped = (found, self._whole(found))
        return stepped[1]

    def _whole(self, found: Snapshot) -> Snapshot:
        """Steps back until the tables that belong together have the same number of each app."""
        for app, last in found.commits.items():
            complete = min(last.values(), default=-1)
            back = {
                table: self.newest.before(table, found.versions[table], app, complete)
                for table, number in last.items()
                if number > complete
            }
            if back:
                return self._whole(self._at({**found.versions, **back}))
        return found

    def _at(self, versions: Mapping[str, int]) -> Snapshot:
        kept = self._kept
        if kept is None or kept.versions != versions:
            kept = self._kept = self.newest.snapshot(versions)
        return kept
