"""Hosting of fine-tuned models from import to invoice and explanation, against plain minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.rating.charge_address import parse_charge_address
from tests.app.capacity.capacity_world import World, called, hourly, units
from tests.app.capacity.test_settling import START
from tests.app.estate import take

TUNED = "gpt-4.1-2025-04-14.ft-0a1b2c"
PRICES = {"GlobalStandard": "1.7", "Standard": "1.91"}
HISTORY = ((140, "GlobalStandard", 50), (200, "GlobalStandard", 120), (275, "Standard", 120))
"""Minutes after START, deployment type, and what it may do in a minute: that costs nothing."""
UNTIL = 330
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
DAY = Period(START, START + timedelta(days=1))


def hosting(kind: str) -> dict[str, Any]:
    scope = "global" if kind == "GlobalStandard" else "regional"
    return hourly(
        float(PRICES[kind]),
        meterName=f"gpt-4.1-ft hosting {scope} Unit",
        skuName=f"gpt-4.1-ft hosting {scope}",
        meterId=f"m-{scope}",
        skuId=f"P/{scope}",
        unitOfMeasure="1 Hour",
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = World(tmp_path_factory.mktemp("hosting"))
    found.prices(*map(hosting, PRICES))
    catalog = found.workspace.catalog
    for number, (minute, kind, rate) in enumerate(HISTORY):
        ends = HISTORY[number + 1][0] if number + 1 < len(HISTORY) else UNTIL
        catalog.put_deployment(tuned(minute, kind, rate, ends))
    catalog.put_deployment(tuned(0, "DeveloperTier", 10, UNTIL, name="trial"))
    catalog.put_deployment(
        units(0, 50, name="base", model="gpt-4.1", deployment_type="GlobalStandard")
    )
    call = called(3.5, 1_000, "one", deployment="tuned", model=TUNED, deployment_type=None)
    take(found.workspace, [call])
    yield found
    found.workspace.close()


def tuned(minute: int, kind: str, rate: int, ends: int, **more: Any) -> Any:
    facts = {"name": "tuned", "model": TUNED, "deployment_type": kind} | more
    until = START + timedelta(minutes=ends)
    return units(minute / 60, rate, valid_to=until, **facts)


def oracle() -> dict[int, Fraction]:
    """The cost of each hour, a minute after the other."""
    found: dict[int, Fraction] = defaultdict(Fraction)
    for minute in range(UNTIL):
        held = [kind for start, kind, _ in HISTORY if start <= minute]
        if held:
            found[minute // 60] += Fraction(PRICES[held[-1]]) / 60
    return found


def test_every_hour_costs_whether_used_or_not(world: World) -> None:
    found = world.by_hour("BilledCost")
    want = oracle()
    assert found.keys() == want.keys() == {2, 3, 4, 5}
    for hour, cost in found.items():
        # Each of the two parts of an hour is rounded once.
        assert abs(Fraction(cost) - want[hour]) <= Fraction(1, 10**12)
    for column in ("EffectiveCost", "ContractedCost", "ListCost"):
        assert world.by_hour(column) == found
    assert {row["x_Deployment"] for row in world.rows("SELECT x_Deployment FROM charges")} == {
        "tuned"
    }
    assert world.workspace.settle() == 0


def test_it_is_not_split_among_callers(world: World) -> None:
    rows = world.rows("SELECT x_Series, ChargeDescription AS told FROM charges")
    assert {row["x_Series"] for row in rows} == {None}
    assert {row["told"].rpartition(", ")[2] for row in rows} == {"hosting"}


def test_the_invoice_walks_down_to_units_and_minutes(world: World) -> None:
    (invoice,) = world.workspace.invoicing.invoices(world.now, "1", OCTOBER)
    assert abs(Fraction(invoice.ledger_total) - sum(oracle().values())) < Fraction(1, 10**11)
    addresses = set()
    for line in invoice.lines:
        found = world.workspace.explain_invoice_line(invoice.number, line.line)
        assert sum((p.billed_cost for p in found.shown), Decimal(0)) == line.ledger_amount
        for part in found.shown:
            assert part.address is not None
            charge = world.workspace.explain_charge(parse_charge_address(part.address))
            assert charge.billed_cost == part.billed_cost
            assert charge.unexplained == 0
            assert charge.price is not None
            assert charge.price.price in map(Decimal, PRICES.values())
            assert (
                charge.working[-1]
                == f"hosted, whether called or not: billed {charge.billed_cost.normalize():f}"
            )
            addresses.add(part.address)
    listed = world.workspace.charges(parse_scope("/"), DAY, most=100).charges
    assert {item.address for item in listed} == addresses


def test_a_late_history_moves_it_by_the_difference(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.prices(*map(hosting, PRICES))
    world.workspace.catalog.put_deployment(tuned(60, "GlobalStandard", 50, UNTIL))
    world.workspace.settle()
    assert world.by_hour("BilledCost")[1] == Decimal("1.7")
    world.workspace.catalog.put_deployment(tuned(60, "GlobalStandard", 50, 90))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == {1: Decimal("0.85")}
    world.workspace.catalog.put_deployment(tuned(60, "DeveloperTier", 50, 90))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == {}
    world.workspace.close()
