"""The ledger's writer: posting, settling, re-rating and the closing of invoices.

Every process may be it, one at a time: who holds the writer's lease. It posts what all have
received, so that whoever waits for it finds its own work done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from costplane.access.audit import ITSELF
from costplane.app.allocation.settling import AllocationSettling
from costplane.app.billing.invoicing import Invoicing
from costplane.app.billing.prepayment import Prepayment
from costplane.app.bills.delivery import OnRows
from costplane.app.bills.importing import BillImport, BillImports, BillOptions
from costplane.app.capacity.settling import CapacitySettling
from costplane.app.current_usage import CurrentUsage
from costplane.app.erasing.arrivals import Arrivals
from costplane.app.erasing.erasing import Erasing, Erasure
from costplane.app.erasing.ledger_names import LedgerNames
from costplane.app.intake.intake import Intake, IntakeReport, Received
from costplane.app.intake.posting import Poster
from costplane.app.intake.tag_values import TagValues
from costplane.app.intake.witnesses import Witnesses
from costplane.app.leasing import Leasing, OnWait, own_name
from costplane.app.rerating.rerating import Preview, Rerater
from costplane.app.series import SeriesNumbers
from costplane.app.settling import Settling, is_whole, settle_all
from costplane.app.tiers.settling import TierSettling
from costplane.billing.invoice import Invoice
from costplane.core.lease import COMPACTOR, WRITER, Lease
from costplane.core.log_segment import LogSegment, Sealed
from costplane.core.rerating import Rerating
from costplane.errors import CostplaneError, LeaseLost, Unavailable
from costplane.metering.batch import EventBatch
from costplane.metering.identity import IdentityIndex
from costplane.metering.log import FLAT, SegmentLog

T = TypeVar("T")

_LEFT_SECONDS = 5
"""How long a segment may lie before somebody else than its process looks after it."""


class Writer:
    """Appends to the ledger, one after another: threads and processes wait for each other.

    Events are on disk before anybody waits.
    """

    def __init__(
        self,
        data: Path,
        usage: CurrentUsage,
        prepayment: Prepayment,
        invoicing: Invoicing,
        erasure_key: Callable[[], bytes],
        bills: BillImports,
        now: Callable[[], datetime],
        on_wait: OnWait,
    ) -> None:
        name = own_name()
        self._data = data
        self._log = SegmentLog(data / "log", name)
        self.leasing = Leasing(usage.control.leases, lambda: usage.ledger.id, name, on_wait)
        self._usage = usage
        self._ledger, self._engine, self._control = usage.ledger, usage.engine, usage.control
        self._prepayment, self._invoicing = prepayment, invoicing
        self._erasure_key = erasure_key
        self._bills = bills
        self._arrivals = Arrivals(self._control.erasures, erasure_key)
        self._now = now
        self._lock = threading.Lock()

    def close(self) -> None:
        """This process receives no more events."""
        self._log.close()

    def ingest(
        self,
        batches: Iterable[EventBatch],
        on_progress: Callable[[IntakeReport], None] | None = None,
    ) -> IntakeReport:
        """Takes usage events, each exactly once; what is counted as accepted is on disk."""
        report, numbers = IntakeReport(), list[int]()
        for part in self._received(batches, numbers):
            report = report.received(part)
            if part.sealed is not None:
                segment = self._posted(part.sealed, self._settle if part.is_last else None)
                numbers.append(segment.number)
                assert segment.posted is not None
                report = report.plus(segment.posted)
            if on_progress:
                on_progress(report)
        self._settle_segments(numbers)
        return report

    def settle(self) -> int:
        """Posts what depends on order or on time, as of now; the number of rows appended.

        Done at the end of every intake, by the server at its start and every hour, and after
        changes of the catalog that it depends on. A second run finds nothing to post. Cost
        allocation reads whole days, so that an intake leaves it to the next hour.
        """
        with self._waiting():
            self._sweep()
            self._complete_erasing()
            return self._settle() + self._allocation().settle(self._now())

    def erase(self, user: str, who: str, *, sessions: bool) -> Erasure:
        """Erases a user from wherever a name is kept (app/erasing)."""
        with self._waiting(), self._erasing() as erasing:
            return erasing.erase(user, who, sessions=sessions)

    def catch_up(self) -> None:
        """Posts and settles what stopped processes have left behind, unless somebody writes."""
        left = any(not segment.settled for segment in self._control.log_segments.list())
        if not left and not any(one.place < _while_ago() for one in self._log.sealed()):
            return
        with self._lock:
            lease = self.leasing.attempt(WRITER)
            if lease is not None:
                with suppress(LeaseLost), self._writing(lease):
                    self._settle()

    def import_bill(
        self, paths: Sequence[Path], options: BillOptions, on_rows: OnRows | None = None
    ) -> BillImport:
        """Imports files as one delivery of a bill, in place of what it restates: all or nothing."""
        with self._waiting(), self._merging_nothing():
            return self._bills.take(paths, options, on_rows)

    def close_invoices(self, key: str, month: datetime, who: str) -> list[Invoice]:
        """Closes a month of a billing key; a second time it tells how it was closed."""
        with self._waiting():
            return self._invoicing.close(key, month, self._now(), who)

    def close_due_invoices(self, who: str) -> list[Invoice]:
        """Closes the billing periods whose time has come."""
        with self._waiting():
            return self._invoicing.close_due(self._now(), who)

    def rerate(self, preview: Preview, who: str, command: str) -> Rerating:
        """Does what was previewed, and records it with `who` asked for it and how."""
        with self._waiting():
            self._settle()
            done = self.rerater().apply(preview, who, command, self._now())
            self._settle()
            return done

    def rerater(self) -> Rerater:
        """Previews re-ratings; `rerate` does them."""
        control, usage = self._control, self._usage
        tiers = TierSettling(
            self._ledger, self._engine, control.posting_keys, control.invoices, usage.now
        )
        return Rerater(
            tiers, self._capacity(), control.reratings, usage.prices.version, usage.after
        )

    def _received(self, batches: Iterable[EventBatch], numbers: list[int]) -> Iterator[Received]:
        """Logs what comes. A fault of it is raised once what came before, the segments `numbers`,
        is settled as any intake."""
        try:
            yield from self._intake().receive(batches)
        except CostplaneError:
            self._settle_segments(numbers)
            raise

    def _posted(self, sealed: Sealed, settle: Callable[[], object] | None) -> LogSegment:
        """The segment once it is posted, by this process, which may `settle` then, or another."""

        def done() -> LogSegment | None:
            found = self._control.log_segments.find(sealed)
            return found if found and found.posted else None

        return self._until(done, settle or (lambda: None))

    def _settle_segments(self, numbers: list[int]) -> None:
        """Waits until what depends on order is settled for segments of this process."""
        segments = self._control.log_segments
        if not numbers:
            with self._waiting():
                self._settle()
            return

        def done() -> bool | None:
            return segments.are_settled(numbers) or None

        self._until(done, self._settle)
        segments.forget(numbers)

    def _until(self, done: Callable[[], T | None], work: Callable[[], object]) -> T:
        """What `done` tells, once the writer has come so far: this process with `work`, if it
        can be it, or another. One that loses its lease looks whether the next one did it."""
        rest = self.leasing.pauses(WRITER)
        while True:
            with self._lock:
                if (found := done()) is not None:
                    return found
                lease = self.leasing.attempt(WRITER)
                if lease is not None:
                    with suppress(LeaseLost):
                        with self._writing(lease):
                            work()
                        if (found := done()) is not None:
                            return found
                        raise Unavailable("a segment of the log is not there any more")
                    continue
            rest()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """The writer, once nobody else is."""
        with self._lock, self._writing(self.leasing.wait(WRITER)):
            yield

    @contextmanager
    def _writing(self, lease: Lease) -> Iterator[None]:
        """The ledger's one writer, once what everybody received is posted: a segment that has its
        usage but not its charges would else be settled, and then charged again; and no answer
        would tell what is written on while a re-rating is half done."""
        with self._ledger.fenced(lease.fence):
            if lease.taken_over:  # a fault here leaves the lease to its end, for the next to seal
                self._ledger.seal()
            with self.leasing.keeping(lease):
                self._post()
                self.rerater().settle(self._now())
                if not is_whole(self._ledger):
                    self._settle()
                yield

    def _post(self) -> None:
        with closing(IdentityIndex(self._data / "identities")) as identities:
            self._poster(identities).post_all()

    def _settle(self) -> int:
        appended = settle_all(self._ledger, self._settlings(), self._now())
        self._control.log_segments.settle()
        return appended

    def _sweep(self) -> None:
        """Forgets the segments of dead processes and older versions, which are all posted."""
        gone, segments = {FLAT, *self._log.sweep()}, self._control.log_segments
        segments.forget([one.number for one in segments.list() if one.sealed.log in gone])

    def _settlings(self) -> tuple[Settling, ...]:
        """In the order in which they are to run: lots pay what the others came to."""
        rerater = self.rerater()
        return (rerater, rerater.tiers, self._capacity(), self._prepayment)

    def _allocation(self) -> AllocationSettling:
        return AllocationSettling(self._ledger, self._engine, self._control.arm)

    def _capacity(self) -> CapacitySettling:
        control = self._control
        return CapacitySettling(
            self._ledger,
            self._engine,
            control.catalog,
            control.settings,
            control.posting_keys,
            control.invoices,
            self._usage.now,
        )

    def _intake(self) -> Intake:
        control = self._control
        return Intake(
            self._log,
            self._engine,
            control.catalog,
            control.quarantine,
            control.settings,
            self._arrivals,
            self._now,
        )

    def _poster(self, identities: IdentityIndex) -> Poster:
        control, ledger, engine = self._control, self._ledger, self._engine
        return Poster(
            ledger,
            engine,
            self._log,
            control.log_segments,
            identities,
            SeriesNumbers(ledger, engine),
            Witnesses(ledger, engine, control.settings),
            TagValues(ledger, engine),
            self._usage.prices,
            control.catalog,
            control.settings,
            control.invoices,
            control.posting_keys,
            self._arrivals,
            self._now,
        )

    def _complete_erasing(self) -> None:
        if all(person.finished for person in self._control.erasures.all()):
            return
        with self._erasing() as erasing:
            erasing.complete_begun(ITSELF)

    @contextmanager
    def _erasing(self) -> Iterator[Erasing]:
        index = IdentityIndex(self._data / "identities")
        with self._merging_nothing(), closing(index) as identities:
            names = LedgerNames(self._ledger, self._engine, identities)
            yield Erasing(names, self._control.erasures, self._erasure_key, self._now)

    @contextmanager
    def _merging_nothing(self) -> Iterator[None]:
        """While nobody merges files: a merge that comes second fails, and its files stay beside
        the table, with what was to go."""
        with self.leasing.keeping(self.leasing.wait(COMPACTOR)):
            yield


def _while_ago() -> int:
    return time.time_ns() - _LEFT_SECONDS * 1_000_000_000
