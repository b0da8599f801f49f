"""Usage keeps the prices that it was rated with, however the sheets grow (billing-rules 12)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.pricing.question import PriceQuestion, Resolution
from tests.app import estate
from tests.app.estate import NOW, RESOURCES, Event, answer, body, costs, select, take
from tests.app.intake.killed_intake import Countdown, watch
from tests.app.stopping import Stopped, stop

WHOLE = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-04T00:00:00Z"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = estate.opened(tmp_path)
    yield opened
    opened.close()


def call(id_: str, time: str = "2026-11-02T10:20:00Z", **data: Any) -> Event:
    told = {
        "resource_id": RESOURCES[0],
        "model": "delta",
        "model_version": "v1",
        "deployment_type": "GlobalStandard",
        "quantities": {"input_text": 1000},
        "user": "u",
    }
    return {"source": "gateway", "id": id_, "time": time, "data": told | data}


def sheet(folder: Path, price: str, name: str = "delta", **facts: str) -> Path:
    about = {"name": name, "currency": "USD", "valid_from": "2026-01-01", "kind": "list"} | facts
    path = folder / f"{name}-{price}.yaml"
    row = f"{{model: delta, quantity: input_text, unit: 1K Tokens, price: {price}}}"
    top = "".join(f"{key}: {value}\n" for key, value in about.items())
    path.write_text(f"{top}deployment_type: GlobalStandard\nrows:\n  - {row}\n")
    return path


def total(workspace: Workspace, *groups: str, **facts: Any) -> dict[tuple[Any, ...], Decimal]:
    return costs(answer(workspace, body(*groups, **facts)))


def test_a_price_that_comes_after_the_usage_is_for_later_usage(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert take(workspace, [call("1")]).unpriced == 1
    workspace.import_prices(sheet(tmp_path, "2"))
    assert total(workspace) == total(workspace, "User") == {}
    assert take(workspace, [call("2")]).unpriced == 0
    assert total(workspace) == {(): Decimal(2)}
    assert total(workspace, "User") == {("u",): Decimal(2)}


def test_each_call_keeps_its_price_in_every_answer(workspace: Workspace, tmp_path: Path) -> None:
    """By hourly rows, by requests, and in hours that a range or a local day divides."""
    for n, price in enumerate(("2", "3", "5")):
        workspace.import_prices(sheet(tmp_path, price))
        time = f"2026-11-02T18:{10 + 20 * n}:00Z"
        take(workspace, [call(price, time, tags={"team": price, "run": price})])
    prices = [Decimal(2), Decimal(3), Decimal(5)]
    assert total(workspace) == {(): sum(prices)}
    for name in ("User", "tag:run", "tag:team"):
        assert sum(total(workspace, name).values()) == sum(prices)
    assert total(workspace, "tag:run") == {(str(p),): p for p in prices}
    days = total(workspace, granularity="Daily", zone="Asia/Kolkata", period=WHOLE)
    assert days == {(20261102,): Decimal(2), (20261103,): Decimal(8)}
    part = {"from": "2026-11-02T18:20:00Z", "to": "2026-11-02T18:40:00Z"}
    assert total(workspace, period=part) == {(): Decimal(3)}


def test_a_segment_is_charged_with_the_prices_of_its_usage(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between usage and charges; a new price comes before the next start."""
    workspace.import_prices(sheet(tmp_path, "2"))
    with monkeypatch.context() as patched:
        watch(Countdown("usage", 1, stop), patched.setattr)
        with pytest.raises(Stopped):
            take(workspace, [call("1")])
    workspace.import_prices(sheet(tmp_path, "3"))
    assert take(workspace, [call("2")]).accepted == 1
    assert total(workspace) == {(): Decimal(5)}
    assert total(workspace, "User") == {("u",): Decimal(5)}
    assert total(workspace, "TokenType") == {("input_text",): Decimal(5)}


def test_the_customers_price_beside_the_list(workspace: Workspace, tmp_path: Path) -> None:
    workspace.import_prices(sheet(tmp_path, "2"))
    own = {"kind": "customer", "scope": "/subscriptions/S-1/resourceGroups/RG-A/"}
    workspace.import_prices(sheet(tmp_path, "1.5", name="own", **own))
    take(workspace, [call("1"), call("2", resource_id=RESOURCES[1])])
    columns = '"x_ResourceGroupName" AS name, "BilledCost" AS cost, "ListCost" AS list'
    statement = select(f'SELECT {columns}, "x_ListCostSource" AS source FROM charges ORDER BY name')
    relations = {"charges": workspace.ledger.snapshot().relation("charges")}
    assert workspace.engine.execute(statement, relations).to_pylist() == [
        {"name": "rg-a", "cost": Decimal("1.5"), "list": Decimal(2), "source": "List"},
        {"name": "rg-ab", "cost": Decimal(2), "list": Decimal(2), "source": "List"},
    ]


def test_amounts_of_two_currencies_stand_apart(workspace: Workspace, tmp_path: Path) -> None:
    workspace.import_prices(sheet(tmp_path, "2"))
    own = {"kind": "customer", "scope": "/subscriptions/s-1/resourceGroups/rg-a"}
    workspace.import_prices(sheet(tmp_path, "3", name="own", currency="EUR", **own))
    take(workspace, [call("1"), call("2", resource_id=RESOURCES[1])])
    for groups in ((), ("User",)):
        definition = workspace.definition(body(*groups))
        scope = parse_scope(estate.SUBSCRIPTION)
        rows = workspace.query_whole(scope, definition, "test").rows.to_pylist()
        assert [(row["Cost"], row["Currency"]) for row in rows] == [(3, "EUR"), (2, "USD")]


def test_explaining_a_price_names_models_as_calls_do(workspace: Workspace, tmp_path: Path) -> None:
    workspace.import_prices(sheet(tmp_path, "2"))
    asked = PriceQuestion(
        scopes=(),
        model="DELTA-2026-01-01",
        model_version=None,
        deployment_type="GlobalStandard",
        service_tier=None,
        region=None,
        quantity="input_text",
        context_tokens=0,
    )
    assert isinstance(workspace.explain_price(asked, NOW), Resolution)
