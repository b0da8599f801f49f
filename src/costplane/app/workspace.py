"""A data folder with everything in it wired: what the server, the command line and tests open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from costplane.access.audit import ITSELF
from costplane.access.sealing import Sealing, sealing_of
from costplane.analysis.definition import QueryDefinition, parse_definition
from costplane.analysis.result import QueryResult
from costplane.analysis.values import DimensionValue
from costplane.app.access.accounts import Accounts
from costplane.app.access.persons import Persons
from costplane.app.access.sessions import Sessions
from costplane.app.access.visible import EVERYTHING, MaySee, scope_filters, sees_everything
from costplane.app.agreements.agreements import Agreements
from costplane.app.arm.keeping import Keeping
from costplane.app.billing.commitments import Commitments
from costplane.app.billing.invoicing import Invoicing
from costplane.app.billing.prepayment import LotImport, Prepayment
from costplane.app.capacity.provisioned import ProvisionedReport, ProvisionedUse
from costplane.app.consumption.consumption import consumption
from costplane.app.cost_details.reader import CostDetailsReader
from costplane.app.current_usage import CurrentUsage
from costplane.app.estimating.estimating import Estimating
from costplane.app.estimating.saving import SavedEstimates
from costplane.app.explaining.charge_list import ChargeList
from costplane.app.explaining.explaining import Explaining
from costplane.app.explaining.invoice_lines import InvoiceLineExplanation, explain_line
from costplane.app.explaining.named_events import possible_identities
from costplane.app.forecasting.definition import ForecastDefinition, parse_forecast
from costplane.app.forecasting.forecasting import Forecast, days_asked, forecast
from costplane.app.intake.intake import IntakeReport
from costplane.app.ports import Quarantine, Settings
from costplane.app.prices import PriceBooks, PriceImport
from costplane.app.queries.queries import DimensionMenu, Queries, QueryPage
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.reports.benefit_reports import benefit_reports
from costplane.app.reports.cost_reports import cost_reports
from costplane.app.reports.invoice_documents import invoice_documents
from costplane.app.reports.price_files import price_reports
from costplane.app.reports.reports import Reports
from costplane.app.rerating.rerating import Preview, selection_of
from costplane.app.resources import ResourceLists, ResourcesImport
from costplane.app.setting_tags import set_tags
from costplane.app.status import Status, read_loading, read_status
from costplane.app.writer import Writer
from costplane.billing.invoice import Invoice
from costplane.catalog.azure_lists import AzureList
from costplane.catalog.ports import CatalogWriter
from costplane.catalog.reservations import Reservation
from costplane.catalog.scopes import ScopeNode
from costplane.core.period import Period
from costplane.core.rerating import Rerating
from costplane.core.scope import ROOT, Scope, parse_scope
from costplane.core.settings import Setting
from costplane.engine.duckdb import DuckDBEngine
from costplane.ledger.delta import Ledger
from costplane.metering.batch import EventBatch
from costplane.pricing.ports import StoredSheet
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, PriceQuestion
from costplane.rating.charge_address import AnyAddress
from costplane.rating.explanation import ChargeExplanation, EventExplanation
from costplane.store.control_plane import ControlPlane

T = TypeVar("T")


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Workspace:
    """One installation: its log, id index and control plane in `data`, its tables at `tables`.

    Threads may share it. Intake waits for any other process that writes to the same folder.
    """

    def __init__(
        self, data: Path, tables: str, control: ControlPlane, now: Callable[[], datetime]
    ) -> None:
        self.data = data
        self.now = now
        self._control = control
        self.engine = DuckDBEngine()
        self.ledger = Ledger(tables)
        self.prices = PriceBooks(control.prices)
        self.agreements = Agreements(control.catalog, control.agreements)
        readable = self._readable = ReadableLedger(self.ledger, control.reratings)
        read = (readable, self.engine, control.catalog, control.settings)
        self.persons = Persons(control.secrets, lambda: self.sealing, control.access.record, now)
        self._queries = Queries(*read, self.prices, control.reratings, self.persons)
        self._usage = CurrentUsage(self.ledger, self.engine, control, self.prices)
        self._explaining = Explaining(*read, self.prices, self._usage.readable)
        self.cost_details = CostDetailsReader(readable, self.engine, control.catalog)
        self.estimates = SavedEstimates(control.estimates)
        self.estimating = Estimating(
            self.engine, control.catalog, control.settings, self.prices, now
        )
        self.prepayment = Prepayment(readable, self.engine, control.lots, control.invoices)
        self.invoicing = Invoicing(*read, control.invoices, control.invoices, self.prepayment)
        self.commitments = Commitments(readable, self.engine, control.commitments)
        paid = (self.prepayment, self.commitments, control.settings, self.prices)
        self.consumption = consumption(readable, self.engine, control.catalog, *paid)
        makers = {
            **cost_reports(self.cost_details),
            **benefit_reports(self.consumption, control.catalog),
            **price_reports(self.prices, control.catalog),
            **invoice_documents(self.invoicing, now),
        }
        self.reports = Reports(control.reports, data / "reports", makers, now)
        self._writer = Writer(data, self._usage, self.prepayment, self.invoicing, now)
        self.settling_due = threading.Event()

    @classmethod
    def open(
        cls,
        data: Path,
        tables: str | None = None,
        *,
        control: str | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> Workspace:
        """Opens the folder, made if missing. `tables` may be elsewhere (default: in it);
        `control` is the address of a PostgreSQL database (default: a file in the folder)."""
        data.mkdir(parents=True, exist_ok=True)
        place = tables or str(data / "tables")
        return cls(data, place, ControlPlane.open(control or data / "control.sqlite"), now)

    def close(self) -> None:
        """Gives back connections and files."""
        self.reports.close()
        self._control.close()
        self.engine.close()

    @property
    def catalog(self) -> CatalogWriter:
        """Accounts, subscriptions, groups, resources, deployments and their tags."""
        return self._control.catalog

    @property
    def settings(self) -> Settings:
        """The settings of core/settings.py."""
        return self._control.settings

    @property
    def quarantine(self) -> Quarantine:
        """Events that were held back, and why."""
        return self._control.quarantine

    @property
    def accounts(self) -> Accounts:
        """Tokens, roles, issuers and the audit log."""
        return Accounts(self._control.access, self._control.catalog, self.now)

    @cached_property
    def sealing(self) -> Sealing:
        """How secrets of this installation are sealed; made with the first of them."""
        return sealing_of(self.data)

    @property
    def kept(self) -> Keeping:
        """What callers keep at scopes by name: budgets, exports, alerts, rules, ..."""
        return Keeping(self._control.arm, self.now)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in to the page."""
        return Sessions(self.accounts, self._control.sessions)

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
        but not while their history is still being loaded."""
        appended = self.settle()
        self.reports.keep_up()
        loading = read_loading(self.data)
        if loading is None or not loading.active:
            self.close_due_invoices()
        return appended

    def provisioned(self, scope: Scope, period: Period) -> list[ProvisionedUse]:
        """What the provisioned deployments of a scope cost in full hours, and who used them."""
        report = ProvisionedReport(self._readable, self.engine, self.catalog, self._usage.readable)
        return report.of(scope, period)

    def change_setting(self, setting: Setting[T], value: T, who: str) -> T:
        """Sets a setting for what is done from now on; what it was before."""
        before = self.settings.get(setting)
        if before != value:
            self.settings.set(setting, value)
            self.accounts.record(who, "SettingChanged", f"{setting.name}: {before} -> {value}")
        return before

    def set_tags(self, scope: Scope, tags: Mapping[str, str], who: str) -> None:
        """Sets all tags of a scope from now on. What is charged anew by them is due at once."""
        change = set_tags(self.catalog, scope.id, tags, self.now())
        if change:
            self.accounts.record(who, "TagsSet", f"{scope.id}: {change}")
            self.settling_due.set()

    def import_lots(self, path: Path, who: str = ITSELF) -> LotImport:
        """Keeps the lots of prepayment and credit in a file, and posts what they pay."""
        done = self.prepayment.take(path, self.now())
        self.accounts.record(who, "LotsImported", f"{path.name}: {done.lots} lots, {done.new} new")
        self.settle()
        return done

    def close_invoices(self, key: str, month: datetime, who: str = ITSELF) -> list[Invoice]:
        """Closes a month of a billing key; a second time it tells how it was closed."""
        known = self._control.invoices.closed(key, month)
        closed = self._writer.close_invoices(key, month)
        return closed if known else self._told_closed(closed, who)

    def close_due_invoices(self) -> list[Invoice]:
        """Closes the billing periods whose time has come."""
        return self._told_closed(self._writer.close_due_invoices(), ITSELF)

    def _told_closed(self, closed: list[Invoice], who: str) -> list[Invoice]:
        for invoice in closed:
            told = f"{invoice.number}: {invoice.billing_key} {invoice.month}, {invoice.currency}"
            self.accounts.record(who, "InvoiceClosed", told)
        return closed

    def explain_invoice_line(
        self, number: str, line: int, skip: int = 0, most: int = 100
    ) -> InvoiceLineExplanation:
        """The charges behind a line of an invoice. Raises NotFound."""
        invoice = self.invoicing.invoice(number, self.now())
        return explain_line(self.engine, self._readable.snapshot().files, invoice, line, skip, most)

    def preview_rerating(self, scope: Scope, period: Period) -> Preview:
        """What re-rating the usage of a scope with the prices of now would change; nothing is
        written. `period` has full days."""
        chosen = selection_of(self.catalog, scope, period)
        return self._writer.rerater().preview(chosen, self.now())

    def rerate(self, preview: Preview, who: str, command: str) -> Rerating:
        """Does what was previewed, and records it with `who` asked for it and how."""
        done = self._writer.rerate(preview, who, command)
        self.accounts.record(who, "Rerated", done.words())
        return done

    def reratings(self) -> list[Rerating]:
        """Every re-rating, the oldest first."""
        return self._control.reratings.list()

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
        done = taker.take(lists, complete=complete, accounts=accounts, written=reservations)
        self.accounts.record(who, "ResourcesImported", done.words())
        self.settle()
        return done

    def import_prices(
        self, path: Path, *, name: str | None = None, valid_from: datetime | None = None
    ) -> PriceImport:
        """Imports the price sheet in a file; bad rows are told and the rest is taken."""
        return self.prices.take(path, name=name, valid_from=valid_from, imported_at=self.now())

    def price_sheets(self) -> list[StoredSheet]:
        """All versions of all price sheets, the oldest first."""
        return self.prices.sheets()

    def price_rows(self, version: int) -> list[PriceRow]:
        """The rows of one version of a price sheet."""
        return self.prices.rows(version)

    def explain_price(self, question: PriceQuestion, at: datetime | None = None) -> Answer:
        """The price of a use, with the steps that led there, or why none."""
        return self.prices.explain(question, at or self.now())

    def explain_event(self, source: str, event_id: str) -> EventExplanation:
        """Why an event costs what it costs. Raises NotFound if the ledger does not have it."""
        return self._explaining.event([(source, event_id)])

    def explain_named_event(self, name: str, may_see: MaySee = sees_everything) -> EventExplanation:
        """The same for an event written as `source#id`, with or without `event:` before it."""
        return self._explaining.event(possible_identities(name), may_see)

    def explain_charge(
        self, address: AnyAddress, skip: int = 0, may_see: MaySee = sees_everything
    ) -> ChargeExplanation:
        """Why a charge is what it is, with the events behind it after `skip` ones. Raises
        NotFound if nothing was posted there that may be seen."""
        return self._explaining.charge(address, skip, may_see)

    def charges(self, scope: Scope, period: Period, meter: str = "", most: int = 100) -> ChargeList:
        """The costliest charges of a scope whose meter's name has the text `meter`."""
        return self._explaining.charges(scope, period, meter, most)

    def definition(
        self, body: Mapping[str, object], now: datetime | None = None
    ) -> QueryDefinition:
        """A query's body as a definition; time frames are counted from `now`."""
        return parse_definition(body, now or self.now())

    def query(
        self,
        scope: Scope,
        definition: QueryDefinition,
        *,
        top: int | None = None,
        token: str | None = None,
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> QueryPage:
        """A page of cost analysis; `visible` is what `/` means for the caller, `looker` its name
        if it sees persons (app/access/persons.py)."""
        return self._queries.page(scope, definition, self.now(), top, token, visible, looker)

    def query_whole(
        self, scope: Scope, definition: QueryDefinition, looker: str | None = None
    ) -> QueryResult:
        """Cost analysis with all its rows as one table."""
        return self._queries.whole(scope, definition, looker=looker)

    def forecast(
        self,
        scope: Scope,
        body: Mapping[str, object],
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> tuple[ForecastDefinition, Forecast]:
        """What a forecast's body means, and the answer: what was spent and what is to come."""
        now = self.now()
        asked = parse_forecast(body, now)
        spent = self._queries.whole(scope, days_asked(asked, now), visible, looker)
        return asked, forecast(asked, spent, now)

    def explain(self, scope: Scope, definition: QueryDefinition, looker: str | None = None) -> str:
        """How a query would be answered, for people; nothing is run."""
        return self._queries.explain(scope, definition, looker)

    def dimensions(self, scope: Scope, visible: Sequence[Scope] = EVERYTHING) -> DimensionMenu:
        """What costs of the scope can be grouped and filtered by."""
        return self._queries.dimensions(scope, visible)

    def dimension_values(
        self,
        scope: Scope,
        name: str,
        period: Period,
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> list[DimensionValue]:
        """The values of a dimension, or of a tag (`tag:KEY`), the costliest first."""
        return self._queries.values(scope, name, period, visible, looker)

    def scopes(self) -> list[ScopeNode]:
        """Every scope to choose from, the widest first."""
        return self.catalog.scopes()

    def status(self, visible: Sequence[Scope] = EVERYTHING) -> Status:
        """What runs, and how far the data reaches that is visible."""
        scopes = scope_filters(self.catalog, parse_scope(ROOT), visible)
        return read_status(self.data, self._readable, self.engine, self.now(), scopes)
