"""Invoices of a small estate: what they sum, what lots pay, and that a closed one stays."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.billing.invoice import Invoice
from costplane.core.settings import INVOICE_CLOSE_DAYS
from costplane.errors import InvalidInput, NotFound
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import ACCOUNT, NOVEMBER, OCTOBER, Clock
from tests.billing.lot_oracle import NaiveLot, naive_draws

IN_OCTOBER = billed.calls(1, 60, OCTOBER, 31)
IN_NOVEMBER = billed.calls(2, 40, NOVEMBER, 2)
LOTS = """\
lots:
  - {id: prepaid, billing_account: EA-1, kind: Prepayment, amount: "2.5", currency: usd,
     start: 2026-10-05, expiry: 2026-10-20}
  - {id: granted, billing_account: ea-1, kind: Credit, amount: "1.25", currency: USD,
     start: 2026-10-01, expiry: 2026-11-02}
  - {id: later, billing_account: ea-1, kind: Prepayment, amount: "3", currency: USD,
     start: 2026-10-28}
"""
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
NAIVE = [
    NaiveLot("prepaid", Fraction("2.5"), 4, 19, ("Azure",), ()),
    NaiveLot("granted", Fraction("1.25"), 0, 32, ("Azure",), ()),
    NaiveLot("later", Fraction(3), 27, None, ("Azure",), ()),
]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Workspace:
    opened = billed.opened(tmp_path, clock)
    lots = tmp_path / "lots.yaml"
    lots.write_text(LOTS)
    assert opened.import_lots(lots).new == 3
    return opened


def only(workspace: Workspace, month: datetime) -> Invoice:
    (found,) = workspace.invoicing.invoices(workspace.now(), ACCOUNT, month)
    return found


def expected_draws(events: list[billed.Event]) -> dict[tuple[str, datetime], Fraction]:
    rows = [
        ((day - OCTOBER).days, (publisher, "", ""), amount)
        for (day, publisher), amount in billed.by_day(events).items()
    ]
    return {
        (lot, OCTOBER.fromordinal(OCTOBER.toordinal() + day).replace(tzinfo=UTC)): amount
        for (lot, day), amount in naive_draws(NAIVE, rows).items()
    }


def drawn(workspace: Workspace) -> dict[tuple[str, datetime], Fraction]:
    return {(d.lot_id, d.day): Fraction(d.amount) for d in workspace.prepayment.drawn(ACCOUNT)}


def posted(workspace: Workspace) -> dict[tuple[str, datetime], Fraction]:
    found = workspace.prepayment.store.drawn(ACCOUNT)
    return {(d.lot_id, d.day): Fraction(d.amount) for d in found}


@pytest.mark.parametrize("order", [1, -1])
def test_days_are_paid_whatever_the_order_of_arrival(workspace: Workspace, order: int) -> None:
    parts = [IN_OCTOBER[:20], IN_NOVEMBER, IN_OCTOBER[20:], IN_OCTOBER[:5]]
    for part in parts[::order]:
        estate.take(workspace, part)
        assert posted(workspace) == drawn(workspace)
    assert drawn(workspace) == expected_draws(IN_OCTOBER + IN_NOVEMBER)
    assert workspace.prepayment.settle(workspace.now()) == 0


def test_an_invoice_has_what_was_charged(workspace: Workspace) -> None:
    estate.take(workspace, IN_OCTOBER, IN_NOVEMBER)
    sums = billed.by_day(IN_OCTOBER)
    for publisher in ("Azure", "Marketplace"):
        (section,) = [s for s in only(workspace, OCTOBER).sections if s.publisher_type == publisher]
        ledger = sum(Fraction(line.ledger_amount) for line in section.lines)
        assert ledger == sum(amount for (_, p), amount in sums.items() if p == publisher)
    invoice = only(workspace, OCTOBER)
    paid = expected_draws(IN_OCTOBER)
    assert {p.lot_id: Fraction(p.ledger_amount) for p in invoice.payments} == {
        lot.id: amount
        for lot in NAIVE
        if (amount := sum(a for (name, _), a in paid.items() if name == lot.id))
    }
    assert invoice.state == "estimated"
    assert only(workspace, NOVEMBER).state == "open"
    assert sum(usage.events for usage in invoice.unpriced) > 0


def test_a_closed_invoice_stays_and_later_facts_correct_it_on_the_next(
    workspace: Workspace, clock: Clock
) -> None:
    estate.take(workspace, IN_OCTOBER[:40], IN_NOVEMBER)
    (closed,) = workspace.close_invoices(ACCOUNT, OCTOBER)
    assert closed.state == "closed"
    assert closed.closed_at == clock.now
    paid = posted(workspace)
    estate.take(workspace, IN_OCTOBER[40:])
    assert only(workspace, OCTOBER) == closed
    assert workspace.close_invoices(ACCOUNT, OCTOBER) == [closed]
    late = sum(billed.by_day(IN_OCTOBER[40:]).values())
    november = only(workspace, NOVEMBER)
    corrections = [line for line in november.lines if line.corrects]
    assert {line.corrects for line in corrections} == {"2026-10"}
    assert sum(Fraction(line.ledger_amount) for line in corrections) == late
    own = [line for line in november.lines if not line.corrects]
    in_time = sum(billed.by_day(IN_NOVEMBER).values())
    assert sum(Fraction(line.ledger_amount) for line in own) == in_time
    after = posted(workspace)
    assert {k: v for k, v in after.items() if k[1] < NOVEMBER} == {
        k: v for k, v in paid.items() if k[1] < NOVEMBER
    }
    assert after == drawn(workspace)


def test_months_close_in_order_once_they_are_over(workspace: Workspace, clock: Clock) -> None:
    estate.take(workspace, IN_OCTOBER, IN_NOVEMBER)
    with pytest.raises(InvalidInput, match="2026-11 has not ended"):
        workspace.close_invoices(ACCOUNT, NOVEMBER)
    clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    with pytest.raises(InvalidInput, match=r"2026-10 of ea-1 is not closed yet"):
        workspace.close_invoices(ACCOUNT, NOVEMBER)
    workspace.close_invoices(ACCOUNT, OCTOBER)
    workspace.close_invoices(ACCOUNT, NOVEMBER)
    with pytest.raises(NotFound, match="nothing to invoice"):
        workspace.close_invoices(ACCOUNT, datetime(2026, 9, 1, tzinfo=UTC))
    with pytest.raises(NotFound, match="nothing to invoice"):
        workspace.close_invoices("nobody", OCTOBER)


def test_periods_close_by_themselves_after_the_days_of_the_setting(
    workspace: Workspace, clock: Clock
) -> None:
    estate.take(workspace, IN_OCTOBER, IN_NOVEMBER)
    clock.now = datetime(2026, 11, 5, 23, tzinfo=UTC)
    assert workspace.close_due_invoices() == []
    clock.now = datetime(2026, 11, 6, tzinfo=UTC)
    (closed,) = workspace.close_due_invoices()
    assert (closed.month, closed.state) == ("2026-10", "closed")
    assert workspace.close_due_invoices() == []
    workspace.settings.set(INVOICE_CLOSE_DAYS, 0)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert [i.month for i in workspace.close_due_invoices()] == ["2026-11"]


def test_a_correction_below_zero_goes_back_to_lots_that_live(workspace: Workspace) -> None:
    estate.take(workspace, IN_OCTOBER)
    workspace.close_invoices(ACCOUNT, OCTOBER)
    before = drawn(workspace)
    negative = workspace.engine.execute(
        estate.select(
            "SELECT * REPLACE (-BilledCost AS BilledCost, TIMESTAMPTZ '2026-11-01 00:00:00+00' "
            "AS BillingPeriodStart, 'Correction' AS ChargeClass) FROM charges "
            "WHERE x_PublisherType = 'Azure'"
        ),
        workspace.ledger.snapshot().files,
    )
    with workspace._writer._waiting():
        workspace.ledger.append("charges", negative, app="test", version=1)
    workspace.settle()
    back = {k: v for k, v in drawn(workspace).items() if k not in before}
    live = [lot for lot in ("granted", "later") if any(k[0] == lot for k in before)]
    assert back == {
        (lot, NOVEMBER): -sum(v for k, v in before.items() if k[0] == lot) for lot in live
    }
    november = only(workspace, NOVEMBER)
    assert november.due == november.subtotal - sum(
        (p.amount for p in november.payments), Decimal(0)
    ) - november.payment_rounding  # fmt: skip
    assert november.due < 0


@pytest.mark.parametrize("amount", ["2.5", "0.04"], ids=["lots suffice", "lots are used up"])
def test_usage_of_a_month_without_invoice_before_a_closed_one_gets_an_invoice_of_its_own(
    workspace: Workspace, tmp_path: Path, amount: str
) -> None:
    lots = tmp_path / "early.yaml"
    lots.write_text(
        "lots:\n  - {id: early, billing_account: EA-1, kind: Prepayment, currency: USD,\n"
        f'     amount: "{amount}", start: 2026-09-01, expiry: 2026-11-15}}\n'
    )
    workspace.import_lots(lots)
    estate.take(workspace, IN_OCTOBER)
    (october,) = workspace.close_invoices(ACCOUNT, OCTOBER)
    in_october = posted(workspace)
    september = datetime(2026, 9, 1, tzinfo=UTC)
    first = billed.calls(3, 40, september, 30)
    estate.take(workspace, first)
    invoice = only(workspace, september)
    assert invoice.state == "estimated"
    assert {line.corrects for line in invoice.lines} == {None}
    assert sum(Fraction(line.ledger_amount) for line in invoice.lines) == sum(
        billed.by_day(first).values()
    )
    after = posted(workspace)
    assert {k: v for k, v in after.items() if k[1] >= OCTOBER} == in_october
    eligible = sum(v for (_, publisher), v in billed.by_day(first).items() if publisher == "Azure")
    left = Fraction(amount) - sum(v for k, v in in_october.items() if k[0] == "early")
    assert sum(v for k, v in after.items() if k[1] < OCTOBER) == min(left, eligible)
    (closed,) = workspace.close_invoices(ACCOUNT, september)
    assert only(workspace, OCTOBER) == october
    estate.take(workspace, [call | {"id": f"late-{call['id']}"} for call in first[:9]])
    assert only(workspace, september) == closed
    assert {line.corrects for line in only(workspace, NOVEMBER).lines} == {"2026-09"}
    settled = {
        e.transaction_date.month
        for e in workspace.prepayment.events(ACCOUNT, NOW)
        if e.event_type == "SettledCharges"
    }
    assert settled == {day.month for _, day in after}
