"""Azure's lists of 2025-08, 2026-08 and 2026-10 in one store: each call costs what its date says.

Prices are worked by hand from the lists' own rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app.estate import Event, answer, body, costs, take

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LISTS = (
    "azure_retail_ai_models_2025-08-25.ndjson.gz",
    "azure_genai_prices_snapshot_2026-08-11.json.gz",
    "azure_retail_gpt6_sample_2026-10-01.ndjson",
)
GROUP = "/subscriptions/s-1/resourcegroups/rg/providers/microsoft.cognitiveservices/accounts"
ADA = {"model": "text-embedding-ada-002", "model_version": "2", "deployment_type": "Standard"}
GPT_41 = {"model": "gpt-4.1", "model_version": "2025-04-14"}
GPT_54 = {"model": "gpt-5.4", "model_version": "2026-03-05"}
GPT_61 = {"model": "gpt-6.1-sol", "model_version": "2026-10-01", "service_tier": "flex"}
LONG = {"input_text_cached": 300_000}
CASES: tuple[tuple[str, str, dict[str, str], dict[str, int], str | None], ...] = (
    # eastus: 0.0001 for 1K until the end of August 2025, 0.00011 from then on
    ("2025-08-31T23:59:59.999999Z", "eastus", ADA, {"input_text": 1_000_000}, "0.1"),
    ("2025-09-01T00:00:00Z", "eastus", ADA, {"input_text": 1_000_000}, "0.11"),
    # westeurope: 0.0001, then 0.000132
    ("2025-08-31T23:59:59.999999Z", "westeurope", ADA, {"input_text": 1_000_000}, "0.1"),
    ("2025-09-01T00:00:00Z", "westeurope", ADA, {"input_text": 1_000_000}, "0.132"),
    # The same row in the lists of 2025 and 2026
    ("2025-08-26T10:00:00Z", "swedencentral", GPT_41, {"input_text": 1_000_000}, "2"),
    ("2026-08-15T10:00:00Z", "swedencentral", GPT_41, {"input_text": 1_000_000}, "2"),
    ("2026-10-15T10:00:00Z", "swedencentral", GPT_41, {"input_text": 1_000_000}, "2"),
    # From 2026-03 on: 2.5 for a million, 5 for a long prompt
    ("2026-02-28T10:00:00Z", "swedencentral", GPT_54, {"input_text": 200_000}, None),
    ("2026-08-15T10:00:00Z", "swedencentral", GPT_54, {"input_text": 200_000}, "0.5"),
    ("2026-10-15T10:00:00Z", "swedencentral", GPT_54, {"input_text": 400_000}, "2"),
    # From 2026-10 on, flex, long, cached: 0.1 for a million
    ("2026-09-30T23:59:59.999999Z", "spaincentral", GPT_61, LONG, None),
    ("2026-10-01T00:00:00Z", "spaincentral", GPT_61, LONG, "0.03"),
)


def event(number: int) -> Event:
    time, region, facts, quantities, _ = CASES[number]
    data: dict[str, Any] = {
        "resource_id": f"{GROUP}/{region}",
        "region": region,
        "deployment_type": "GlobalStandard",
        "quantities": quantities,
        "tags": {"case": str(number)},
    }
    return {"source": "dates", "id": str(number), "time": time, "data": data | facts}


@pytest.fixture(scope="module", params=["in order", "the newest first"])
def workspace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    opened = Workspace.open(tmp_path_factory.mktemp("dates"), now=lambda: NOW)
    for name in LISTS if request.param == "in order" else reversed(LISTS):
        with as_file(files("costplane.pricing") / "data" / name) as path:
            opened.import_prices(path)
    take(opened, [event(number) for number in range(len(CASES))])
    yield opened
    opened.close()


def test_each_call_costs_what_its_date_says(workspace: Workspace) -> None:
    asked = body("tag:case", period={"from": "2025-08-01", "to": "2026-11-19"})
    found = costs(answer(workspace, asked))
    expected = {(str(n),): Decimal(cost) for n, (*_, cost) in enumerate(CASES) if cost}
    assert found == expected


def test_calls_before_their_price_have_none(workspace: Workspace) -> None:
    for number, (*_, cost) in enumerate(CASES):
        (line,) = workspace.explain_event("dates", str(number)).lines
        assert (line.price is None) == (cost is None)
        assert (line.reason or "").startswith("" if cost else "NotYetValid")
