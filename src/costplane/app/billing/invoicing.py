"""Invoices: open, estimated and closed ones; billing periods close (billing-rules 23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from costplane.app.access.accounts import Accounts
from costplane.app.billing.billed_sums import PeriodOf, billed_groups
from costplane.app.billing.prepayment import Prepayment
from costplane.app.billing.unpriced_sums import unpriced_usage
from costplane.app.bills.invoiced import invoiced
from costplane.app.ports import BillingPeriods, Settings
from costplane.app.readable_ledger import Snapshots
from costplane.billing.document import invoice_of, stored
from costplane.billing.draws import Draw
from costplane.billing.invoice import (
    Invoice,
    InvoiceState,
    UnchargedStatus,
    UnpricedUsage,
    events_of,
)
from costplane.billing.invoicing import BilledGroup, BilledPeriod, make_invoice
from costplane.billing.ports import InvoiceStore
from costplane.catalog.ports import CatalogReader
from costplane.core.period import month_start, next_month
from costplane.core.relation import Engine
from costplane.core.settings import INVOICE_CLOSE_DAYS, INVOICE_DUE_DAYS
from costplane.errors import InvalidInput, NotFound
from costplane.ledger.delta import Snapshot


@dataclass(frozen=True, slots=True)
class WithoutInvoice:
    """A billing period in which nothing was charged: how many events it has, by why."""

    billing_key: str
    month: datetime
    events: Mapping[UnchargedStatus, int]


@dataclass(frozen=True, slots=True)
class Invoicing:
    """The use cases of invoices. Closing is for the ledger's one writer."""

    ledger: Snapshots
    engine: Engine
    catalog: CatalogReader
    settings: Settings
    store: InvoiceStore
    periods: BillingPeriods
    prepayment: Prepayment
    accounts: Accounts

    def invoices(
        self, now: datetime, key: str | None = None, month: datetime | None = None
    ) -> list[Invoice]:
        """Every invoice, or those of a billing key or month: closed ones as they were closed,
        the others as they would be by now. By key, month and currency."""
        kept = [
            invoice_of(found)
            for found in self.store.all()
            if key in (None, found.billing_key) and month in (None, found.month)
        ]
        return sorted(
            kept + self._unclosed(now, key, month),
            key=lambda i: (i.billing_key, i.period_start, i.currency),
        )

    def without_invoice(self, invoices: Iterable[Invoice]) -> list[WithoutInvoice]:
        """Usage without a price in periods that none of `invoices`, which are all, is about: no
        charge was made there, so that there is nothing to invoice, but it must be told."""
        known = {(invoice.billing_key, invoice.period_start) for invoice in invoices}
        found = unpriced_usage(self.engine, self.ledger.snapshot().files, self.catalog)
        return [
            WithoutInvoice(key, month, events_of(found[key, month]))
            for key, month in sorted(found.keys() - known)
        ]

    def invoice(self, number: str, now: datetime) -> Invoice:
        """The invoice of a number. Raises NotFound."""
        wanted = number.strip().upper()
        for found in self.store.all():
            if found.number == wanted:
                return invoice_of(found)
        for invoice in self._unclosed(now, None, None):
            if invoice.number == wanted:
                return invoice
        raise NotFound(
            f"there is no invoice '{number}'; 'costplane invoices list' shows all", target="number"
        )

    def preview(self, key: str, month: datetime, now: datetime) -> list[Invoice]:
        """The invoices that closing a month of a billing key would give, one a currency; those
        that it gave, if it is closed. Raises InvalidInput or NotFound if it cannot be closed."""
        kept = [i for i in self.store.all() if (i.billing_key, i.month) == (key, month)]
        if kept:
            return [invoice_of(found) for found in kept]
        if now < next_month(month):
            raise InvalidInput(
                f"{month:%Y-%m} has not ended; it can be closed from {next_month(month):%F} on",
                target="month",
            )
        found = self._unclosed(now, key, None)
        earlier = [i for i in found if i.period_start < month]
        if earlier:
            raise InvalidInput(
                f"{earlier[0].month} of {key} is not closed yet; close it first", target="month"
            )
        chosen = [i for i in found if i.period_start == month]
        if not chosen:
            raise NotFound(
                f"'{key}' has nothing to invoice for {month:%Y-%m}; "
                "'costplane invoices list' shows what has",
                target="month",
            )
        return chosen

    def close(self, key: str, month: datetime, now: datetime, who: str) -> list[Invoice]:
        """Closes a month of a billing key, or tells how it was closed. The draws of its days are
        posted first, and stand from then on."""
        self.prepayment.settle(now)
        return self._keep(self.preview(key, month, now), now, who)

    def close_due(self, now: datetime, who: str) -> list[Invoice]:
        """Closes every month whose time has come by the setting `invoice_close_days`."""
        self.prepayment.settle(now)
        wait = timedelta(days=self.settings.get(INVOICE_CLOSE_DAYS))
        due = [i for i in self._unclosed(now, None, None) if i.period_end + wait <= now]
        return self._keep(due, now, who)

    def _keep(self, invoices: Sequence[Invoice], now: datetime, who: str) -> list[Invoice]:
        """Closes those that are open, all or none, together with what the audit log says."""
        if all(invoice.state == "closed" for invoice in invoices):
            return list(invoices)
        closed = [_closed(invoice, now, self._due_days()) for invoice in invoices]
        with self.accounts.together():
            self.store.add([stored(invoice) for invoice in closed])
            for one in closed:
                told = f"{one.number}: {one.billing_key} {one.month}, {one.currency}"
                self.accounts.record(who, "InvoiceClosed", told)
        return closed

    def _due_days(self) -> int:
        return self.settings.get(INVOICE_DUE_DAYS)

    def _unclosed(self, now: datetime, key: str | None, month: datetime | None) -> list[Invoice]:
        """The invoices of open periods, by key and month."""
        snapshot = self.ledger.snapshot()
        keys = None if key is None else [key]
        months = None if month is None else [month]
        groups = billed_groups(self.engine, invoiced(snapshot), keys, months)
        chosen = [p for p in groups if not self.periods.closed(p.billing_key, p.month)]
        chosen.sort(key=lambda p: (p.billing_key, p.month, p.currency))
        unpriced = unpriced_usage(
            self.engine, snapshot.files, self.catalog, {p.month for p in chosen}
        )
        drawn = self._drawn({p.billing_key for p in chosen}, snapshot)
        return [
            self._invoice(
                period,
                groups[period],
                drawn[period.billing_key, period.month],
                unpriced.get((period.billing_key, period.month), ()),
                snapshot,
                now,
            )
            for period in chosen
        ]

    def _drawn(
        self, keys: Collection[str], snapshot: Snapshot
    ) -> dict[tuple[str, datetime], list[Draw]]:
        found: dict[tuple[str, datetime], list[Draw]] = defaultdict(list)
        for key in keys:
            for draw in self.prepayment.drawn(key, snapshot):
                found[key, month_start(draw.day)].append(draw)
        return found

    def _invoice(
        self,
        of: PeriodOf,
        groups: Sequence[BilledGroup],
        drawn: Sequence[Draw],
        unpriced: Sequence[UnpricedUsage],
        snapshot: Snapshot,
        now: datetime,
    ) -> Invoice:
        days = timedelta(days=self.settings.get(INVOICE_CLOSE_DAYS))
        expected = max(next_month(of.month) + days, now).date()
        about = BilledPeriod(
            billing_key=of.billing_key,
            billing_account_id=of.account_id,
            billing_account=of.account,
            bill_to=", ".join(name for name in (of.account, of.profile) if name),
            month=of.month,
            currency=of.currency,
            state=_state(of.month, now),
            invoice_date=expected,
            due_days=self._due_days(),
        )
        lots = self.prepayment.store.lots(of.billing_key)
        return make_invoice(about, groups, lots, drawn, unpriced, snapshot.versions)


def _state(month: datetime, now: datetime) -> InvoiceState:
    return "open" if now < next_month(month) else "estimated"


def _closed(invoice: Invoice, now: datetime, due_days: int) -> Invoice:
    today: date = now.date()
    return replace(
        invoice,
        state="closed",
        invoice_date=today,
        due_date=today + timedelta(days=due_days),
        closed_at=now,
    )
