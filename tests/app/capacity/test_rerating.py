"""Re-rating of capacity: the hours of its scope and days alone, and the preview tells them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from costplane.app.workspace import Workspace
from costplane.catalog.model import Resource, Subscription
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.rerating import Rerating
from costplane.core.scope import parse_scope
from tests.app.capacity import test_settling as capacity
from tests.app.capacity.capacity_world import OTHER as ELSEWHERE
from tests.app.capacity.capacity_world import World, hourly, monthly, units
from tests.app.estate import select, take

OTHER = capacity.RESOURCE.replace("s-1", "s-2")
DAY = Period(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
WHOLE = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DEARER = [
    capacity.COMMON | capacity.HOURLY | {"retailPrice": 2.2, "unitPrice": 2.2},
    capacity.COMMON | capacity.MONTHLY | {"retailPrice": 390.0, "unitPrice": 390.0},
]
CHEAPER = [capacity.COMMON | capacity.HOURLY, capacity.COMMON | capacity.MONTHLY]
_Key = tuple[Any, ...]


def estate(folder: Path) -> Workspace:
    """Two subscriptions with provisioned deployments, calls, and a reservation that both share."""
    workspace = capacity.open_in(folder)
    account = "1"
    workspace.catalog.put_subscription(Subscription("s-2", "Two", billing_account_id=account))
    workspace.catalog.put_subscription(Subscription("s-3", "Three", billing_account_id=account))
    workspace.catalog.put_resource(Resource(OTHER, "other", "westeurope"))
    own = capacity.deployments(*capacity.HISTORY)
    others = [replace(one, resource_id=OTHER, capacity=20) for one in own[:1]]
    workspace.catalog.put_deployment(*own, *others)
    workspace.catalog.put_reservation(capacity.reservation(15))
    take(workspace, capacity.calls(8, 60))
    return workspace


def take_sheet(workspace: Workspace, items: list[dict[str, Any]]) -> None:
    # A space more makes each a file of its own: an import of known bytes adds nothing.
    sheet = workspace.data.parent / "again" / "retail.json"
    sheet.parent.mkdir(exist_ok=True)
    sheet.write_text(json.dumps({"Items": items}) + " " * len(workspace.price_sheets()))
    workspace.import_prices(sheet)


def costs(workspace: Workspace) -> dict[_Key, tuple[Decimal, ...]]:
    """What stands for each hour, place, caller and status, without groups of nothing."""
    charges = workspace.ledger.snapshot().relation("charges")
    rows = workspace.engine.execute(
        select(
            "SELECT SubAccountId, ChargePeriodStart, x_Deployment, x_Series, "
            "CommitmentDiscountStatus, ChargeCategory, SUM(BilledCost) AS billed, "
            "SUM(EffectiveCost) AS effective, SUM(ContractedCost) AS contracted, "
            "SUM(ConsumedQuantity) AS consumed FROM charges GROUP BY ALL"
        ),
        {"charges": charges},
    ).to_pylist()
    found = {tuple(row.values())[:6]: tuple(row.values())[6:] for row in rows}
    return {key: values for key, values in found.items() if any(values)}


def billed(rows: dict[_Key, tuple[Decimal, ...]]) -> Decimal:
    return sum((values[0] for values in rows.values()), Decimal(0))


def rerate(workspace: Workspace, scope: str, period: Period) -> Rerating:
    preview = workspace.preview_rerating(parse_scope(scope), period)
    return workspace.rerate(preview, "tester", "rerate")


def test_a_scope_without_capacity_changes_none(tmp_path: Path) -> None:
    workspace = estate(tmp_path)
    take_sheet(workspace, DEARER)
    workspace.settle()
    before, versions = costs(workspace), workspace.ledger.snapshot().versions
    done = rerate(workspace, "/subscriptions/s-3", DAY)
    assert done.changes.rows == 0
    assert costs(workspace) == before
    assert workspace.ledger.snapshot().versions == versions, "nothing was appended"
    workspace.close()


def test_a_scope_and_days_alone_change_and_the_preview_tells_it(tmp_path: Path) -> None:
    workspace = estate(tmp_path)
    before = costs(workspace)
    take_sheet(workspace, DEARER)
    preview = workspace.preview_rerating(parse_scope("/subscriptions/s-1"), DAY)
    assert costs(workspace) == before, "a preview writes nothing"
    done = workspace.rerate(preview, "tester", "rerate")
    after = costs(workspace)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {key[0] for key in differing} == {"s-1"}
    assert {key[1].replace(minute=0) for key in differing} == {
        DAY.start + timedelta(hours=hour) for hour in range(24)
    }
    told = sum(meter.difference for meter in done.changes.meters)
    assert told == billed(after) - billed(before) > 0
    assert done.changes.rows > 0
    assert rerate(workspace, "/subscriptions/s-1", DAY).changes.rows == 0, "the same once more"
    assert costs(workspace) == after
    workspace.close()


def test_what_a_reservation_covers_elsewhere_follows_its_price(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.prices(hourly(5), monthly(744))
    start, scope = capacity.START, "/subscriptions/s-2"
    world.workspace.catalog.put_deployment(units(0, 10, name="big", resource_id=ELSEWHERE))
    bought = Reservation(
        *("r-1", "o-1", "r-1", "Global", "westeurope", 10, "P1M", "Monthly"),
        *(start, start + timedelta(days=31), "1", "s-1", scope),
    )
    world.workspace.catalog.put_reservation(bought)
    world.at(3.5)
    assert world.by_hour("EffectiveCost") == dict.fromkeys(range(3), 10)
    world.prices(hourly(6), monthly(1488))
    done = rerate(world.workspace, "/subscriptions/s-1", DAY)
    assert done.changes.rows == 0, "another day"
    first = Period(datetime(2026, 10, 30, tzinfo=UTC), DAY.start)
    preview = world.workspace.preview_rerating(parse_scope("/subscriptions/s-1"), first)
    world.workspace.rerate(preview, "tester", "rerate")
    there = "SubAccountId = 's-2'"
    assert world.by_hour("EffectiveCost", there) == dict.fromkeys(range(3), 20)
    assert world.by_hour("ContractedCost", there) == dict.fromkeys(range(3), 50), "as it was"
    assert rerate(world.workspace, "/subscriptions/s-1", first).changes.rows == 0
    world.workspace.close()


def test_every_scope_and_back_again(tmp_path: Path) -> None:
    workspace = estate(tmp_path)
    first = costs(workspace)
    take_sheet(workspace, DEARER)
    rerate(workspace, "/subscriptions/s-2", WHOLE)
    part = costs(workspace)
    whole = rerate(workspace, "/", WHOLE)
    dearer = costs(workspace)
    assert sum(m.difference for m in whole.changes.meters) == billed(dearer) - billed(part)
    assert dearer != first
    assert all(dearer[key][3] == first[key][3] for key in first), "hours stay as they were"
    hours = [key for key in first if key[4] is None and key[5] == "Usage"]
    # Shares of an hour are rounded to 1e-12 each.
    assert all(abs(dearer[key][0] - 2 * first[key][0]) <= Decimal("1e-11") for key in hours)
    take_sheet(workspace, CHEAPER)
    rerate(workspace, "/", WHOLE)
    assert costs(workspace) == first, "there and back"
    workspace.close()


def test_late_calls_follow_after_a_scope_was_rated_anew(tmp_path: Path) -> None:
    events = capacity.calls(8, 90)
    workspace = estate(tmp_path / "one")
    take_sheet(workspace, DEARER)
    rerate(workspace, "/subscriptions/s-1", DAY)
    take(workspace, events[60:])
    rerate(workspace, "/", WHOLE)
    other = estate(tmp_path / "two")
    take(other, events[60:])
    take_sheet(other, DEARER)
    rerate(other, "/", WHOLE)
    assert costs(workspace) == costs(other)
    workspace.close()
    other.close()
