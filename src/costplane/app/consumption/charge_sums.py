"""Sums of charges at any scope, by who bills them and what means of payment ask of them.

A billing scope (account, profile, invoice section, customer) holds what was charged to it, as its
invoices do: also charges that stand in no subscription, and those of a subscription that has moved
away since. Other scopes hold what the charges of their subscriptions, groups and resources are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot import exp

from costplane.analysis.lines import in_scopes
from costplane.analysis.nodes import column, instant, literal, template
from costplane.app.access.visible import EVERYTHING, scope_filters
from costplane.app.readable_ledger import Snapshots
from costplane.billing.billing_key import BILLING_KEY
from costplane.billing.lot import Product
from costplane.catalog.ports import CatalogReader
from costplane.core.period import Period
from costplane.core.relation import Engine
from costplane.core.scope import Scope

_NAMED = {
    "BillingProfile": "x_BillingProfileId",
    "InvoiceSection": "x_InvoiceSectionId",
    "Customer": "x_CustomerId",
}
_SUMS = f"""
    SELECT {BILLING_KEY} AS billing_key, BillingPeriodStart AS month, BillingCurrency AS currency,
        x_BillingProfileId AS profile, x_InvoiceSectionId AS section, x_CustomerId AS customer,
        SubAccountId AS subscription, COALESCE(x_PublisherType, '') AS publisher_type,
        ServiceName AS service, COALESCE(x_SkuMeterSubcategory, '') AS product,
        MIN(ChargePeriodStart) AS first, MAX(ChargePeriodStart) AS last,
        SUM(BilledCost) AS billed_cost, COALESCE(SUM(x_BilledCostInUsd), 0) AS billed_cost_in_usd,
        COUNT(*) FILTER (WHERE x_BilledCostInUsd IS NULL) AS without_usd
    FROM charges GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class BillingMonth:
    """A billing period, by its first instant."""

    start: datetime


Span = Period | BillingMonth
"""What is asked for: days of use (charge periods), or a billing period (billing-rules 23)."""


@dataclass(frozen=True, slots=True)
class ChargeSum:
    """Charges of one billing period, currency, place and product. `first` and `last` bound the
    starts of their charge periods; `without_usd` counts charges without an amount in USD."""

    billing_key: str
    month: datetime
    currency: str
    profile: str | None
    section: str | None
    customer: str | None
    subscription: str | None
    product: Product
    first: datetime
    last: datetime
    billed_cost: Decimal
    billed_cost_in_usd: Decimal
    without_usd: int


@dataclass(frozen=True, slots=True)
class ChargeSums:
    """Reads the sums from the ledger."""

    ledger: Snapshots
    engine: Engine
    catalog: CatalogReader

    def of(
        self, scope: Scope, span: Span, visible: Sequence[Scope] = EVERYTHING
    ) -> list[ChargeSum]:
        """What was charged at `scope`. Raises NotFound for one that the catalog does not know."""
        statement = _select(_SUMS).where(*charged_to(self.catalog, scope, visible), *_within(span))
        rows = self.engine.execute(statement, self.ledger.snapshot().files).to_pylist()
        return [_sum(row) for row in rows]


def charged_to(
    catalog: CatalogReader, scope: Scope, visible: Sequence[Scope] = EVERYTHING
) -> list[exp.Expr]:
    """The predicates of the rows of `charges` that `scope` holds. Raises NotFound."""
    filters = scope_filters(catalog, scope, visible)
    parts = dict(scope.parts)
    if scope.kind == "BillingAccount":
        return [_equals("BillingAccountId", parts["account"])]
    if scope.kind == "ExternalBillingAccount":
        return [_equals("BillingAccountId", parts["name"])]
    if scope.kind in _NAMED:
        profile = [_equals("x_BillingProfileId", parts["profile"])] if "profile" in parts else []
        own = _equals(_NAMED[scope.kind], parts["name"])
        return [_equals("BillingAccountId", parts["account"]), *profile, own]
    return in_scopes(filters, "charges")


def _within(span: Span) -> Iterator[exp.Expr]:
    if isinstance(span, BillingMonth):
        yield template("BillingPeriodStart = :month", month=instant(span.start))
        return
    yield template("ChargePeriodStart >= :start", start=instant(span.start))
    yield template("ChargePeriodStart < :end", end=instant(span.end))


def _equals(name: str, text: str) -> exp.Expr:
    return exp.EQ(this=exp.Lower(this=column(name)), expression=literal(text))


def _sum(row: dict[str, Any]) -> ChargeSum:
    product = Product(row.pop("publisher_type"), row.pop("service"), row.pop("product"))
    instants = {name: row.pop(name).astimezone(UTC) for name in ("month", "first", "last")}
    return ChargeSum(**row, **instants, product=product)


def _select(text: str) -> exp.Select:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Select)
    return statement
