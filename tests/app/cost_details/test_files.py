"""Files of cost details hold what the ledger holds, to the last digit."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.cost_details.files import write_details
from costplane.app.cost_details.reader import CostDetailsReader
from costplane.app.cost_details.selection import Metric, Selection
from costplane.app.workspace import Workspace
from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.model import BillingAccount, Subscription
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER, Clock
from tests.app.capacity import test_whole_invoice as test_whole_capacity_invoice
from tests.app.cost_details.ledger import charges, day_of, summed

ROOT = parse_scope("/")
EVENTS = billed.calls(7, 120, OCTOBER, 33)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = billed.opened(tmp_path_factory.mktemp("billed"), Clock())
    estate.take(opened, EVENTS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def reserved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = test_whole_capacity_invoice.opened(tmp_path_factory.mktemp("reserved"))
    yield opened
    opened.close()


def reader_of(workspace: Workspace) -> CostDetailsReader:
    return CostDetailsReader(workspace.ledger, workspace.engine, workspace.catalog)


def written(
    workspace: Workspace, folder: Path, metric: Metric = "ActualCost", **narrowed: object
) -> list[dict[str, str]]:
    """The rows of the files, as a reader of CSV sees them."""
    folder.mkdir(parents=True)
    reader = reader_of(workspace)
    scopes = reader.scopes(ROOT)
    chosen = Selection(scopes, metric, **narrowed)  # type: ignore[arg-type]
    files = write_details(folder, reader.open(), chosen, reader.layout(scopes), rows_in_a_file=17)
    rows = []
    for file in files:
        path = folder / file.name
        assert file.byte_count == path.stat().st_size
        with path.open(newline="", encoding="utf-8") as opened:
            found = list(csv.DictReader(opened))
        assert len(found) == file.row_count <= 17
        rows += found
    return rows


def iso(day: str) -> str:
    month, date, year = day.split("/")
    return f"{year}-{month}-{date}"


def test_each_day_is_what_its_calls_came_to(workspace: Workspace, tmp_path: Path) -> None:
    rows = written(workspace, tmp_path / "files")
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in rows:
        found[iso(row["Date"]), row["PublisherType"]] += Fraction(row["CostInBillingCurrency"])
    told = {
        (f"{day:%Y-%m-%d}", publisher): v for (day, publisher), v in billed.by_day(EVENTS).items()
    }
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in told.items() if v}


def test_rows_are_the_ledgers_by_what_they_tell(workspace: Workspace, tmp_path: Path) -> None:
    rows = written(workspace, tmp_path / "files")
    by_file: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal()])
    for row in rows:
        key = (iso(row["Date"]), row["ResourceId"], row["MeterName"], row["Tags"])
        by_file[key][0] += Decimal(row["CostInBillingCurrency"])
        by_file[key][1] += Decimal(row["Quantity"])
    plain = charges(workspace)
    key_of = lambda row: (day_of(row), row["ResourceId"], row["SkuMeter"], row["Tags"])  # noqa: E731
    assert {k: v[0] for k, v in by_file.items() if v[0]} == summed(plain, key_of, "BilledCost")
    assert {k: v[1] for k, v in by_file.items() if v[1]} == summed(plain, key_of, "PricingQuantity")


def test_a_row_says_what_it_is(workspace: Workspace, tmp_path: Path) -> None:
    for row in written(workspace, tmp_path / "files"):
        info = json.loads(row["AdditionalInfo"])
        tags = json.loads(row["Tags"])
        assert info["TokenType"]
        assert set(tags) <= {"team"}
        assert (row["IsAzureCreditEligible"] == "True") == (row["PublisherType"] == "Azure")
        if row["PublisherType"] == "Marketplace":
            assert row["ConsumedService"] == "Microsoft.SaaS"
            assert (row["PublisherName"], row["PlanName"]) == ("Anthropic", "claude-offer")
            assert "/microsoft.cognitiveservices/" in info["AccountResourceId"]
        else:
            assert row["ConsumedService"] == "Microsoft.CognitiveServices"
        assert row["ChargeType"] == "Usage"
        assert (row["Frequency"], row["PricingModel"]) == ("UsageBased", "OnDemand")
        cost, quantity = Decimal(row["CostInBillingCurrency"]), Decimal(row["Quantity"])
        assert "E" not in row["EffectivePrice"] + row["CostInBillingCurrency"] + row["Quantity"]
        assert abs(Decimal(row["EffectivePrice"]) * quantity - cost) <= abs(quantity) * Decimal(
            "1e-12"
        )


def test_unpriced_usage_is_no_row(workspace: Workspace, tmp_path: Path) -> None:
    models = {
        json.loads(r["AdditionalInfo"]).get("Model") for r in written(workspace, tmp_path / "x")
    }
    assert "gamma" not in models
    assert {"alpha", "beta", "delta"} <= models


def test_a_billing_period_and_an_invoice_are_what_they_bill(
    workspace: Workspace, tmp_path: Path
) -> None:
    plain = charges(workspace)
    for month in (OCTOBER, NOVEMBER):
        rows = written(workspace, tmp_path / f"{month:%m}", month=month)
        total = sum(r["BilledCost"] for r in plain if r["BillingPeriodStart"] == month)
        assert sum(Decimal(row["CostInBillingCurrency"]) for row in rows) == total
        assert {row["BillingPeriodStartDate"] for row in rows} == {f"{month:%m/%d/%Y}"}
    for invoice in workspace.invoicing.invoices(workspace.now()):
        rows = written(workspace, tmp_path / invoice.number, invoice=invoice.number)
        total = sum((Decimal(row["CostInBillingCurrency"]) for row in rows), Decimal())
        assert total == invoice.ledger_total


@pytest.mark.parametrize("metric", ["ActualCost", "AmortizedCost"])
def test_a_reservation_is_paid_or_spread(
    reserved: Workspace, tmp_path: Path, metric: Metric
) -> None:
    rows = written(reserved, tmp_path / "files", metric)
    column = {"ActualCost": "BilledCost", "AmortizedCost": "EffectiveCost"}[metric]
    total = sum((r[column] for r in charges(reserved)), Decimal())
    assert sum(Decimal(row["CostInBillingCurrency"]) for row in rows) == total
    kinds = {row["ChargeType"] for row in rows}
    if metric == "ActualCost":
        assert kinds == {"Usage", "Purchase"}
        (bought,) = (row for row in rows if row["ChargeType"] == "Purchase")
        assert (bought["ProductOrderId"], bought["ReservationId"]) == ("o-1", "r-1")
        assert (bought["Frequency"], bought["CostInBillingCurrency"]) == ("OneTime", "7800")
        covered = [r for r in rows if r["PricingModel"] == "Reservation"]
        assert {r["CostInBillingCurrency"] for r in covered if r["ChargeType"] == "Usage"} == {"0"}
        assert all(row["ReservationName"] == "reserved" for row in covered)
    else:
        assert kinds == {"Usage", "UnusedReservation"}


def test_a_reservation_that_is_given_back_is_a_refund(tmp_path: Path) -> None:
    workspace = test_whole_capacity_invoice.opened(tmp_path)
    bought = test_whole_capacity_invoice.reservation()
    back = replace(bought, valid_to=bought.valid_from + timedelta(hours=2))
    workspace.import_resources([], reservations=[back])
    rows = written(workspace, tmp_path / "files")
    (refund,) = (row for row in rows if row["ChargeType"] == "Refund")
    assert (refund["ReservationId"], refund["Frequency"]) == ("r-1", "OneTime")
    # Two of the hours of its term were used.
    assert Fraction(refund["CostInBillingCurrency"]) == -(7800 - Fraction(refund_used(workspace)))
    workspace.close()


def refund_used(workspace: Workspace) -> Decimal:
    """What was amortized of the reservation."""
    covered = [row for row in charges(workspace) if row["CommitmentDiscountId"] is not None]
    return sum((row["EffectiveCost"] for row in covered), Decimal())


def test_two_currencies_stand_beside_each_other(tmp_path: Path) -> None:
    workspace = billed.opened(tmp_path, Clock())
    catalog, account = workspace.catalog, "mca:1_2019-05-31"
    catalog.put_billing_account(BillingAccount(account, "C", "MicrosoftCustomerAgreement", "EUR"))
    catalog.put_billing_profile(BillingProfile(account, "bp", "Research", "EUR"))
    catalog.put_invoice_section(InvoiceSection(account, "is", "Search", "bp"))
    catalog.put_subscription(
        Subscription("s-1", "One", billing_account_id=account, invoice_section_id="is")
    )
    rates = tmp_path / "rates.yaml"
    rates.write_text(
        "name: rates\nexchange_rates:\n"
        "  - {from: USD, to: EUR, month: 2026-10, rate: 0.92, source: x}\n"
    )
    workspace.agreements.take(rates, workspace.now())
    estate.take(workspace, billed.calls(8, 60, OCTOBER, 31))
    rows = written(workspace, tmp_path / "files")
    assert rows
    assert sum(Decimal(row["costInUsd"]) for row in rows) > 0
    for row in rows:
        assert (row["billingCurrency"], row["pricingCurrency"]) == ("EUR", "USD")
        assert (row["billingProfileName"], row["invoiceSectionName"]) == ("Research", "Search")
        assert (row["exchangeRatePricingToBilling"], row["provider"]) == ("0.92", "Azure")
        euros, dollars = (
            Decimal(row["costInBillingCurrency"]),
            Decimal(row["costInPricingCurrency"]),
        )
        assert abs(dollars * Decimal("0.92") - euros) <= Decimal("1e-12")
        assert row["invoiceId"].startswith("INV-202610-")
    workspace.close()


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(20, 150), min_size=1, max_size=6))
def test_pages_of_any_size_are_all_rows_once(workspace: Workspace, sizes: list[int]) -> None:
    reader = reader_of(workspace)
    chosen = Selection(reader.scopes(ROOT))
    whole = reader.page(chosen, (), 100_000).rows
    found, position, turn = [], None, 0
    while turn == 0 or position is not None:
        page = reader.page(chosen, (), sizes[turn % len(sizes)], position)
        assert len(page.rows) <= sizes[turn % len(sizes)]
        found += page.rows
        position, turn = page.next, turn + 1
    assert found == whole
    assert len({row["id"] for row in whole}) == len(whole)


def test_pages_are_those_of_the_first_one(tmp_path: Path) -> None:
    workspace = billed.opened(tmp_path, Clock())
    estate.take(workspace, EVENTS[:60])
    reader = reader_of(workspace)
    chosen = Selection(reader.scopes(ROOT))
    whole = reader.page(chosen, (), 100_000).rows
    first = reader.page(chosen, (), 10)
    estate.take(workspace, EVENTS[60:])
    assert first.next is not None
    rest = reader.page(chosen, (), 100_000, first.next)
    assert first.rows + rest.rows == whole
    assert len(reader.page(chosen, (), 100_000).rows) > len(whole)
    workspace.close()
