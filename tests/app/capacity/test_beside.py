"""Capacity beside what else can happen: a stopped intake, tools with tiers, another currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount
from costplane.ledger.delta import Ledger
from tests.app.capacity.test_settling import HISTORY, call, deployments, open_in, reservation
from tests.app.estate import Event, select, take

TOOLS = """
name: tools
currency: USD
deployment_type: Global
valid_from: 2026-01-01
rows:
  - {model: "*", quantity: tool_calls, unit: 1K Calls, price: 10}
"""
TIER = '  - {model: "*", quantity: tool_calls, unit: 1K Calls, price: 5, tier_minimum: 1}\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = open_in(tmp_path)
    opened.catalog.put_deployment(*deployments(*HISTORY))
    yield opened
    opened.close()


def test_a_stopped_intake_is_completed_before_anything_is_settled(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_tools(workspace, tmp_path, TOOLS)
    workspace.settle()
    append = Ledger.append

    def stopped(ledger: Ledger, table: str, *rest: Any, **named: Any) -> bool:
        if table == "charges":
            raise OSError("stopped before the charges")
        return append(ledger, table, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", stopped)
        with pytest.raises(OSError, match="stopped"):
            take(workspace, [tool_call()])
    workspace.settle()
    assert tools(workspace) == (Decimal(20), 2_000)
    take(workspace, [tool_call() | {"id": "later", "time": "2026-11-01T09:00:00+00:00"}])
    workspace.settle()
    assert tools(workspace) == (Decimal(40), 4_000)


def test_tools_with_tiers_stay_charged_on_provisioned_deployments(
    workspace: Workspace, tmp_path: Path
) -> None:
    import_tools(workspace, tmp_path, TOOLS + TIER)
    take(workspace, [tool_call()])
    assert tools(workspace) == (Decimal(15), 2_000)
    assert workspace.settle() == 0
    assert tools(workspace) == (Decimal(15), 2_000)


def test_the_price_of_a_reservation_is_exchanged_or_unpriced(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    opened.catalog.put_billing_account(BillingAccount("1", "EA", "EnterpriseAgreement", "EUR"))
    opened.catalog.put_reservation(replace(reservation(), price=Decimal(7_800), currency="USD"))
    opened.settle()
    charges = rows(opened, "SELECT BilledCost FROM charges", "charges")
    assert charges == []
    reasons = rows(opened, "SELECT DISTINCT x_StatusReason AS reason FROM uncharged", "uncharged")
    assert [row["reason"].partition(":")[0] for row in reasons] == ["NoExchangeRate"]
    opened.close()


def import_tools(workspace: Workspace, folder: Path, text: str) -> None:
    sheet = folder / "tools.yaml"
    sheet.write_text(text)
    workspace.import_prices(sheet)


def tool_call() -> Event:
    event = call(Random(1), 1) | {"time": "2026-10-31T05:00:00+00:00"}
    quantities = event["data"]["quantities"] | {"tool_calls": 2_000}
    return event | {"data": event["data"] | {"quantities": quantities}}


def tools(workspace: Workspace) -> tuple[Decimal, int]:
    (row,) = rows(
        workspace,
        "SELECT SUM(BilledCost) AS cost, SUM(ConsumedQuantity) AS calls FROM charges "
        "WHERE x_TokenType = 'tool_calls'",
        "charges",
    )
    return row["cost"], int(row["calls"])


def rows(workspace: Workspace, statement: str, table: str) -> list[dict[str, Any]]:
    relation = workspace.ledger.snapshot().relation(table)
    found: list[dict[str, Any]] = workspace.engine.execute(
        select(statement), {table: relation}
    ).to_pylist()
    return found
