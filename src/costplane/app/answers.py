"""What an installation answers out of its data: analysis, forecasts, prices, explanations.

`Workspace` is this with everything that changes what it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from costplane.access.sealing import Sealing, sealing_of
from costplane.analysis.definition import QueryDefinition, parse_definition
from costplane.analysis.result import QueryResult
from costplane.analysis.values import DimensionValue
from costplane.app.access.accounts import Accounts
from costplane.app.access.persons import Persons
from costplane.app.access.visible import EVERYTHING, MaySee, scope_filters, sees_everything
from costplane.app.billing.commitments import Commitments
from costplane.app.billing.invoicing import Invoicing
from costplane.app.billing.prepayment import Prepayment
from costplane.app.bills.invoiced import invoiced
from costplane.app.capacity.provisioned import ProvisionedReport, ProvisionedUse
from costplane.app.consumption.consumption import consumption
from costplane.app.cost_details.reader import CostDetailsReader
from costplane.app.current_usage import CurrentUsage
from costplane.app.explaining.charge_list import ChargeList
from costplane.app.explaining.explaining import Explaining
from costplane.app.explaining.invoice_lines import InvoiceLineExplanation, explain_line
from costplane.app.explaining.named_events import possible_identities
from costplane.app.forecasting.definition import ForecastDefinition, parse_forecast
from costplane.app.forecasting.forecasting import Forecast, days_asked, forecast
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.app.queries.queries import DimensionMenu, Queries, QueryPage
from costplane.app.queries.rollups import Rollups
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.status import Status, read_status
from costplane.catalog.ports import CatalogWriter
from costplane.catalog.scopes import ScopeNode
from costplane.core.period import Period
from costplane.core.rerating import Rerating
from costplane.core.scope import ROOT, Scope, parse_scope
from costplane.engine.duckdb import DuckDBEngine
from costplane.ledger.delta import Ledger
from costplane.pricing.ports import StoredSheet
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, PriceQuestion
from costplane.rating.charge_address import AnyAddress
from costplane.rating.explanation import ChargeExplanation, EventExplanation
from costplane.store.control_plane import ControlPlane


class Answers:
    """Reads one installation: its control plane, and its tables at `tables`."""

    def __init__(
        self, data: Path, tables: str, control: ControlPlane, now: Callable[[], datetime]
    ) -> None:
        self.data = data
        self.now = now
        self._control = control
        self.engine = DuckDBEngine()
        self.ledger = Ledger(tables)
        self.prices = PriceBooks(control.prices)
        readable = self._readable = ReadableLedger(self.ledger, control.reratings)
        read = (readable, self.engine, control.catalog, control.settings)
        self.persons = Persons(control.secrets, lambda: self.sealing, control.access.record, now)
        rollups = Rollups(data / "rollups", self.engine)
        self._queries = Queries(*read, self.prices, control.reratings, self.persons, rollups)
        self._usage = CurrentUsage(self.ledger, self.engine, control, self.prices)
        self._explaining = Explaining(*read, self.prices, self._usage.readable)
        self.cost_details = CostDetailsReader(readable, self.engine, control.catalog)
        self.prepayment = Prepayment(readable, self.engine, control.lots, control.invoices)
        self.invoicing = Invoicing(
            *read, control.invoices, control.invoices, self.prepayment, self.accounts
        )
        self.commitments = Commitments(readable, self.engine, control.commitments)
        paid = (self.prepayment, self.commitments, control.settings, self.prices)
        self.consumption = consumption(readable, self.engine, control.catalog, *paid)

    @property
    def catalog(self) -> CatalogWriter:
        """Accounts, subscriptions, groups, resources, deployments and their tags."""
        return self._control.catalog

    @property
    def accounts(self) -> Accounts:
        """Tokens, roles, issuers and the audit log."""
        return Accounts(self._control.access, self._control.catalog, self.now)

    @property
    def settings(self) -> Settings:
        """The settings of core/settings.py."""
        return self._control.settings

    @property
    def sealing(self) -> Sealing:
        """How secrets of this installation are sealed, as of now: keys may turn meanwhile."""
        return sealing_of(self.data)

    def provisioned(self, scope: Scope, period: Period) -> list[ProvisionedUse]:
        """What the provisioned deployments of a scope cost in full hours, and who used them."""
        report = ProvisionedReport(self._readable, self.engine, self.catalog, self._usage.readable)
        return report.of(scope, period)

    def reratings(self) -> list[Rerating]:
        """Every re-rating, the oldest first."""
        return self._control.reratings.list()

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

    def explain_invoice_line(
        self, number: str, line: int, skip: int = 0, most: int = 100
    ) -> InvoiceLineExplanation:
        """The charges behind a line of an invoice. Raises NotFound."""
        invoice = self.invoicing.invoice(number, self.now())
        return explain_line(
            self.engine, invoiced(self._readable.snapshot()), invoice, line, skip, most
        )

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
