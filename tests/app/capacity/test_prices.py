"""With which prices capacity is charged: an import alone changes nothing that stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.model import BillingAccount, Resource, Subscription
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.ledger.delta import Ledger
from costplane.pricing.throughput import throughput
from tests.app.capacity.capacity_world import OTHER, World, called, hourly, monthly, units
from tests.app.capacity.test_settling import START
from tests.app.estate import take

WHOLE = Period(datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC))
OWN = "CommitmentDiscountId IS NULL"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    found.prices(hourly(1), monthly(744))
    yield found
    found.workspace.close()


def reservation(count: int = 4, hour: float = 1) -> Reservation:
    start = START + timedelta(hours=hour)
    return Reservation(
        *("r-1", "o-1", "reserved", "Global", "westeurope", count, "P1M", "Upfront"),
        *(start, start + timedelta(days=31), "1", "s-1"),
    )


def test_a_late_call_leaves_the_price_of_its_hour(world: World) -> None:
    world.workspace.catalog.put_deployment(units(2, 10))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(10))
    world.prices(hourly(3), monthly(744))
    take(world.workspace, [called(3.5, 600_000, "late")])
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(10))
    assert world.by_hour("BilledCost", "NOT x_Series IS NULL") == {3: Decimal(4)}
    world.at(7)
    assert world.by_hour("BilledCost")[6] == 30, "new hours have the price of now"
    assert world.workspace.settle() == 0
    preview = world.workspace.preview_rerating(parse_scope("/"), WHOLE)
    world.workspace.rerate(preview, "tester", "rerate")
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 7), Decimal(30))
    take(world.workspace, [called(4.5, 600_000, "later")])
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 7), Decimal(30))


def test_a_corrected_history_keeps_the_price_of_its_hours(world: World) -> None:
    world.workspace.catalog.put_deployment(units(2, 10))
    world.workspace.settle()
    world.prices(hourly(3), monthly(744))
    world.workspace.catalog.put_deployment(units(2, 20), units(1, 5, name="told-late"))
    world.workspace.settle()
    assert world.by_hour("BilledCost", "x_Deployment = 'ptu'") == dict.fromkeys(
        range(2, 6), Decimal(20)
    )
    assert world.by_hour("BilledCost", "x_Deployment = 'told-late'") == dict.fromkeys(
        range(1, 6), Decimal(15)
    )


def test_what_had_no_price_takes_that_of_now_and_keeps_it(world: World) -> None:
    region = {"armRegionName": "swedencentral"}
    resource = units(0, 1).resource_id.replace("one", "new")
    world.workspace.catalog.put_resource(Resource(resource, "new", "swedencentral"))
    world.workspace.catalog.put_deployment(units(2, 10), units(2, 5, resource_id=resource))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(10))
    world.prices(hourly(3), hourly(7, **region), monthly(744))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(45))
    world.prices(hourly(9), hourly(9, **region), monthly(744))
    take(world.workspace, [called(3.5, 1_000, "late"), called(4.5, 1, "x", resource_id=resource)])
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(45))


def test_a_reservation_is_bought_at_one_price(world: World) -> None:
    world.workspace.catalog.put_reservation(reservation())
    world.workspace.settle()
    world.prices(hourly(1), monthly(1488))
    world.at(9)
    assert world.by_hour("EffectiveCost") == dict.fromkeys(range(1, 9), Decimal(4))
    assert world.by_hour("BilledCost") == {1: Decimal(4 * 744)}


def test_a_stop_between_and_an_import_leave_the_price(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.workspace.catalog.put_deployment(units(2, 10))
    append = Ledger.append

    def stopped(ledger: Ledger, table: str, *rest: Any, **named: Any) -> bool:
        append(ledger, table, *rest, **named)
        raise OSError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", stopped)
        with pytest.raises(OSError, match="stopped"):
            world.workspace.settle()
    world.prices(hourly(3), monthly(744))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == dict.fromkeys(range(2, 6), Decimal(10))


def test_the_last_deployment_that_turns_out_to_be_another_sku_is_taken_back(world: World) -> None:
    world.workspace.catalog.put_deployment(units(2, 10))
    world.workspace.settle()
    assert world.by_hour("BilledCost")
    world.workspace.catalog.put_deployment(units(2, 10, deployment_type="GlobalStandard"))
    world.workspace.settle()
    assert world.by_hour("BilledCost") == {}
    assert world.workspace.settle() == 0


def test_units_that_change_within_an_hour_leave_it_split(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever `throughput` keeps: equal values are the same model.
    asked = "costplane.app.capacity.estate.throughput"
    monkeypatch.setattr(asked, lambda model: copy.copy(throughput(model)))
    world.workspace.catalog.put_deployment(units(2, 10), units(3.5, 20))
    take(world.workspace, [called(3.25, 900_000, "one")])
    # 15 unit-hours can do 15 x 60 x 2500 tokens.
    assert world.by_hour("BilledCost", "NOT x_Series IS NULL") == {3: Decimal(6)}


def test_a_covered_call_needs_no_exchange_rate(tmp_path: Path) -> None:
    world = World(tmp_path, "EUR")
    world.prices(hourly(1), monthly(744))
    world.workspace.catalog.put_deployment(units(2, 10))
    take(world.workspace, [called(3.5, 600_000, "one")])
    reasons = world.rows(
        "SELECT x_StatusReason AS reason, SUM(x_Events) AS events FROM uncharged GROUP BY 1",
        "uncharged",
    )
    assert [(r["reason"].partition(":")[0], r["events"]) for r in reasons] == [
        ("NoExchangeRate", 0)
    ], "the hours alone lack an amount"
    (row,) = world.rows(
        "SELECT SUM(BilledCost) AS cost, SUM(x_Events) AS events, SUM(ConsumedQuantity) AS used, "
        "MAX(BillingCurrency) AS currency FROM charges"
    )
    assert tuple(row.values()) == (0, 1, 600_000, "EUR")
    world.workspace.close()


def test_a_reservation_that_is_told_late_covers_at_the_prices_of_the_hours(world: World) -> None:
    world.workspace.catalog.put_deployment(units(2, 10))
    world.workspace.settle()
    world.prices(hourly(3), monthly(1488))
    world.workspace.catalog.put_reservation(reservation())
    world.workspace.settle()
    assert world.by_hour("BilledCost", OWN) == dict.fromkeys(range(2, 6), Decimal(6))
    assert world.by_hour("ContractedCost", "ChargeCategory = 'Usage'") == dict.fromkeys(
        range(2, 6), Decimal(10)
    )
    assert world.by_hour("EffectiveCost", "NOT " + OWN) == dict.fromkeys(range(1, 6), Decimal(8))
    world.workspace.catalog.put_reservation(replace(reservation(), name="renamed"))
    world.workspace.settle()
    assert world.by_hour("BilledCost", OWN) == dict.fromkeys(range(2, 6), Decimal(6))


def test_another_model_within_an_hour_has_its_own_callers(world: World) -> None:
    world.workspace.catalog.put_deployment(units(2, 10), units(3.5, 20, model="gpt-4.1"))
    take(
        world.workspace,
        [
            called(3.25, 600_000, "one", team="a"),  # 5 unit-hours can do 750,000
            called(3.75, 900_000, "two", team="b", model="gpt-4.1"),  # 10 can do 1,800,000
        ],
    )
    rows = world.rows(
        "SELECT Tags AS tags, SUM(BilledCost) AS cost, SUM(ConsumedQuantity) AS hours FROM charges "
        "WHERE x_ChargeBasis = 'Capacity' AND ChargePeriodStart >= TIMESTAMPTZ "
        "'2026-10-30 03:00:00+00' AND ChargePeriodStart < TIMESTAMPTZ '2026-10-30 04:00:00+00' "
        "GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    assert [row["cost"] for row in rows] == [4, 5, 6]
    assert "a" in rows[0]["tags"]


def test_calls_that_spill_over_pay_by_the_token(world: World, tmp_path: Path) -> None:
    sheet = tmp_path / "tokens.yaml"
    sheet.write_text(
        "name: tokens\ncurrency: USD\ndeployment_type: Global\nvalid_from: 2026-01-01\nrows:\n"
        "  - {model: gpt-4o, quantity: input_text, unit: 1M Tokens, price: 2.5}\n"
    )
    world.workspace.import_prices(sheet)
    world.workspace.catalog.put_deployment(units(2, 10))
    spilled = called(3.6, 900_000, "two", team="b", spillover_from="ptu")
    take(world.workspace, [called(3.5, 600_000, "one"), spilled])
    (use,) = world.workspace.provisioned(parse_scope("/"), WHOLE)
    assert [(team.team, team.unit_hours) for team in use.teams] == [("a", Decimal(4))]
    assert use.billed_cost == 40
    assert use.pay_as_you_go == Decimal("1.5"), "what was covered, not what spilled over"
    (paid,) = world.rows(
        "SELECT SUM(BilledCost) AS cost, MAX(x_DeploymentType) AS kind, MAX(x_Deployment) AS name "
        "FROM charges WHERE x_ChargeBasis IS NULL AND BilledCost <> 0"
    )
    assert tuple(paid.values()) == (Decimal("2.25"), "GlobalStandard", "ptu")
    assert world.workspace.settle() == 0


def test_a_reservation_is_shared_within_its_billing_profile(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.prices(hourly(1), monthly(744))
    catalog = world.workspace.catalog
    catalog.put_billing_account(BillingAccount("2", "MCA", "MicrosoftCustomerAgreement", "USD"))
    for profile, subscription in (("p-1", "s-1"), ("p-2", "s-2")):
        catalog.put_billing_profile(BillingProfile("2", profile, profile, "USD"))
        section = f"section-{profile}"
        catalog.put_invoice_section(InvoiceSection("2", section, section, profile))
        catalog.put_subscription(
            Subscription(
                subscription, subscription, billing_account_id="2", invoice_section_id=section
            )
        )
    catalog.put_deployment(units(2, 10), units(2, 10, resource_id=OTHER))
    catalog.put_reservation(replace(reservation(30), billing_account_id="2"))
    world.workspace.settle()
    covered = world.by_hour("ConsumedQuantity", "CommitmentDiscountStatus = 'Used'")
    assert covered == dict.fromkeys(range(2, 6), Decimal(10))
    world.workspace.close()
