"""Invoices show AI lines beside the imported other services, and no AI row twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import ACCOUNT, OCTOBER, Clock
from tests.app.bills.written import Row, write

CALLS = billed.calls(1, 40, OCTOBER, 31)
DAY, EARLIER = date(2026, 10, 7), date(2026, 9, 7)


def ai(sub_account: str, cost: str, resource: str) -> Row:
    names = ("Foundry Models", "Generative AI")
    return Row(ACCOUNT, sub_account, DAY, cost, None, *names, resource)


OTHERS = [
    Row(ACCOUNT, "s-1", DAY, "10.005"),
    Row(ACCOUNT, "s-1", DAY, "2", service="Storage", subcategory="Object Storage"),
    Row(ACCOUNT, "s-2", DAY, "3"),
    ai("s-1", "4", "/subscriptions/s-1/x/unmetered"),
]
"""What Costplane does not meter: other services, and AI of a resource without usage."""
LEFT_OUT = [
    ai("s-1", "70", estate.RESOURCES[0].upper()),
    Row("ea-2", "s-1", DAY, "80"),
    Row(ACCOUNT, "s-1", EARLIER, "90"),
]
"""AI that is rated here, another account, and a month without any usage."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("invoices")
    made = billed.opened(folder, Clock())
    estate.take(made, CALLS)
    made.import_bill([write(folder / "bill.csv", [*OTHERS, *LEFT_OUT])])
    yield made
    made.close()


def test_ai_lines_stand_beside_imported_other_services(workspace: Workspace) -> None:
    (invoice,) = workspace.invoicing.invoices(workspace.now())
    imported = [line for line in invoice.lines if line.dataset == "Billed"]
    assert sorted(line.ledger_amount for line in imported) == sorted(
        Decimal(row.cost) for row in OTHERS
    )
    assert min(line.amount for line in imported) == 2
    metered = sum(billed.by_day(CALLS).values())
    of_calls = [line.ledger_amount for line in invoice.lines if line.dataset == "Metered"]
    assert sum(map(Fraction, of_calls)) == metered
    assert Fraction(invoice.ledger_total) == metered + Fraction("19.005")
    assert invoice.subtotal == sum(line.amount for line in invoice.lines)


def test_an_imported_line_is_explained_by_its_rows(workspace: Workspace) -> None:
    (invoice,) = workspace.invoicing.invoices(workspace.now())
    line = next(line for line in invoice.lines if line.service == "Storage")
    found = workspace.explain_invoice_line(invoice.number, line.line)
    assert [(charge.billed_cost, charge.address) for charge in found.shown] == [(Decimal(2), None)]
    assert found.amount_of_others == 0


def test_a_closed_invoice_stays_when_the_bill_is_restated(
    workspace: Workspace, tmp_path: Path
) -> None:
    (closed,) = workspace.close_invoices(ACCOUNT, OCTOBER)
    workspace.import_bill([write(tmp_path / "b.csv", [Row(ACCOUNT, "s-1", DAY, "999")])])
    assert workspace.invoicing.invoice(closed.number, workspace.now()) == closed
