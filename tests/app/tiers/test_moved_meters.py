"""Subscriptions that move between accounts whose prices differ: one by tiers, one without any. A
call is charged once, whatever moved, and at the price of the account that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.estate import Event
from tests.app.rerating.test_rerating import MONTHS
from tests.app.tiers.test_moved_tiers import move
from tests.app.tiers.tier_world import RESOURCES, opened

LIST = """\
name: plain
kind: list
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.5}
"""
OWN = """\
name: by tiers
kind: customer
scope: /providers/Microsoft.Billing/billingAccounts/acc-1
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.25}
  - {model: alpha, quantity: input_text, unit: 1K Tokens, price: 0.125, tier_minimum: 10}
"""
BORDER = 10_000


def world(folder: Path, sheets: Iterable[str]) -> Workspace:
    first, *others = sheets
    workspace = opened(folder, sheet=first)
    for number, text in enumerate(others):
        file = folder / f"sheet-{number}.yaml"
        file.write_text(text)
        workspace.import_prices(file)
    return workspace


def calls(seed: int, count: int) -> list[Event]:
    random = Random(seed)
    start = datetime(2026, 11, 3, tzinfo=UTC)
    return [
        {
            "specversion": "1.0",
            "type": "ai.inference.usage",
            "source": "gateway",
            "id": f"call-{number}",
            "time": (start + timedelta(minutes=random.randrange(3_000))).isoformat(),
            "data": {
                "resource_id": RESOURCES[number % 3],
                "model": "alpha",
                "deployment_type": "GlobalStandard",
                "http_status": 200,
                "quantities": {"input_text": random.choice((7, 500, 1_250))},
            },
        }
        for number in range(count)
    ]


def expected(
    events: Iterable[Event], accounts: dict[str, str], *, listed: bool
) -> dict[str, Fraction]:
    """Tokens, and cost by account: a naive count in the order of hours and resources."""
    found = {"tokens": Fraction(0), "acc-1": Fraction(0), "acc-2": Fraction(0)}
    counted = 0
    for event in sorted(events, key=lambda e: (e["time"][:13], e["data"]["resource_id"], e["id"])):
        tokens = event["data"]["quantities"]["input_text"]
        account = accounts[event["data"]["resource_id"].split("/")[2]]
        if account == "acc-1":
            below = min(max(BORDER - counted, 0), tokens)
            cost = Fraction(below, 4_000) + Fraction(tokens - below, 8_000)
            counted += tokens
        else:
            cost = Fraction(tokens, 2_000)
        if account == "acc-1" or listed:
            found["tokens"] += tokens
            found[account] += cost
    return found


def standing(workspace: Workspace) -> dict[str, Fraction]:
    rows = workspace.engine.execute(
        estate.select(
            "SELECT BillingAccountId AS account, SUM(ConsumedQuantity) AS tokens, "
            "SUM(BilledCost) AS cost FROM charges GROUP BY ALL"
        ),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    ).to_pylist()
    costs = {"acc-1": Fraction(0), "acc-2": Fraction(0)}
    costs |= {row["account"]: Fraction(row["cost"]) for row in rows}
    return {"tokens": sum((Fraction(row["tokens"]) for row in rows), Fraction(0)), **costs}


@pytest.mark.parametrize("listed", [True, False], ids=["at list price", "without price"])
@pytest.mark.parametrize("moved", ["s-1", "s-3"], ids=["out of the tiers", "into the tiers"])
def test_a_call_is_charged_once_where_it_moved(tmp_path: Path, moved: str, listed: bool) -> None:
    events = calls(3, 60)
    late = next(e for e in reversed(events) if "/s-2/" in e["data"]["resource_id"])
    workspace = world(tmp_path, [LIST, OWN] if listed else [OWN])
    accounts = {"s-1": "acc-1", "s-2": "acc-1", "s-3": "acc-2"}
    estate.take(workspace, [event for event in events if event is not late])
    assert standing(workspace) == expected(
        (e for e in events if e is not late), accounts, listed=listed
    )
    accounts[moved] = "acc-2" if moved == "s-1" else "acc-1"
    move(workspace, moved, accounts[moved])
    assert workspace.settle() == 0, "nothing moves by itself"
    before = standing(workspace)
    preview = workspace.preview_rerating(parse_scope(f"/subscriptions/{moved}"), MONTHS)
    told = sum((Fraction(m.difference) for m in preview.changes.meters), Fraction(0))
    assert told == _cost(
        expected((e for e in events if e is not late), accounts, listed=listed)
    ) - _cost(before), "the preview says what a re-rating would do"
    estate.take(workspace, [late])
    assert standing(workspace) == expected(events, accounts, listed=listed)
    assert workspace.settle() == 0
    again = workspace.preview_rerating(parse_scope("/"), MONTHS)
    assert again.changes.rows == 0
    workspace.close()


def _cost(sums: dict[str, Fraction]) -> Fraction:
    return sums["acc-1"] + sums["acc-2"]
