"""The included quantity of an Enterprise Agreement's sheet: free in each month, over all of the
account's subscriptions, whatever the order of arrival.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Subscription
from tests.app import estate
from tests.app.estate import Event
from tests.pricing.agreement_sheets import EA, csv_text

INCLUDED, PRICE = 2_500, Fraction("1.125")
SHEET = csv_text(
    EA
    | {
        "IncludedQuantity": "0.0025",
        "EffectiveStartDate": "08/01/2026",
        "EffectiveEndDate": "12/31/2026",
    }
)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def calls(seed: int, count: int) -> list[Event]:
    random = Random(seed)
    start = datetime(2026, 10, 25, tzinfo=UTC)
    return [
        {
            "specversion": "1.0",
            "type": "ai.inference.usage",
            "source": "gateway",
            "id": f"call-{number:03}",
            "time": (start + timedelta(minutes=random.randrange(20_000))).isoformat(),
            "data": {
                "resource_id": f"/subscriptions/s-{number % 2}/resourcegroups/rg/providers/"
                "microsoft.cognitiveservices/accounts/ai",
                "model": "gpt-5",
                "deployment_type": "GlobalStandard",
                "region": "swedencentral",
                "http_status": 200,
                "quantities": {"input_text": random.choice((1, 90, 313))},
            },
        }
        for number in range(count)
    ]


def naive(events: list[Event]) -> dict[str, Fraction]:
    """Cost by month: what lies above the included quantity, counted in canonical order."""
    sums: dict[str, Fraction] = {}
    counted: dict[str, int] = {}
    for event in sorted(events, key=lambda e: (e["time"][:13], e["data"]["resource_id"], e["id"])):
        month, tokens = event["time"][:7], event["data"]["quantities"]["input_text"]
        free = min(max(INCLUDED - counted.get(month, 0), 0), tokens)
        counted[month] = counted.get(month, 0) + tokens
        exact = (tokens - free) * PRICE / 10**6
        sums[month] = sums.get(month, Fraction(0)) + Fraction(round(exact * 10**12), 10**12)
    return sums


def posted(workspace: Workspace) -> dict[str, Fraction]:
    rows = workspace.engine.execute(
        estate.select(
            "SELECT STRFTIME(ChargePeriodStart, '%Y-%m') AS month, SUM(BilledCost) AS cost "
            "FROM charges WHERE BillingCurrency = 'EUR' GROUP BY ALL"
        ),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    ).to_pylist()
    return {row["month"]: Fraction(row["cost"]) for row in rows}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_included_costs_nothing(tmp_path: Path, seed: int) -> None:
    workspace = Workspace.open(tmp_path / "data", now=lambda: NOW)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET)
    workspace.import_prices(sheet)
    workspace.catalog.put_billing_account(
        BillingAccount("100001", "Contoso", "EnterpriseAgreement", "EUR")
    )
    workspace.catalog.put_subscription(
        *(Subscription(s, s, billing_account_id="100001") for s in ("s-0", "s-1"))
    )
    events = calls(seed, 90)
    shuffled = Random(seed).sample(events, len(events))
    for part in (shuffled[:40], shuffled[40:]):
        estate.take(workspace, part)
    expected = naive(events)
    assert min(expected.values()) > 0
    assert posted(workspace) == expected
    workspace.close()
