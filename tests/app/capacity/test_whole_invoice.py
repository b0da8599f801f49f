"""A whole invoice with provisioned throughput and a reservation, walked to the last digit.

Every charge on it has an address, also those that no caller made, and its explanation tells the
arithmetic; the amounts are checked against plain loops over units, minutes and prices.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import Deployment
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.errors import NotFound
from costplane.rating.charge_address import parse_charge_address
from costplane.rating.explanation import ChargeExplanation
from tests.app.capacity import test_settling as world
from tests.app.capacity.test_settling import COMMON, HOURLY, MONTHLY, RESOURCE, START
from tests.app.estate import take

NOW = START + timedelta(hours=6, minutes=20)
BOUGHT = START + timedelta(hours=2, minutes=5)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
DAY = Period(START, START + timedelta(days=1))
PRICE = Fraction("1.1")
UNITS = {3: (40, 40), 4: (40, 60), 5: (25, 60)}
"""Units of the deployment by hour since START, and minutes for which they stood."""


def opened(folder: Path) -> Workspace:
    workspace = world.open_in(folder, NOW)
    history = ((START + timedelta(hours=3, minutes=20), 40), (START + timedelta(hours=5), 25))
    workspace.catalog.put_deployment(*world.deployments(*history))
    workspace.catalog.put_deployment(
        Deployment(RESOURCE, "new", "no-weights", "v", "GlobalProvisionedManaged", 7, history[1][0])
    )
    workspace.catalog.put_reservation(reservation())
    take(workspace, [call for call in world.calls(5, 120) if call["time"] < NOW.isoformat()])
    workspace.settle()
    return workspace


def reservation() -> Reservation:
    return Reservation(
        *("r-1", "o-1", "reserved", "Global", "westeurope", 30, "P1M", "Upfront"),
        *(BOUGHT, BOUGHT + timedelta(days=30), "1", "s-1"),
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    found = opened(tmp_path_factory.mktemp("capacity"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def charges(workspace: Workspace) -> dict[str, ChargeExplanation]:
    """Every charge of the invoice, explained, once each line is found to be their sum; and what
    is billed with nothing, which an invoice leaves out."""
    (invoice,) = workspace.invoicing.invoices(workspace.now(), "1", OCTOBER)
    explained: dict[str, ChargeExplanation] = {}
    for line in invoice.lines:
        found = workspace.explain_invoice_line(invoice.number, line.line)
        assert found.amount_of_others == 0
        shown = sum((Fraction(part.billed_cost) for part in found.shown), Fraction(0))
        assert shown == Fraction(line.ledger_amount)
        for part in found.shown:
            assert part.address is not None
            charge = workspace.explain_charge(parse_charge_address(part.address))
            assert charge.address == part.address
            assert Fraction(charge.billed_cost) == Fraction(part.billed_cost)
            explained[part.address] = charge
    total = sum((Fraction(charge.billed_cost) for charge in explained.values()), Fraction(0))
    assert total == Fraction(invoice.ledger_total)
    for item in workspace.charges(parse_scope("/"), DAY, most=1000).charges:
        if item.address not in explained:
            assert item.billed_cost == 0
            explained[item.address] = workspace.explain_charge(parse_charge_address(item.address))
    return explained


def of(charges: dict[str, ChargeExplanation], share: str, hour: int) -> list[ChargeExplanation]:
    start = START + timedelta(hours=hour)
    return [c for a, c in charges.items() if f"/{share}/hours/" in a and c.start == start]


def effective(charge: ChargeExplanation) -> Fraction:
    return sum((Fraction(row.effective_cost) for row in charge.rows), Fraction(0))


def test_nothing_is_left_unexplained(charges: dict[str, ChargeExplanation]) -> None:
    assert {share for a in charges for share in [a.split("/")[1]] if not share.isdecimal()} == {
        *("own", "unused", "purchase")
    }
    for charge in charges.values():
        assert charge.unexplained == 0, charge.address
        assert charge.price is not None, charge.address
        assert (charge.price.file, charge.price.valid_from.year) == ("retail.json", 2026)
        assert charge.price.line > 0


def test_a_payment(charges: dict[str, ChargeExplanation]) -> None:
    (charge,) = of(charges, "purchase", 2)
    assert charge.price is not None
    assert [charge.price.price, charge.billed_cost] == [Decimal(260), Decimal(7800)]
    assert effective(charge) == 0
    assert charge.working == (
        "reserved: 30 units x 260 USD for P1M = 7800 USD",
        "payment 1 of 1, 2026-10-30 up to 2026-11-30: billed 7800",
        "effective 0: it is spread over the hours",
    )


def test_unused_hours(charges: dict[str, ChargeExplanation]) -> None:
    (whole,) = of(charges, "unused", 2)
    amount = effective(whole)
    assert abs(amount - Fraction(7800, 31 * 24)) < Fraction(1, 10**12)
    assert [whole.billed_cost, whole.count] == [Decimal(0), Decimal(30)]
    assert "30 unit-hours reserved, 0 used, 30 not" in whole.working
    assert Fraction(whole.working[-1].rpartition(" ")[2]) == amount
    (part,) = of(charges, "unused", 3)
    used = Fraction(40 * 40, 60)
    assert Fraction(part.count) == Fraction(round((30 - used) * 10**12), 10**12)
    assert Fraction(part.working[-1].rpartition(" ")[2]) == effective(part)


def test_idle_hours(charges: dict[str, ChargeExplanation]) -> None:
    for hour, (units, minutes) in UNITS.items():
        (idle,) = [c for c in of(charges, "own", hour) if c.address.endswith("/ptu")]
        cost = Fraction(units * minutes, 60) * PRICE
        first = idle.working[0]
        assert first.startswith(f"{units} units x {minutes} / 60 hours x 1.1 USD = ")
        assert Fraction(first.split(" = ")[1].split()[0]) == cost
        told = [step for step in idle.working if "billed" in step]
        billed = sum(Fraction(step.split("billed ")[1].split(",")[0]) for step in told)
        spread = sum(Fraction(step.rpartition(" ")[2]) for step in told)
        assert (billed, spread) == (Fraction(idle.billed_cost), effective(idle))
        assert any(step.endswith("unit-hours idle") for step in idle.working)


def test_hours_that_are_not_split(charges: dict[str, ChargeExplanation]) -> None:
    (charge,) = [c for c in of(charges, "own", 5) if c.address.endswith("/new")]
    assert charge.working[0] == "7 units x 60 / 60 hours x 1.1 USD = 7.7 USD"
    assert "7 of 7 unit-hours not split among callers" in charge.working


def test_the_list_of_a_day_has_them(
    workspace: Workspace, charges: dict[str, ChargeExplanation]
) -> None:
    found = workspace.charges(parse_scope("/"), DAY, most=1000)
    assert {c.address for c in found.charges} == set(charges)
    assert found.charges[0].address.split("/")[1] == "purchase"


def test_who_may_not_see_it_is_told_that_there_is_none(
    workspace: Workspace, charges: dict[str, ChargeExplanation]
) -> None:
    (address,) = [a for a in charges if "/purchase/" in a]
    with pytest.raises(NotFound):
        workspace.explain_charge(parse_charge_address(address), 0, lambda _: False)
    asked: list[str] = []

    def may_see(scope: str) -> bool:
        asked.append(scope)
        return True

    workspace.explain_charge(parse_charge_address(address), 0, may_see)
    assert [parse_scope(scope).kind for scope in asked] == ["Subscription"]
    with pytest.raises(NotFound):
        workspace.explain_charge(parse_charge_address(f"{address}' OR '1'='1"))


def test_a_later_price_does_not_change_the_explanation(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    sheet = tmp_path / "later.json"
    later = COMMON | HOURLY | {"retailPrice": 2.2, "unitPrice": 2.2}
    sheet.write_text(json.dumps({"Items": [later, COMMON | MONTHLY]}))
    workspace.import_prices(sheet)
    listed = workspace.charges(parse_scope("/"), DAY, most=1000).charges
    item = next(item for item in listed if "/own/" in item.address)
    found = workspace.explain_charge(parse_charge_address(item.address))
    assert found.unexplained == 0
    assert found.price is not None
    assert (found.price.price, found.price.file) == (Decimal("1.1"), "retail.json")
    workspace.close()
