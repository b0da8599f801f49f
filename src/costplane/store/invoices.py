"""Closed invoices (billing/ports.py), and which periods they close (app/ports.py)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from costplane.billing.stored_invoice import StoredInvoice
from costplane.core.period import month_start, next_month
from costplane.store import tables
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database, insert_new


class StoredInvoices:
    """The invoices as a database holds them: an InvoiceStore and a BillingPeriods."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, invoices: Iterable[StoredInvoice]) -> None:
        """Keep the invoices of a closed period, all or none; one that is there already stays."""
        with self._database.writing() as connection:
            insert_new(connection, tables.invoice, [asdict(invoice) for invoice in invoices])

    def all(self) -> list[StoredInvoice]:
        """Every invoice, by billing key, month and currency. Raises DamagedData for a changed
        one."""
        table = tables.invoice
        query = select(table).order_by(table.c.billing_key, table.c.month, table.c.currency)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings()
            return [value_of(StoredInvoice, row).checked() for row in rows]

    def closed(self, billing_key: str, month: datetime) -> bool:
        """Whether the month of `month` was invoiced: nothing is added to it. A month that never
        came to an invoice is open, also before closed ones: usage may be imported late."""
        return month_start(month) in self.closed_months(billing_key)

    def closed_months(self, billing_key: str) -> frozenset[datetime]:
        """Every month that was invoiced."""
        table = tables.invoice
        query = select(table.c.month).where(table.c.billing_key == billing_key).distinct()
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query))

    def open_month(self, billing_key: str, month: datetime) -> datetime:
        """That of `month` while it is open; else the first month after every closed one: where
        corrections of it are billed."""
        closed, asked = self.closed_months(billing_key), month_start(month)
        return next_month(max(closed)) if asked in closed else asked
