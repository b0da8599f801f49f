"""Sums of charges as invoices and means of payment need them: one pass of the engine each, with as
many rows as an invoice has lines, however many charges there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp

from costplane.analysis.nodes import all_of, in_list, instant, template
from costplane.billing.billing_key import BILLING_KEY
from costplane.billing.draws import DayTotal
from costplane.billing.invoicing import BilledGroup
from costplane.billing.lot import Product
from costplane.catalog.model import BEGINNING
from costplane.core.relation import Engine, Relation
from costplane.core.sql import select

LINE_FACTS: dict[str, str] = {
    "publisher_type": "COALESCE(x_PublisherType, '')",
    "charge_category": "ChargeCategory",
    "service": "ServiceName",
    "product": "COALESCE(x_SkuMeterSubcategory, '')",
    "meter": "COALESCE(SkuMeter, ChargeDescription, '')",
    "resource_group": "COALESCE(x_ResourceGroupName, '')",
    "subscription_id": "COALESCE(SubAccountId, '')",
    "corrects": "CASE WHEN ChargePeriodStart < BillingPeriodStart "
    "THEN STRFTIME(MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart)), '%Y-%m') END",
    "unit": "COALESCE(PricingUnit, '')",
    "dataset": "x_SourceDataset",
}
"""What tells the lines of an invoice apart, in SQL. Charges that differ in none are one line."""

_SUMS = (
    "SUM(PricingQuantity) AS quantity, COUNT(*) AS charges, SUM(BilledCost) AS billed_cost, "
    "MAX(InvoiceIssuerName) AS seller, COALESCE(MAX(SubAccountName), '') AS subscription, "
    "COALESCE(MAX(x_InvoiceSectionName), '') AS invoice_section"
)
_DAY = (
    "GREATEST(DATE_TRUNC('day', MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart))), "
    "MAKE_TIMESTAMP(EPOCH_US(BillingPeriodStart)))"
)


@dataclass(frozen=True, slots=True)
class PeriodOf:
    """A billing period in one currency, and the names of whom it is billed to."""

    billing_key: str
    month: datetime
    currency: str
    account_id: str
    account: str
    profile: str


def billed_groups(
    engine: Engine,
    tables: Mapping[str, Relation],
    keys: Collection[str] | None = None,
    months: Collection[datetime] | None = None,
) -> dict[PeriodOf, list[BilledGroup]]:
    """The lines of the invoices of all billing periods, or of some."""
    facts = ", ".join(f"{sql} AS {name}" for name, sql in LINE_FACTS.items())
    statement = select(
        f"SELECT {BILLING_KEY} AS billing_key, BillingPeriodStart AS month, "
        "BillingCurrency AS currency, BillingAccountId AS account_id, "
        "MAX(BillingAccountName) AS account, MAX(x_BillingProfileName) AS profile, "
        f"{facts}, {_SUMS} "
        "FROM charges GROUP BY ALL"
    )
    statement = _narrowed(statement, keys, months)
    found: dict[PeriodOf, list[BilledGroup]] = {}
    names: dict[tuple[Any, ...], PeriodOf] = {}
    for row in engine.execute(statement, tables).to_pylist():
        place = (row["billing_key"], _utc(row["month"]), row["currency"])
        of = names.setdefault(
            place, PeriodOf(*place, row["account_id"], row["account"] or "", row["profile"] or "")
        )
        facts_of = {name: row[name] for name in BilledGroup.__dataclass_fields__}
        found.setdefault(of, []).append(BilledGroup(**facts_of))
    return found


def day_totals(
    engine: Engine,
    tables: Mapping[str, Relation],
    key: str,
    since: datetime = BEGINNING,
    without: Collection[datetime] = (),
) -> Iterator[DayTotal]:
    """What a billing key was charged on each UTC day of its periods from `since` on, but for the
    months `without`. What a period bills of an earlier month counts on its first day."""
    statement = select(
        f"SELECT {_DAY} AS day, COALESCE(x_PublisherType, '') AS publisher_type, ServiceName, "
        "COALESCE(x_SkuMeterSubcategory, '') AS product, BillingCurrency, "
        "SUM(BilledCost) AS cost FROM charges GROUP BY ALL"
    )
    statement = _narrowed(statement, [key], None)
    statement = statement.where(template("BillingPeriodStart >= :since", since=instant(since)))
    for month in sorted(without):
        statement = statement.where(template("BillingPeriodStart <> :month", month=instant(month)))
    for row in engine.execute(statement, tables).to_pylist():
        product = Product(row["publisher_type"], row["ServiceName"], row["product"])
        day = row["day"].replace(tzinfo=UTC)
        yield DayTotal(day, product, row["BillingCurrency"], row["cost"])


def _narrowed(
    statement: exp.Select, keys: Collection[str] | None, months: Collection[datetime] | None
) -> exp.Select:
    if keys is not None:
        statement = statement.where(in_list(template(BILLING_KEY), keys))
    if months is not None:
        whole = [template("BillingPeriodStart = :month", month=instant(month)) for month in months]
        statement = statement.where(exp.or_(*whole)) if whole else statement.where(exp.false())
    return statement


def within(period_start: datetime, facts: Mapping[str, str | None], key: str) -> exp.Expr:
    """The charges behind one line: those of a billing period that have these facts."""
    same = [
        template(f"({LINE_FACTS[name]}) IS NOT DISTINCT FROM :value", value=_literal(value))
        for name, value in facts.items()
    ]
    return all_of(
        [
            in_list(template(BILLING_KEY), [key]),
            template("BillingPeriodStart = :month", month=instant(period_start)),
            *same,
        ]
    )


def _literal(value: str | None) -> exp.Expr:
    return exp.Null() if value is None else exp.Literal.string(value)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)
