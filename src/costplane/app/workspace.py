"""A data folder with everything in it wired: what the server, the command line and tests open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from costplane.access.audit import ITSELF
from costplane.access.sealing import add_key
from costplane.app.access.own_secrets import own_secret
from costplane.app.access.sessions import Sessions
from costplane.app.agreements.agreements import Agreements
from costplane.app.answers import Answers
from costplane.app.arm.keeping import Keeping
from costplane.app.belonging import check_tables, open_control
from costplane.app.billing.prepayment import LotImport
from costplane.app.bills.delivery import OnRows
from costplane.app.bills.importing import BillImport, BillImports, BillOptions
from costplane.app.compaction import compact
from costplane.app.erasing.erasing import Erasure
from costplane.app.estimating.estimating import Estimating
from costplane.app.estimating.saving import SavedEstimates
from costplane.app.intake.hosts import Hosts
from costplane.app.intake.intake import IntakeReport
from costplane.app.leasing import OnWait, log_wait
from costplane.app.ports import Quarantine
from costplane.app.prices import PriceImport
from costplane.app.reports.benefit_reports import benefit_reports
from costplane.app.reports.cost_reports import cost_reports
from costplane.app.reports.invoice_documents import invoice_documents
from costplane.app.reports.price_files import price_reports
from costplane.app.reports.reports import Reports
from costplane.app.rerating.rerating import Preview, selection_of
from costplane.app.resources import ResourceLists, ResourcesImport
from costplane.app.sealed_secrets import seal_anew
from costplane.app.setting_tags import set_tags
from costplane.app.status import read_loading
from costplane.app.unit_costs.business_counts import BusinessCounts
from costplane.app.unit_costs.unit_costs import UnitCosts
from costplane.app.writer import Writer
from costplane.billing.invoice import Invoice
from costplane.catalog.azure_lists import AzureList
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.rerating import Rerating
from costplane.core.scope import Scope
from costplane.core.settings import Setting
from costplane.errors import CostplaneError
from costplane.metering.batch import EventBatch
from costplane.store.control_plane import ControlPlane

T = TypeVar("T")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Workspace(Answers):
    """One installation: its log, id index and control plane in `data`, its tables at `tables`.

    Threads may share it, and processes open the same: they take turns as the ledger's writer.
    """

    def __init__(
        self, data: Path, tables: str, control: ControlPlane, now: Clock, on_wait: OnWait
    ) -> None:
        super().__init__(data, tables, control, now)
        self.agreements = Agreements(control.catalog, control.agreements)
        self.estimates = SavedEstimates(control.estimates)
        self.estimating = Estimating(
            self.engine, control.catalog, control.settings, self.prices, now
        )
        self.unit_costs = UnitCosts(
            self._queries, control.catalog, control.counts, self.persons, now
        )
        makers = {
            **cost_reports(self.cost_details),
            **benefit_reports(self.consumption, control.catalog),
            **price_reports(self.prices, control.catalog),
            **invoice_documents(self.invoicing, now),
        }
        self.reports = Reports(control.reports, data / "reports", makers, now)
        read = (self.ledger, self.engine, control.catalog, control.settings)
        self.bills = BillImports(*read, data, now)
        key, paid = self._erasure_key, (self.prepayment, self.invoicing)
        self._writer = Writer(data, self._usage, *paid, key, self.bills, now, on_wait)
        self.leasing = self._writer.leasing
        self.settling_due = threading.Event()

    @classmethod
    def open(
        cls,
        data: Path,
        tables: str | None = None,
        *,
        control: str | None = None,
        now: Clock = utc_now,
        on_wait: OnWait = log_wait,
    ) -> Workspace:
        """Opens the folder, made if missing. `tables` may be elsewhere (default: in it);
        `control` is the address of a PostgreSQL database (default: a file in the folder).
        `on_wait` hears which lease is waited for, and who holds it.

        Raises InvalidInput for another control plane, or other tables, than those that the folder
        belongs to."""
        data.mkdir(parents=True, exist_ok=True)
        place = tables or str(data / "tables")
        opened = cls(data, place, open_control(data, control), now, on_wait)
        try:
            check_tables(data, opened.ledger)
        except CostplaneError:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Gives back connections and files."""
        self.reports.close()
        self._writer.close()
        self._control.close()
        self.engine.close()

    @property
    def quarantine(self) -> Quarantine:
        """Events that were held back, and why."""
        return self._control.quarantine

    def rotate_keys(self, who: str) -> int:
        """Seal all secrets anew, with a new key unless the environment has the keys; how many."""
        add_key(self.data)
        with self.accounts.together():
            count = seal_anew(self._control.secrets, self._control.arm, self.sealing)
            self.accounts.record(who, "KeysRotated", f"{count} secrets")
        return count

    @property
    def counts(self) -> BusinessCounts:
        """Business counts: how many chats, tickets and the like there were."""
        return BusinessCounts(self._control.counts, self._control.catalog, self.accounts, self.now)

    @property
    def kept(self) -> Keeping:
        """What callers keep at scopes by name: budgets, exports, alerts, rules, ..."""
        return Keeping(self._control.arm, self.now)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in to the page."""
        return Sessions(self.accounts, self._control.sessions)

    def hosts(self) -> Hosts:
        """The resources of the catalog by the names of their hosts."""
        return Hosts(self._control.catalog)

    def ingest(
        self,
        batches: Iterable[EventBatch],
        on_progress: Callable[[IntakeReport], None] | None = None,
    ) -> IntakeReport:
        """Takes usage events, each exactly once; what is counted as accepted is on disk."""
        return self._writer.ingest(batches, on_progress)

    def settle(self) -> int:
        """Posts what depends on order or on time, as of now; the number of rows appended.

        Done at the end of every intake, by the server at its start and every hour, and after
        changes of the catalog that it depends on. A second run finds nothing to post.
        """
        return self._writer.settle()

    def keep_up(self) -> int:
        """What time alone makes due: settles, and closes billing periods whose time has come,
        but not while their history is still being loaded; and compacts the tables."""
        appended = self.settle()
        self.reports.keep_up()
        self._queries.keep_up()
        loading = read_loading(self.data)
        if loading is None or not loading.active:
            self.close_due_invoices()
        compact(self.ledger, self.leasing)
        return appended

    def catch_up(self) -> None:
        """Posts what stopped processes have left behind, and goes on with their reports."""
        self._writer.catch_up()
        self.reports.keep_up()

    def change_setting(self, setting: Setting[T], value: T, who: str) -> T:
        """Sets a setting for what is done from now on; what it was before."""
        with self.accounts.together():
            before = self.settings.get(setting)
            if before != value:
                self.settings.set(setting, value)
                self.accounts.record(who, "SettingChanged", f"{setting.name}: {before} -> {value}")
        return before

    def set_tags(self, scope: Scope, tags: Mapping[str, str], who: str) -> None:
        """Sets all tags of a scope from now on. What is charged anew by them is due at once."""
        with self.accounts.together():
            change = set_tags(self.catalog, scope.id, tags, self.now())
            if change:
                self.accounts.record(who, "TagsSet", f"{scope.id}: {change}")
        if change:
            self.settling_due.set()

    def import_lots(self, path: Path, who: str = ITSELF) -> LotImport:
        """Keeps the lots of prepayment and credit in a file, and posts what they pay."""
        with self.accounts.together():
            done = self.prepayment.take(path, self.now())
            told = f"{path.name}: {done.lots} lots, {done.new} new"
            self.accounts.record(who, "LotsImported", told)
        self.settle()
        return done

    def erase_person(self, user: str, who: str, *, sessions: bool = False) -> Erasure:
        """Erases a user, and its sessions if asked, from wherever a name is kept; amounts stay."""
        return self._writer.erase(user, who, sessions=sessions)

    def _erasure_key(self) -> bytes:
        return bytes.fromhex(own_secret(self._control.secrets, self.sealing, "erasures"))

    def import_bill(
        self,
        paths: Sequence[Path],
        options: BillOptions | None = None,
        who: str = ITSELF,
        on_rows: OnRows | None = None,
    ) -> BillImport:
        """Imports files as one delivery of a provider's bill, all or nothing; `bills.preview` tells
        beforehand what it would do."""
        done = self._writer.import_bill(paths, options or BillOptions(), on_rows)
        if not done.known:
            self.accounts.record(who, "BillImported", done.words())
        return done

    def close_invoices(self, key: str, month: datetime, who: str = ITSELF) -> list[Invoice]:
        """Closes a month of a billing key; a second time it tells how it was closed."""
        return self._writer.close_invoices(key, month, who)

    def close_due_invoices(self) -> list[Invoice]:
        """Closes the billing periods whose time has come."""
        return self._writer.close_due_invoices(ITSELF)

    def preview_rerating(self, scope: Scope, period: Period) -> Preview:
        """What re-rating the usage of a scope with the prices of now would change; nothing is
        written. `period` has full days."""
        chosen = selection_of(self.catalog, scope, period)
        return self._writer.rerater().preview(chosen, self.now())

    def rerate(self, preview: Preview, who: str, command: str) -> Rerating:
        """Does what was previewed, and records it with `who` asked for it and how."""
        return self._writer.rerate(preview, who, command)

    def import_resources(
        self,
        lists: Sequence[AzureList],
        *,
        at: datetime | None = None,
        complete: bool = False,
        accounts: Collection[str] = (),
        reservations: Sequence[Reservation] = (),
        who: str = ITSELF,
    ) -> ResourcesImport:
        """Takes what the Azure CLI lists, and reservations, into the catalog; then settles."""
        taker = ResourceLists(self.catalog, self.now(), at)
        with self.accounts.together():
            done = taker.take(lists, complete=complete, accounts=accounts, written=reservations)
            self.accounts.record(who, "ResourcesImported", done.words())
        self.settle()
        return done

    def import_prices(
        self, path: Path, *, name: str | None = None, valid_from: datetime | None = None
    ) -> PriceImport:
        """Imports the price sheet in a file; bad rows are told and the rest is taken."""
        return self.prices.take(path, name=name, valid_from=valid_from, imported_at=self.now())
