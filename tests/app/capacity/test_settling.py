"""Capacity settled in whole runs: whatever came in whatever order, the ledger is the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Deployment, Resource, Subscription
from costplane.catalog.reservations import Reservation
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from tests.app.estate import Event, body, select, take

START = datetime(2026, 10, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
RESOURCE = "/subscriptions/s-1/resourcegroups/rg/providers/microsoft.cognitiveservices/accounts/one"
COMMON = {
    "currencyCode": "USD",
    "tierMinimumUnits": 0.0,
    "armRegionName": "westeurope",
    "effectiveStartDate": "2026-01-01T00:00:00Z",
    "meterName": "Provisioned Managed Global Unit",
    "productId": "P",
    "skuName": "Provisioned Managed Global",
    "serviceName": "Foundry Models",
    "serviceFamily": "AI + Machine Learning",
    "unitOfMeasure": "1/Hour",
    "isPrimaryMeterRegion": True,
}
HOURLY = {
    "retailPrice": 1.1,
    "unitPrice": 1.1,
    "meterId": "m-1",
    "skuId": "P/1",
    "productName": "Azure OpenAI",
    "type": "Consumption",
}
MONTHLY = {
    "retailPrice": 260.0,
    "unitPrice": 260.0,
    "meterId": "m-2",
    "skuId": "P/2",
    "productName": "Azure AI Foundry Provisioned Throughput Reservation",
    "type": "Reservation",
    "reservationTerm": "1 Month",
}
HISTORY = (
    (START + timedelta(hours=3, minutes=20), 40),
    (START + timedelta(hours=30), 25),
    (START + timedelta(hours=50, minutes=45), 60),
)
_COLUMNS = "ChargePeriodStart, x_Deployment, Tags, x_TokenType, CommitmentDiscountStatus"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = open_in(tmp_path)
    yield opened
    opened.close()


def open_in(folder: Path, now: datetime = NOW) -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "retail.json"
    sheet.write_text(json.dumps({"Items": [COMMON | HOURLY, COMMON | MONTHLY]}))
    workspace = Workspace.open(folder / "data", now=lambda: now)
    workspace.import_prices(sheet)
    workspace.catalog.put_billing_account(BillingAccount("1", "EA", "EnterpriseAgreement", "USD"))
    workspace.catalog.put_subscription(Subscription("s-1", "One", billing_account_id="1"))
    workspace.catalog.put_resource(Resource(RESOURCE, "one", "westeurope"))
    return workspace


def deployments(*history: tuple[datetime, int]) -> list[Deployment]:
    kind = "GlobalProvisionedManaged"
    return [Deployment(RESOURCE, "ptu", "gpt-4o", "v", kind, u, since) for since, u in history]


def reservation(units: int = 30) -> Reservation:
    start = START + timedelta(hours=10, minutes=5)
    return Reservation(
        *("r-1", "o-1", "reserved", "Global", "westeurope", units, "P1M", "Upfront"),
        *(start, start + timedelta(days=30), "1", "s-1"),
    )


def calls(seed: int, count: int) -> list[Event]:
    random = Random(seed)
    return [call(random, number) for number in range(count)]


def call(random: Random, number: int) -> Event:
    time = START + timedelta(seconds=random.randrange(78 * 3_600))
    data = {
        "resource_id": RESOURCE,
        "deployment": "ptu",
        "model": "gpt-4o",
        "deployment_type": "GlobalProvisionedManaged",
        "tags": {"team": random.choice("abc")},
        "quantities": {
            "input_text": random.randrange(400_000),
            "input_text_cached": random.randrange(100_000),
            "output_text": random.randrange(50_000),
        },
    }
    return {"source": "g", "id": str(number), "time": time.isoformat(), "data": data}


def totals(workspace: Workspace) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What the ledger's rows of each hour, team and kind come to; groups of nothing vanish."""
    charges = workspace.ledger.snapshot().relation("charges")
    rows = workspace.engine.execute(
        select(
            f"SELECT {_COLUMNS}, SUM(BilledCost) AS billed, SUM(EffectiveCost) AS effective, "
            "SUM(ContractedCost) AS contracted, SUM(ConsumedQuantity) AS consumed, "
            "SUM(x_Events) AS events FROM charges GROUP BY ALL"
        ),
        {"charges": charges},
    ).to_pylist()
    found = {}
    for row in rows:
        values = tuple(row.values())
        if any(values[5:]):
            found[values[:5]] = values[5:]
    return found


def test_a_second_settling_posts_nothing(workspace: Workspace) -> None:
    workspace.catalog.put_deployment(*deployments(*HISTORY))
    workspace.catalog.put_reservation(reservation())
    take(workspace, calls(1, 60))
    assert totals(workspace)
    assert workspace.settle() == 0


def test_any_order_of_arrival_gives_the_same_ledger(tmp_path: Path) -> None:
    events = calls(2, 80)
    first = open_in(tmp_path / "first")
    first.catalog.put_deployment(*deployments(*HISTORY))
    first.catalog.put_reservation(reservation())
    take(first, events)
    second = open_in(tmp_path / "second")
    second.catalog.put_deployment(*deployments((HISTORY[0][0], 99)))
    take(second, events[50:])
    second.catalog.put_deployment(*deployments(*HISTORY[1:]))
    second.settle()
    take(second, events[:20])
    second.catalog.put_reservation(reservation(units=3))
    second.settle()
    second.catalog.put_reservation(reservation())
    second.catalog.put_deployment(*deployments(*HISTORY))
    take(second, events[20:50])
    assert totals(first) == totals(second)
    first.close()
    second.close()


def test_hours_add_up_to_units_times_hours_times_rate(workspace: Workspace) -> None:
    workspace.catalog.put_deployment(*deployments(*HISTORY))
    workspace.catalog.put_reservation(reservation())
    take(workspace, calls(3, 50))
    found = totals(workspace)
    want: dict[datetime, Fraction] = defaultdict(Fraction)
    minute = HISTORY[0][0]
    while minute < NOW.replace(minute=0):
        units = [units for since, units in HISTORY if since <= minute][-1]
        want[minute.replace(minute=0)] += Fraction(units, 60)
        minute += timedelta(minutes=1)
    got: dict[datetime, Decimal] = defaultdict(Decimal)
    for key, (_, _, contracted, _, _) in found.items():
        if key[3] == "hours":
            got[key[0].replace(minute=0)] += contracted
    assert {hour: int(cost.scaleb(12)) for hour, cost in got.items()} == {
        hour: round(units * Fraction("1.1") * 10**12) for hour, units in want.items()
    }
    amortized = sum(v[1] for k, v in found.items() if k[4] is not None)
    hours = int((NOW.replace(minute=0) - (START + timedelta(hours=10))).total_seconds()) // 3_600
    # The term from 2026-10-30 to 2026-11-30 has 31 days.
    assert abs(amortized - Decimal(30 * 260 * hours) / (31 * 24)) < Decimal("1e-9")


def test_calls_are_covered_and_counted_and_nothing_is_unpriced(workspace: Workspace) -> None:
    take(workspace, calls(4, 30))
    month = {"from": "2026-10-01", "to": "2026-11-30"}

    def answer(*groups: str) -> Any:
        definition = workspace.definition(body(*groups, period=month))
        return workspace.query_whole(parse_scope("/subscriptions/s-1"), definition, "test")

    (unpriced,) = answer().unpriced
    assert unpriced.reason == "ProvisionedUnitsUnknown: GlobalProvisionedManaged"
    workspace.catalog.put_deployment(*deployments((START - timedelta(days=1), 40)))
    workspace.settle()
    whole = answer()
    assert whole.unpriced == ()
    assert whole.rows["CallCount"].to_pylist() == [30]
    by_user = answer("User")
    assert sum(by_user.rows["Cost"].to_pylist()) == whole.rows["Cost"][0].as_py()


def test_spilled_calls_are_pay_as_you_go(workspace: Workspace) -> None:
    workspace.catalog.put_deployment(*deployments((START, 40)))
    spilled = calls(5, 1)
    spilled[0]["data"]["spillover_from"] = "ptu"
    report = take(workspace, spilled)
    assert report.unpriced == 1, "the sheet has no price by token"
    usage = workspace.ledger.snapshot().relation("usage")
    rows = workspace.engine.execute(select("SELECT deployment_type FROM usage"), {"usage": usage})
    assert rows["deployment_type"].to_pylist() == ["GlobalStandard"]


def test_the_report_is_that_of_the_ledger(workspace: Workspace) -> None:
    workspace.catalog.put_deployment(*deployments(*HISTORY))
    take(workspace, calls(6, 40))
    whole = Period(START, START + timedelta(days=9))
    (use,) = workspace.provisioned(parse_scope("/"), whole)
    found = totals(workspace)
    hours = {k: v for k, v in found.items() if k[3] == "hours"}
    assert use.billed_cost == sum(v[0] for v in hours.values())
    assert use.unit_hours == sum(v[3] for v in hours.values())
    assert sum(t.effective_cost for t in use.teams) + (use.idle_cost or 0) == use.effective_cost
    assert use.utilisation is not None
    assert 0 < use.utilisation < 1
    assert use.pay_as_you_go is None
    assert "gpt-4o" in (use.no_comparison or "")
