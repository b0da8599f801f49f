"""Payments for reservations, as they were charged: Azure's reservation transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot import exp

from costplane.analysis.nodes import instant, template
from costplane.app.consumption.charge_sums import charged_to
from costplane.app.readable_ledger import Snapshots
from costplane.billing.invoice_number import INVOICE_NUMBER
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.relation import Engine
from costplane.core.scope import Scope

_PAID = f"""
    SELECT LOWER(CommitmentDiscountId) AS benefit, ChargePeriodStart AS day,
        BillingPeriodStart AS month, BillingCurrency AS currency, ChargeFrequency AS frequency,
        ANY_VALUE(ChargeDescription) AS description, ANY_VALUE(RegionId) AS region,
        ANY_VALUE(CommitmentDiscountName) AS name, SubAccountId AS subscription,
        ANY_VALUE(SubAccountName) AS subscription_name,
        x_BillingProfileId AS profile, ANY_VALUE(x_BillingProfileName) AS profile_name,
        x_InvoiceSectionId AS section, ANY_VALUE(x_InvoiceSectionName) AS section_name,
        ANY_VALUE(x_DepartmentName) AS department,
        ANY_VALUE(x_EnrollmentAccountName) AS enrollment_account,
        ANY_VALUE({INVOICE_NUMBER}) AS invoice, SUM(BilledCost) AS amount
    FROM charges WHERE ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL
    GROUP BY ALL HAVING SUM(BilledCost) <> 0 ORDER BY day, benefit, month, currency
"""


@dataclass(frozen=True, slots=True)
class ReservationTransaction:
    """A payment for a reservation, or (`amount` below zero) money back, in a billing period.

    `reservation` is its entry in the catalog, None of one that only a bill tells of.
    """

    benefit: str
    reservation: Reservation | None
    day: datetime
    month: datetime
    amount: Decimal
    currency: str
    frequency: str | None
    description: str | None
    region: str | None
    name: str | None
    subscription: str | None
    subscription_name: str | None
    profile: str | None
    profile_name: str | None
    section: str | None
    section_name: str | None
    department: str | None
    enrollment_account: str | None
    invoice: str


@dataclass(frozen=True, slots=True)
class ReservationTransactions:
    """Reads the payments from the ledger."""

    ledger: Snapshots
    engine: Engine
    catalog: CatalogReader

    def of(self, scope: Scope, months: Period | None) -> list[ReservationTransaction]:
        """The payments that a billing account or profile was charged, in the billing periods of
        `months` or in all, by day. Raises NotFound for a scope that is not known."""
        statement = sqlglot.parse_one(_PAID, dialect="duckdb")
        assert isinstance(statement, exp.Select)
        chosen = statement.where(*charged_to(self.catalog, scope), *_within(months))
        known = {one.resource_id: one for one in self.catalog.reservations()}
        rows = self.engine.execute(chosen, self.ledger.snapshot().files).to_pylist()
        return [_transaction(row, known) for row in rows]


def _within(months: Period | None) -> Iterator[exp.Expr]:
    if months is not None:
        yield template("BillingPeriodStart >= :start", start=instant(months.start))
        yield template("BillingPeriodStart < :end", end=instant(months.end))


def _transaction(row: dict[str, Any], known: Mapping[str, Reservation]) -> ReservationTransaction:
    instants = {name: row[name].astimezone(UTC) for name in ("day", "month")}
    return ReservationTransaction(**row | instants, reservation=known.get(row["benefit"]))
