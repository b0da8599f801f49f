"""Invoices by azure-mgmt-billing, against plain SQL over the ledger."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.http.azure.conformance.estate import EA, ENTERPRISE, MCA, NOW, PROFILE, RESEARCH
from tests.http.azure.conformance.further.conftest import BillingOf
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books

CENT = Decimal("0.01")


def amounts(items: Iterable[Any]) -> dict[tuple[str, str], Decimal]:
    """What each month and currency was billed."""
    return {
        (f"{item.properties.invoice_period_start_date:%Y-%m}", told.currency): Decimal(
            str(told.value)
        )
        for item in items
        for told in [item.properties.billed_amount]
    }


def ledger(books: Books, key: str) -> dict[tuple[str, str], tuple[Decimal, int]]:
    """The same from the ledger, and from how many charges."""
    rows = books.rows(
        "SELECT substr(BillingPeriodStart, 1, 7), BillingCurrency, sum(BilledCost), "
        "count(DISTINCT SkuPriceId || ChargeCategory || coalesce(x_ResourceGroupName, '') || "
        "coalesce(SubAccountId, '')) FROM charges WHERE BillingAccountId = ? GROUP BY 1, 2",
        key,
    )
    return {(month, money): (Decimal(units).scaleb(-12), n) for month, money, units, n in rows}


@pytest.mark.parametrize("key", [EA, MCA])
@case("billing.invoices.list_by_billing_account")
def test_invoices_are_the_sums_of_the_ledger(billing: Any, books: Books, key: str) -> None:
    items = list(billing.invoices.list_by_billing_account(key, top=1))
    found, wanted = amounts(items), ledger(books, key)
    assert len(items) == len(found)
    assert found.keys() == wanted.keys()
    for place, (total, lines) in wanted.items():
        # Each line is rounded to the minor unit (billing-rules 13), by half of it at most.
        assert abs(found[place] - total) <= lines * CENT / 2, place
    for item in items:
        told = item.properties
        start = told.invoice_period_start_date
        last = calendar.monthrange(start.year, start.month)[1]
        assert told.invoice_period_end_date.date() == date(start.year, start.month, last)
        paid = told.azure_prepayment_applied.value + told.free_azure_credit_applied.value
        assert told.amount_due.value == told.total_amount.value
        assert abs(told.billed_amount.value - paid - told.amount_due.value) < 0.1
        assert told.due_date >= told.invoice_date
    starts = [item.properties.invoice_period_start_date for item in items]
    assert starts == sorted(starts, reverse=True)


@case("billing.invoices.list_by_billing_profile")
def test_invoices_of_a_profile_and_of_days(billing: Any, books: Books) -> None:
    mine = list(billing.invoices.list_by_billing_profile(MCA, PROFILE))
    every = list(billing.invoices.list_by_billing_account(MCA))
    assert [item.as_dict() for item in mine] == [item.as_dict() for item in every]
    assert {item.properties.billing_profile_display_name for item in mine} == {"Demo Europe"}
    assert amounts(mine).keys() == ledger(books, MCA).keys()
    some = billing.invoices.list_by_billing_account(
        EA, period_start_date=date(2026, 10, 5), period_end_date=date(2026, 10, 20)
    )
    assert {month for month, _ in amounts(some)} == {"2026-10"}


@case(
    "billing.invoices.list_by_billing_subscription", "billing.invoices.get_by_billing_subscription"
)
def test_invoices_that_bill_a_subscription(
    billing: Any, billing_of: BillingOf, books: Books
) -> None:
    for subscription, key in ((ENTERPRISE, EA), (RESEARCH, MCA)):
        invoices = billing_of(subscription.upper()).invoices
        found = list(invoices.list_by_billing_subscription())
        rows = books.rows(
            "SELECT DISTINCT substr(BillingPeriodStart, 1, 7), BillingCurrency FROM charges "
            "WHERE SubAccountId = ?",
            subscription,
        )
        assert sorted(amounts(found)) == sorted(rows)
        every = {i.name: i for i in billing.invoices.list_by_billing_account(key)}
        for item in found:
            assert item.as_dict() == every[item.name].as_dict()
        one = invoices.get_by_billing_subscription(found[0].name)
        assert one.as_dict() == found[0].as_dict()
    with pytest.raises(ResourceNotFoundError):
        billing_of(ENTERPRISE).invoices.get_by_billing_subscription(found[0].name)
    assert list(billing_of("none").invoices.list_by_billing_subscription()) == []


@case("billing.invoices.get", "billing.invoices.get_by_billing_account")
def test_one_invoice(billing: Any) -> None:
    for key in (EA, MCA):
        for item in billing.invoices.list_by_billing_account(key):
            assert billing.invoices.get(item.name).as_dict() == item.as_dict()
        same = billing.invoices.get_by_billing_account(key, item.name.lower())
        assert same.as_dict() == item.as_dict()
    with pytest.raises(ResourceNotFoundError):
        billing.invoices.get("INV-1")
    with pytest.raises(ResourceNotFoundError):
        billing.invoices.get_by_billing_account(EA, item.name)


@case(
    "billing.invoices.begin_download_by_billing_account",
    "billing.invoices.begin_download_by_billing_subscription",
)
def test_a_document_holds_every_line(
    billing: Any, billing_of: BillingOf, http: httpx.Client, books: Books
) -> None:
    invoices = billing.invoices
    for key, subscription in ((EA, ENTERPRISE), (MCA, RESEARCH)):
        for item in invoices.list_by_billing_account(key):
            told = invoices.begin_download_by_billing_account(key, item.name).result()
            assert datetime.fromisoformat(told.expiry_time) > NOW
            document = json.loads(http.get(told.url).text, parse_float=Decimal)
            lines = [line for section in document["sections"] for line in section["lines"]]
            assert float(sum(line["amount"] for line in lines)) == item.properties.sub_total.value
            start = item.properties.invoice_period_start_date.astimezone(UTC)
            ((units, charges),) = books.rows(
                "SELECT sum(BilledCost), count(*) FROM charges WHERE BillingAccountId = ? AND "
                "substr(BillingPeriodStart, 1, 7) = ? AND BillingCurrency = ?",
                key,
                f"{start:%Y-%m}",
                item.properties.sub_total.currency,
            )
            exact = Decimal(units).scaleb(-12)
            assert sum(line["ledger_amount"] for line in lines) == exact
            assert sum(line["charges"] for line in lines) == charges
        own = billing_of(subscription).invoices
        again = own.begin_download_by_billing_subscription(item.name).result()
        assert http.get(again.url).text == http.get(told.url).text
    with pytest.raises(ResourceNotFoundError):
        invoices.begin_download_by_billing_account(EA, item.name).result()
