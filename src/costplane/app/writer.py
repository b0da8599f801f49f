"""The ledger's one writer: intake, settling, re-rating and the closing of invoices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

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
from costplane.app.intake.intake import Intake, IntakeReport
from costplane.app.intake.posting import Poster
from costplane.app.intake.tag_values import TagValues
from costplane.app.intake.witnesses import Witnesses
from costplane.app.lock import writer_lock
from costplane.app.rerating.rerating import Preview, Rerater
from costplane.app.series import SeriesNumbers
from costplane.app.settling import Settling, settle_all
from costplane.app.tiers.settling import TierSettling
from costplane.billing.invoice import Invoice
from costplane.core.rerating import Rerating
from costplane.errors import CostplaneError
from costplane.metering.batch import EventBatch
from costplane.metering.identity import IdentityIndex
from costplane.metering.log import SegmentLog


class Writer:
    """Appends to the ledger, one after another: threads and processes wait for each other."""

    def __init__(
        self,
        data: Path,
        usage: CurrentUsage,
        prepayment: Prepayment,
        invoicing: Invoicing,
        erasure_key: Callable[[], bytes],
        bills: BillImports,
        now: Callable[[], datetime],
    ) -> None:
        self._data = data
        self._usage = usage
        self._ledger, self._engine, self._control = usage.ledger, usage.engine, usage.control
        self._prepayment, self._invoicing = prepayment, invoicing
        self._erasure_key = erasure_key
        self._bills = bills
        self._now = now
        self._lock = threading.Lock()

    def ingest(
        self,
        batches: Iterable[EventBatch],
        on_progress: Callable[[IntakeReport], None] | None = None,
    ) -> IntakeReport:
        """Takes usage events, each exactly once; what is counted as accepted is on disk."""
        with self._writing() as intake:
            try:
                report = intake.take(batches, on_progress)
            except CostplaneError:
                # What was taken before the fault stands, and is settled as any intake.
                if not intake.poster.log.pending():
                    self._settle()
                raise
            self._settle()
            return report

    def settle(self) -> int:
        """Posts what depends on order or on time, as of now; the number of rows appended.

        Done at the end of every intake, by the server at its start and every hour, and after
        changes of the catalog that it depends on. A second run finds nothing to post. Cost
        allocation reads whole days, so that an intake leaves it to the next hour.
        """
        with self._writing() as intake:
            self._erasing(intake.poster.identities).complete_begun(ITSELF)
            return self._settle() + self._allocation().settle(self._now())

    def erase(self, user: str, who: str, *, sessions: bool) -> Erasure:
        """Erases a user from wherever a name is kept (app/erasing)."""
        with self._writing() as intake:
            return self._erasing(intake.poster.identities).erase(user, who, sessions=sessions)

    def import_bill(
        self, paths: Sequence[Path], options: BillOptions, on_rows: OnRows | None = None
    ) -> BillImport:
        """Imports files as one delivery of a bill, in place of what it restates: all or nothing."""
        with self._writing():
            return self._bills.take(paths, options, on_rows)

    def close_invoices(self, key: str, month: datetime, who: str) -> list[Invoice]:
        """Closes a month of a billing key; a second time it tells how it was closed."""
        with self._writing():
            return self._invoicing.close(key, month, self._now(), who)

    def close_due_invoices(self, who: str) -> list[Invoice]:
        """Closes the billing periods whose time has come."""
        with self._writing():
            return self._invoicing.close_due(self._now(), who)

    def rerate(self, preview: Preview, who: str, command: str) -> Rerating:
        """Does what was previewed, and records it with `who` asked for it and how."""
        with self._writing():
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

    @contextmanager
    def _writing(self) -> Iterator[Intake]:
        """The ledger's one writer, once what a stopped one left behind is complete: a segment
        that has its usage but not its charges would else be settled, and then charged again; and
        no answer would tell what is written on while a re-rating is half done."""
        with (
            self._lock,
            writer_lock(self._data),
            closing(IdentityIndex(self._data / "identities")) as identities,
        ):
            intake = self._intake(identities)
            intake.poster.resume()
            self.rerater().settle(self._now())
            yield intake

    def _settle(self) -> int:
        return settle_all(self._settlings(), self._now())

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

    def _intake(self, identities: IdentityIndex) -> Intake:
        control, ledger, engine = self._control, self._ledger, self._engine
        arrivals = Arrivals(control.erasures, self._erasure_key)
        poster = Poster(
            ledger,
            engine,
            SegmentLog(self._data / "log"),
            identities,
            SeriesNumbers(ledger, engine),
            Witnesses(ledger, engine, control.settings),
            self._usage.prices,
            control.catalog,
            control.settings,
            control.invoices,
            control.posting_keys,
            arrivals,
            self._now,
        )
        values = TagValues(ledger, engine)
        return Intake(
            poster,
            control.catalog,
            control.quarantine,
            control.settings,
            values,
            arrivals,
            self._now,
        )

    def _erasing(self, identities: IdentityIndex) -> Erasing:
        names = LedgerNames(self._ledger, self._engine, identities)
        return Erasing(names, self._control.erasures, self._erasure_key, self._now)
