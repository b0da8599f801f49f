"""Azure's published prices, worked by hand: a use comes in as an event, and costs what they say.

The list is the snapshot of 2026-08-11 that the product carries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import Deployment, Resource
from costplane.pricing.throughput import throughput
from tests.app.estate import select, take

NOW = datetime(2026, 8, 20, tzinfo=UTC)
ACCOUNT = (
    "/subscriptions/s-1/resourcegroups/rg-a/providers/microsoft.cognitiveservices/accounts/one"
)


def with_list_prices(folder: Path, now: datetime) -> Workspace:
    opened = Workspace.open(folder / "data", now=lambda: now)
    name = "azure_genai_prices_snapshot_2026-08-11.json.gz"
    with as_file(files("costplane.pricing") / "data" / name) as path:
        opened.import_prices(path)
    return opened


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = with_list_prices(tmp_path_factory.mktemp("list"), NOW)
    yield opened
    opened.close()


GPT_4O = {"model": "gpt-4o", "model_version": "2024-11-20"}
GPT_54 = {"model": "gpt-5.4"}
SOL = {"model": "gpt-5.6-sol"}
LUNA = {"model": "gpt-5.6-luna"}


@pytest.mark.parametrize(
    ("model", "deployment_type", "region", "tier", "quantity", "million"),
    [
        # Priced by the thousand: 0.0025, cached and batch 0.00125, data zone 0.00275
        (GPT_4O, "GlobalStandard", "swedencentral", "", "input_text", "2.5"),
        (GPT_4O, "GlobalStandard", "swedencentral", "", "input_text_cached", "1.25"),
        (GPT_4O, "GlobalBatch", "swedencentral", "", "input_text", "1.25"),
        (GPT_4O, "DataZoneStandard", "swedencentral", "", "input_text", "2.75"),
        # Regional: from 0.00275 to 0.003438, by region
        (GPT_4O, "Standard", "eastus2", "", "input_text", "2.75"),
        (GPT_4O, "Standard", "swedencentral", "", "input_text", "3.025"),
        (GPT_4O, "Standard", "usgovvirginia", "", "input_text", "3.438"),
        # Priced by the million; a data zone costs more in Asia and the Pacific
        (GPT_54, "GlobalStandard", "swedencentral", "", "input_text", "2.5"),
        (GPT_54, "DataZoneStandard", "swedencentral", "", "input_text", "2.75"),
        (GPT_54, "DataZoneStandard", "japaneast", "", "input_text", "3"),
        (GPT_54, "GlobalStandard", "swedencentral", "priority", "input_text", "5"),
        (GPT_54, "GlobalBatch", "swedencentral", "", "input_text", "1.25"),
        (SOL, "GlobalStandard", "westeurope", "", "input_text", "5"),
        (SOL, "GlobalStandard", "westeurope", "", "input_text_cached", "0.5"),
        (SOL, "GlobalStandard", "westeurope", "", "input_text_cache_write", "6.25"),
        # github.com/BerriAI/litellm/issues/36094: an announced price was a fifth of the meter's
        (LUNA, "GlobalStandard", "westeurope", "", "input_text", "1"),
    ],
)
def test_a_thousand_tokens_cost_a_thousandth_of_the_million(
    priced: Workspace,
    model: dict[str, str],
    deployment_type: str,
    region: str,
    tier: str,
    quantity: str,
    million: str,
) -> None:
    id_ = "-".join((model["model"], deployment_type, region, tier, quantity))
    data: dict[str, Any] = {
        "resource_id": ACCOUNT,
        "deployment_type": deployment_type,
        "region": region,
        **model,
        **({"service_tier": tier} if tier else {}),
        "quantities": {quantity: 1_000},
    }
    take(priced, [{"source": "list", "id": id_, "time": "2026-08-12T10:00:00Z", "data": data}])
    (line,) = priced.explain_event("list", id_).lines
    assert (line.status, line.reason, line.currency) == ("Billed", None, "USD")
    assert line.amount == Decimal(million) / 1_000


@pytest.mark.parametrize(
    ("deployment_type", "region", "cost"),
    [
        ("GlobalProvisionedManaged", "japaneast", "360"),  # 15 x 24 x 1.0
        ("DataZoneProvisionedManaged", "swedencentral", "396"),  # 15 x 24 x 1.1
        # The superseded row stands beside the new one, from 1 August on: 15 x 12 x (1.1 + 1.2)
        ("DataZoneProvisionedManaged", "japaneast", "414"),
    ],
)
def test_a_day_of_fifteen_units_over_the_change_of_their_price(
    tmp_path: Path, deployment_type: str, region: str, cost: str
) -> None:
    opened = with_list_prices(tmp_path, datetime(2026, 8, 1, 12, tzinfo=UTC))
    since = datetime(2026, 7, 31, 12, tzinfo=UTC)
    opened.catalog.put_resource(Resource(ACCOUNT, "one", region))
    opened.catalog.put_deployment(
        Deployment(ACCOUNT, "ptu", "gpt-4o", "2024-11-20", deployment_type, 15, since)
    )
    opened.settle()
    charges = opened.ledger.snapshot().relation("charges")
    query = select("SELECT SUM(BilledCost) AS cost FROM charges")
    (row,) = opened.engine.execute(query, {"charges": charges}).to_pylist()
    opened.close()
    assert row["cost"] == Decimal(cost)


@pytest.mark.parametrize(
    ("model", "tokens", "output"),
    [
        ("gpt-4o", 2_500, 4),
        ("gpt-4o-mini", 37_000, 4),
        ("gpt-4.1", 3_000, 4),
        ("gpt-4.1-mini", 14_900, 4),
        ("gpt-4.1-nano", 59_400, 4),
        ("o3", 3_000, 4),
        ("o4-mini", 5_400, 4),
        ("gpt-5", 4_750, 8),
        ("gpt-5-mini", 23_750, 8),
    ],
)
def test_a_unit_does_so_many_input_tokens_a_minute(model: str, tokens: int, output: int) -> None:
    """An output token counts as several of them, a cached one as none."""
    known = throughput(model)
    assert known is not None
    assert known.tokens_per_minute == tokens
    used = {"input_text": 1_000, "input_text_cached": 9_000, "output_text": 100}
    assert known.weighted_tokens(used) == 1_000 + 100 * output
