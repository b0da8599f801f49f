"""Tiers of service, scopes and context bands on Azure's real lists: each use gets its own row."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import pytest

from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.importers import read_price_sheet
from costplane.pricing.question import PriceQuestion, Resolution
from costplane.pricing.resolution import resolve

LISTS = {
    "2025": ("azure_retail_ai_models_2025-08-25.ndjson.gz", datetime(2025, 8, 25, tzinfo=UTC)),
    "2026": (
        "azure_genai_prices_snapshot_2026-08-11.json.gz",
        datetime(2026, 8, 11, tzinfo=UTC),
    ),
    "gpt-6": ("azure_retail_gpt6_sample_2026-10-01.ndjson", datetime(2026, 10, 2, tzinfo=UTC)),
}


@cache
def book(name: str) -> PriceBook:
    with as_file(files("costplane.pricing") / "data" / LISTS[name][0]) as path:
        sheet = read_price_sheet(path, imported_at=datetime(2026, 11, 1, tzinfo=UTC)).sheet
    keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
    placed = ((keys[r.product, r.meter_name, r.unit_of_measure], r) for r in sheet.rows)
    return PriceBook((Offer(key, row, 1, "list", None) for key, row in placed if key), 1)


def meter(name: str, model: str, **facts: Any) -> str:
    told: dict[str, Any] = {
        "scopes": (),
        "model": model,
        "model_version": None,
        "deployment_type": "GlobalStandard",
        "service_tier": None,
        "region": None,
        "quantity": "input_text",
        "context_tokens": 0,
    }
    answer = resolve(book(name), PriceQuestion(**told | facts), LISTS[name][1])
    if not isinstance(answer, Resolution):
        return answer.reason
    return answer.offer.row.meter_name


SWEDEN = {"region": "swedencentral"}
ZONE = {"deployment_type": "DataZoneStandard"} | SWEDEN
DEVELOPER = {"deployment_type": "DeveloperTier"}


@pytest.mark.parametrize(
    ("name", "model", "facts", "expected"),
    [
        ("2025", "gpt-4.1", {}, "gpt 4.1 Inp glbl Tokens"),
        ("2025", "gpt-4.1", ZONE, "gpt 4.1 Inp Data Zone Tokens"),
        ("2025", "gpt-4.1", {"deployment_type": "Standard"} | SWEDEN, "gpt 4.1 Inp regnl Tokens"),
        ("2025", "gpt-4.1", {"deployment_type": "GlobalBatch"}, "gpt 4.1 Batch Inp glbl Tokens"),
        ("2026", "gpt-5.4", {"service_tier": "priority"}, "5.4 pp inp Gl 1M Tokens"),
        ("2026", "gpt-5.4", {"service_tier": "default"}, "5.4 inp Gl 1M Tokens"),
        ("2026", "gpt-5.4", {"deployment_type": "GlobalBatch"}, "5.4 Batch inp Gl 1M Tokens"),
        ("2026", "gpt-5.4", {"deployment_type": "DataZoneBatch"}, "5.4 Batch inp Dz 1M Tokens"),
        ("2026", "gpt-5.4", {"context_tokens": 272_000}, "5.4 inp Gl 1M Tokens"),
        ("2026", "gpt-5.4", {"context_tokens": 272_001}, "5.4 longco inp Gl 1M Tokens"),
    ],
)
def test_tiers_scopes_and_bands(
    name: str, model: str, facts: dict[str, Any], expected: str
) -> None:
    assert meter(name, model, **facts) == expected


@pytest.mark.parametrize(
    ("name", "model", "facts", "reason"),
    [
        ("2026", "gpt-5.4", {"service_tier": "flex"}, "NoPriceForServiceTier: gpt-5.4 Flex"),
        (
            "2026",
            "gpt-5.4",
            {"deployment_type": "Standard"} | SWEDEN,
            "NoPriceForDeploymentType: gpt-5.4 Standard",
        ),
        ("2026", "dall-e-3", {"quantity": "images"}, "MissingFact: dall-e-3 images: variant"),
        ("2026", "gpt-4.1", {"quantity": "images"}, "NoPriceForTokenType: gpt-4.1"),
        ("gpt-6", "gpt-6-astra", {}, "NoPriceForServiceTier: gpt-6-astra Standard"),
    ],
)
def test_what_the_list_does_not_price_takes_no_other_row(
    name: str, model: str, facts: dict[str, Any], reason: str
) -> None:
    assert meter(name, model, **facts) == reason


@pytest.mark.parametrize(
    ("model", "quantity", "facts", "expected"),
    [
        ("dall-e-3", "images", {"variant": "hd high-res"}, "Image-Dall-E-3 HD HighRes-glbl Images"),
        ("sora-2-pro", "video_seconds", {"variant": "high-res"}, "Sora 2 pro high res glbl Second"),
        ("whisper", "audio_seconds", {}, "Speech-to-Text-Batch-Whisper-glbl Unit"),
        ("tts-hd", "characters", {}, "Speech-Text to Speech HD-global Characters"),
        ("text-embedding-3-large", "input_text", {}, "text-embedding-3-large-glbl Tokens"),
        ("any", "tool_calls", ZONE, "file-search-tool-calls-datazone Calls"),
        ("any", "sessions", {}, "Code-Interpreter-global Session"),
        ("any", "storage_gb_days", {}, "Assistants-File Search-glbl GB"),
        ("gpt-4.1", "training_tokens", {}, "gpt-4.1 FT Training global Tokens"),
        ("gpt-4.1", "training_tokens", DEVELOPER, "gpt 4.1 dev ft training glbl Tokens"),
        ("o4-mini", "training_hours", DEVELOPER, "o4 mini dev RFT Training glb Unit"),
        ("gpt-4.1", "output_text", {"variant": "fine-tuned"}, "gpt-4.1-ft output global Tokens"),
        (
            "gpt-4.1",
            "output_text",
            {"variant": "grader", "deployment_type": None},
            "gpt-4.1-ft mdl grdr opt Tokens",
        ),
    ],
)
def test_what_is_not_a_calls_tokens(
    model: str, quantity: str, facts: dict[str, Any], expected: str
) -> None:
    assert meter("2026", model, quantity=quantity, **facts) == expected


def test_a_long_request_in_the_flex_tier_of_the_newest_list() -> None:
    facts = {"service_tier": "flex", "quantity": "input_text_cache_write"}
    found = meter("gpt-6", "gpt-6-astra", context_tokens=272_001, **facts)
    assert found == "6-astra LongCo Cd Wr Flex Gl 1M Tokens"
    assert meter("gpt-6", "gpt-6-astra", **facts).startswith("NoPriceForTokenType")
