"""Reservations by the month and reservations that are given back, from import to invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.catalog.reservation_sheet import read_reservation_sheet
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.rating.charge_address import parse_charge_address
from costplane.rating.explanation import ChargeExplanation
from tests.app.capacity.capacity_world import World, hourly, monthly, total

SHEET = b"""\
reservations:
  - id: r-1
    order: o-1
    name: yearly
    deployment_type: GlobalProvisionedManaged
    region: westeurope
    units: 30
    term: P1Y
    billing_plan: Monthly
    from: 2026-08-31T08:30:00Z
    billing_account: "1"
    billing_subscription: s-1
"""
PRICE, UNITS, HOURS = 2652, 30, 365 * 24
START = datetime(2026, 8, 31, 8, 30, tzinfo=UTC)
PAID = (START, *(datetime(2026, month, day, 8, 30, tzinfo=UTC) for month, day in ((9, 30),)))
BACK = datetime(2026, 10, 12, 17, 45, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    found.now = datetime(2026, 10, 14, 6, 20, tzinfo=UTC)
    found.prices(hourly(1), monthly(PRICE, reservationTerm="1 Year"))
    found.workspace.import_resources([], reservations=read_reservation_sheet(SHEET))
    yield found
    found.workspace.close()


def given_back(world: World) -> Reservation:
    (one,) = world.workspace.catalog.reservations()
    return replace(one, valid_to=BACK)


def lines(world: World, month: int) -> dict[str, Decimal]:
    """Lines of a month's invoice, each explained to the last digit."""
    found = {}
    at = datetime(2026, month, 1, tzinfo=UTC)
    for invoice in world.workspace.invoicing.invoices(world.now, "1", at):
        for line in invoice.lines:
            told = world.workspace.explain_invoice_line(invoice.number, line.line)
            for part in told.shown:
                assert part.address is not None
                charge = explained(world, part.address)
                assert charge.billed_cost == part.billed_cost
                found[part.address.split("/")[1]] = part.billed_cost
    return found


def explained(world: World, address: str) -> ChargeExplanation:
    charge = world.workspace.explain_charge(parse_charge_address(address))
    assert charge.unexplained == 0
    assert charge.price is not None
    assert charge.price.price == PRICE
    return charge


def billed(world: World) -> dict[datetime, Decimal]:
    rows = world.rows(
        "SELECT ChargePeriodStart AS time, ChargeFrequency AS often, SUM(BilledCost) AS cost, "
        "SUM(EffectiveCost) AS spread FROM charges WHERE ChargeCategory = 'Purchase' GROUP BY 1, 2"
    )
    assert all(row["spread"] == 0 for row in rows)
    return {row["time"]: row["cost"] for row in rows if row["cost"]}


def test_payments_by_the_month(world: World) -> None:
    assert billed(world) == dict.fromkeys(PAID, Decimal(PRICE * UNITS) / 12)
    hours = (world.now.replace(minute=0) - START.replace(minute=0)) // timedelta(hours=1)
    spread = total(world.by_hour("EffectiveCost").values())
    assert abs(Fraction(spread) - Fraction(PRICE * UNITS * hours, HOURS)) < Fraction(1, 10**8)
    assert lines(world, 8) == {"purchase": Decimal(6630)}
    assert lines(world, 9) == {"purchase": Decimal(6630)}
    assert lines(world, 10) == {}
    (item,) = [
        item
        for item in world.workspace.charges(parse_scope("/"), day(2026, 9, 30), most=100).charges
        if "/purchase/" in item.address
    ]
    assert explained(world, item.address).working == (
        "yearly: 30 units x 2652 USD for P1Y = 79560 USD",
        "payment 2 of 12, 2026-09-30 up to 2026-10-31: billed 6630",
        "effective 0: it is spread over the hours",
    )
    assert world.workspace.settle() == 0


def test_one_that_is_given_back_is_refunded(world: World) -> None:
    world.workspace.import_resources([], reservations=[given_back(world)])
    hours = (BACK.replace(minute=0) - START.replace(minute=0)) // timedelta(hours=1)
    used = Fraction(PRICE * UNITS * hours, HOURS)
    spread = total(world.by_hour("EffectiveCost").values())
    assert abs(Fraction(spread) - used) < Fraction(1, 10**8)
    found = billed(world)
    assert found.pop(BACK) == spread - 2 * 6630 < 0
    assert found == dict.fromkeys(PAID, Decimal(6630))
    assert total(billed(world).values()) == spread, "what is billed is what was amortized"
    assert lines(world, 10) == {"refund": spread - 2 * 6630}
    (item,) = [
        item
        for item in world.workspace.charges(parse_scope("/"), day(2026, 10, 12), most=100).charges
        if "/refund/" in item.address
    ]
    assert explained(world, item.address).working == (
        "yearly: 30 units x 2652 USD for P1Y = 79560 USD",
        "given back 2026-10-12 17:45:00: 2 of 12 payments, 13260",
        f"{hours} of 8760 hours of the term: {spread.normalize():f}",
        f"the difference: billed {(spread - 13260).normalize():f}, effective 0",
    )
    assert world.workspace.settle() == 0
    (one,) = world.workspace.catalog.reservations()
    kept = replace(one, valid_to=one.term_end)
    world.workspace.import_resources([], reservations=[kept])
    assert billed(world) == dict.fromkeys(PAID, Decimal(6630)), "it was not given back after all"


def test_a_closed_month_is_not_touched(world: World) -> None:
    for month in (8, 9):
        world.workspace.close_invoices("1", datetime(2026, month, 1, tzinfo=UTC))
    (before,) = world.workspace.invoicing.invoices(world.now, "1", day(2026, 9, 1).start)
    back = replace(given_back(world), valid_to=datetime(2026, 9, 20, 17, tzinfo=UTC))
    world.workspace.import_resources([], reservations=[back])
    assert world.workspace.invoicing.invoices(world.now, "1", day(2026, 9, 1).start) == [before]
    rows = world.rows(
        "SELECT ChargeClass AS class, SUM(BilledCost) AS cost FROM charges "
        "WHERE ChargeCategory = 'Purchase' AND ChargeDescription LIKE '%: refund' GROUP BY 1"
    )
    assert [row["class"] for row in rows] == ["Correction"]
    invoices = world.workspace.invoicing.invoices(world.now, "1", day(2026, 10, 1).start)
    spread = total(world.by_hour("EffectiveCost").values())
    assert sum(invoice.ledger_total for invoice in invoices) == spread - 2 * 6630


def day(year: int, month: int, number: int) -> Period:
    start = datetime(year, month, number, tzinfo=UTC)
    return Period(start, start + timedelta(days=1))
