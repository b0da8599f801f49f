"""Summaries of charges at every scope, against loops over the ledger's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from costplane.app.consumption.charge_summaries import ChargeSummary, Part
from costplane.app.consumption.charge_sums import BillingMonth
from costplane.core.period import Period, next_month
from costplane.core.scope import parse_scope
from costplane.errors import NotFound
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER
from tests.app.consumption.billed_world import (
    BILLING,
    EA,
    GROUPS,
    MCA,
    Row,
    World,
    nonzero,
    publisher,
)

PLACES: dict[str, Callable[[Row], bool]] = {
    f"{BILLING}/{EA}": lambda row: row["BillingAccountId"] == EA,
    f"{BILLING}/{EA}/departments/d-1": lambda row: row["SubAccountId"] == "s-1",
    f"{BILLING}/{EA}/enrollmentAccounts/E-1": lambda row: row["SubAccountId"] == "s-1",
    f"{BILLING}/{MCA}": lambda row: row["BillingAccountId"] == MCA,
    f"{BILLING}/{MCA}/billingProfiles/BP-1": lambda row: row["SubAccountId"] == "s-2",
    f"{BILLING}/{MCA}/billingProfiles/bp-1/invoiceSections/is-1": lambda row: (
        row["SubAccountId"] == "s-2"
    ),
    f"{BILLING}/{MCA}/invoiceSections/is-1": lambda row: row["SubAccountId"] == "s-2",
    f"{BILLING}/{MCA}/customers/c-1": lambda row: row["SubAccountId"] == "s-3",
    f"{BILLING}/{MCA}/customers/c-2": lambda row: row["SubAccountId"] == "none",
    "/subscriptions/s-3": lambda row: row["SubAccountId"] == "s-3",
    "/subscriptions/s-1/resourceGroups/rg-ab": lambda row: (
        row["SubAccountId"] == "s-1" and row["x_ResourceGroupName"] == "rg-ab"
    ),
    f"{GROUPS}/below": lambda row: row["SubAccountId"] in ("s-2", "s-3"),
}
OCTOBER_DAYS = Period(OCTOBER, NOVEMBER)
HALF = Period(OCTOBER + timedelta(days=9), NOVEMBER + timedelta(days=1))


def amounts(found: list[ChargeSummary]) -> dict[tuple[object, ...], Decimal]:
    named = [
        ((summary.month, summary.currency, kind), getattr(summary, kind))
        for summary in found
        for kind in ("azure", "separate", "marketplace")
    ]
    assert len({key for key, _ in named}) == len(named)
    return nonzero(dict(named))


@pytest.mark.parametrize("scope", PLACES)
@pytest.mark.parametrize("span", [OCTOBER_DAYS, HALF, BillingMonth(NOVEMBER)])
def test_every_scope_has_what_was_charged_in_it(
    world: World, scope: str, span: Period | BillingMonth
) -> None:
    def wanted(row: Row) -> bool:
        if isinstance(span, BillingMonth):
            return PLACES[scope](row) and row["BillingPeriodStart"] == span.start
        return PLACES[scope](row) and row["ChargePeriodStart"] in span

    expected = world.sums(
        lambda row: (row["BillingPeriodStart"], row["BillingCurrency"], publisher(row)), wanted
    )
    found = world.workspace.consumption.charges.of(parse_scope(scope), span)
    assert amounts(found) == nonzero(expected)
    assert nonzero(expected) or scope.endswith(("c-1", "c-2", "s-3"))


@pytest.mark.parametrize("by", ["profile", "section", "customer"])
def test_an_account_by_its_parts(world: World, by: Part) -> None:
    column = {
        "profile": "x_BillingProfileId",
        "section": "x_InvoiceSectionId",
        "customer": "x_CustomerId",
    }[by]
    scope = parse_scope(f"{BILLING}/{MCA}")
    found = world.workspace.consumption.charges.of(scope, OCTOBER_DAYS, [by])
    expected = world.sums(
        lambda row: row[column],
        lambda row: row["BillingAccountId"] == MCA and row["ChargePeriodStart"] in OCTOBER_DAYS,
    )
    assert {getattr(summary, by): summary.billed for summary in found} == expected
    assert len(expected) == 2


def test_corrections_are_of_the_period_that_bills_them(world: World) -> None:
    scope = parse_scope(f"{BILLING}/{EA}")
    closed, late = world.workspace.consumption.charges.of(scope, OCTOBER_DAYS)
    assert (closed.month, closed.invoiced) == (OCTOBER, True)
    assert (late.month, late.invoiced) == (NOVEMBER, False)
    assert late.billed > 0
    assert (late.usage_start, late.usage_end) == (OCTOBER, NOVEMBER - timedelta(days=1))
    (whole,) = world.workspace.consumption.charges.of(scope, BillingMonth(NOVEMBER))
    assert whole.usage_start == OCTOBER
    assert whole.usage_end == next_month(NOVEMBER) - timedelta(days=1)
    (invoice,) = world.workspace.invoicing.invoices(world.clock.now, EA, NOVEMBER)
    assert whole.billed == invoice.ledger_total


def test_days_are_those_asked_for(world: World) -> None:
    scope = parse_scope(f"{BILLING}/{MCA}/billingProfiles/bp-1")
    first, second = world.workspace.consumption.charges.of(scope, HALF)
    assert (first.usage_start, first.usage_end) == (HALF.start, NOVEMBER - timedelta(days=1))
    assert (second.usage_start, second.usage_end) == (NOVEMBER, NOVEMBER)
    assert not first.invoiced


def test_an_unknown_scope(world: World) -> None:
    with pytest.raises(NotFound):
        world.workspace.consumption.charges.of(
            parse_scope(f"{BILLING}/{MCA}/customers/nobody"), OCTOBER_DAYS
        )
