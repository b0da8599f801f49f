"""A whole invoice, walked: every amount leads down to events and price rows, to the last digit.

It has lines of Azure's and of the Marketplace, corrections of a closed month, and prepayment. The
amounts of the events are those of the estate's naive oracle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.explaining.invoice_lines import InvoiceLineExplanation
from costplane.app.workspace import Workspace
from costplane.billing.invoice import Invoice
from costplane.billing.minor_unit import in_minor_units
from costplane.rating.charge_address import parse_charge_address
from costplane.rating.explanation import ChargeExplanation
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import ACCOUNT, NOVEMBER, OCTOBER, Clock

ON_TIME = billed.calls(11, 25, OCTOBER, 31)
LATE = billed.calls(12, 15, OCTOBER, 31)
CURRENT = billed.calls(13, 30, NOVEMBER, 2)
LOTS = """\
lots:
  - {id: prepaid, billing_account: ea-1, kind: Prepayment, amount: "0.75", currency: USD,
     start: 2026-11-02}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("invoice")
    opened = billed.opened(folder, Clock())
    lots = folder / "lots.yaml"
    lots.write_text(LOTS)
    opened.import_lots(lots)
    estate.take(opened, ON_TIME)
    opened.close_invoices(ACCOUNT, OCTOBER)
    estate.take(opened, CURRENT, LATE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def invoice(workspace: Workspace) -> Invoice:
    (found,) = workspace.invoicing.invoices(workspace.now(), ACCOUNT, NOVEMBER)
    return found


@pytest.fixture(scope="module")
def explained(workspace: Workspace, invoice: Invoice) -> list[InvoiceLineExplanation]:
    return [workspace.explain_invoice_line(invoice.number, line.line) for line in invoice.lines]


def charge(workspace: Workspace, address: str | None) -> ChargeExplanation:
    return workspace.explain_charge(parse_charge_address(address or ""))


def test_it_has_all_kinds_of_lines(invoice: Invoice) -> None:
    assert [s.publisher_type for s in invoice.sections] == ["Azure", "Marketplace"]
    for section in invoice.sections:
        assert {line.corrects for line in section.lines} == {None, "2026-10"}
    assert [payment.lot_id for payment in invoice.payments] == ["prepaid"]


def test_every_line_is_the_sum_of_its_charges(
    invoice: Invoice, explained: list[InvoiceLineExplanation]
) -> None:
    for found in explained:
        assert found.charges == len(found.shown) > 0
        assert found.amount_of_others == 0
        amounts = sum(Fraction(part.billed_cost) for part in found.shown)
        assert amounts == Fraction(found.line.ledger_amount)
        assert found.line.amount == in_minor_units(found.line.ledger_amount, "USD")
        assert sum(part.rows for part in found.shown) == found.line.charges
    assert sum(Fraction(e.line.ledger_amount) for e in explained) == Fraction(invoice.ledger_total)
    assert sum(Fraction(e.line.amount) for e in explained) == Fraction(invoice.subtotal)


def test_every_charge_leads_to_its_events_and_their_price(
    workspace: Workspace, explained: list[InvoiceLineExplanation]
) -> None:
    """An address may have rows of both months' invoices: those of a late event correct, those of
    one on time do not. So events, not addresses, are what a line is checked against."""
    expected: dict[str, Fraction] = defaultdict(Fraction)
    events = {(e["source"], e["id"]): e for e in LATE + CURRENT + ON_TIME}
    on_time = {(e["source"], e["id"]) for e in ON_TIME}
    seen: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for found in explained:
        for part in found.shown:
            whole = charge(workspace, part.address)
            assert whole.unexplained == 0
            assert whole.price is not None
            assert whole.price.sheet in ("estate", "offers")
            assert whole.price.line > 0
            own = [e for e in whole.behind.shown if (e.source, e.id) not in on_time]
            assert sum(Fraction(e.amount) for e in own) == Fraction(part.billed_cost)
            for event in own:
                seen[event.source, event.id] += Fraction(event.amount)
                assert (event.source, event.id) in events
    for identity, told in events.items():
        if identity not in on_time:
            expected[told["id"]] = sum((a for _, a in billed.amounts(told)), Fraction(0))
            assert seen[identity] == expected[told["id"]]
    assert sum(seen.values()) == sum(expected.values())


def test_what_prepayment_paid_is_the_sum_of_its_days(
    workspace: Workspace, invoice: Invoice
) -> None:
    (payment,) = invoice.payments
    draws = [d for d in workspace.prepayment.drawn(ACCOUNT) if d.day >= NOVEMBER]
    assert sum(Fraction(d.amount) for d in draws) == Fraction(payment.ledger_amount)
    days = billed.by_day(CURRENT)
    for draw in draws:
        assert Fraction(draw.amount) <= days[draw.day, "Azure"]
    due = Fraction(invoice.subtotal) - Fraction(payment.amount) - Fraction(invoice.payment_rounding)
    assert Fraction(invoice.due) == due


def test_the_closed_invoice_is_explained_after_its_corrections_as_before(
    workspace: Workspace,
) -> None:
    (october,) = workspace.invoicing.invoices(workspace.now(), ACCOUNT, OCTOBER)
    assert october.state == "closed"
    for line in october.lines:
        found = workspace.explain_invoice_line(october.number, line.line)
        assert found.line == line
        assert sum(Fraction(c.billed_cost) for c in found.shown) == Fraction(line.ledger_amount)
    told = sum(Fraction(line.ledger_amount) for line in october.lines)
    assert told == sum(billed.by_day(ON_TIME).values())


def test_pages_of_a_line(workspace: Workspace, invoice: Invoice) -> None:
    longest = max(invoice.lines, key=lambda line: line.charges)
    whole = workspace.explain_invoice_line(invoice.number, longest.line)
    parts = [
        workspace.explain_invoice_line(invoice.number, longest.line, skip=n, most=1).shown[0]
        for n in range(whole.charges)
    ]
    assert tuple(parts) == whole.shown


def test_numbers_are_those_of_the_folder(tmp_path: Path, invoice: Invoice) -> None:
    opened = billed.opened(tmp_path, Clock())
    estate.take(opened, CURRENT)
    (found,) = opened.invoicing.invoices(opened.now())
    assert found.number == invoice.number
    opened.close()


def test_cost_analysis_groups_by_the_numbers_of_the_invoices(
    workspace: Workspace, invoice: Invoice
) -> None:
    asked = estate.body("InvoiceId", period={"from": "2026-10-01", "to": "2026-11-30"})
    costs = estate.costs(estate.answer(workspace, asked))
    invoices = workspace.invoicing.invoices(workspace.now())
    assert {key: Fraction(cost) for key, cost in costs.items()} == {
        (found.number,): Fraction(found.ledger_total) for found in invoices
    }
    assert invoice.number in {found.number for found in invoices}
