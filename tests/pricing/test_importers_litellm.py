"""litellm's list: the whole one of release 1.106.2, and small ones."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.model_key import ModelKey
from tests.environment.sources import ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2026, 10, 1, tzinfo=UTC)
WHOLE = ROOT / "tests/data/prices/litellm_model_prices_1.106.2.json.gz"

Priced = dict[ModelKey, set[tuple[Decimal, str | None]]]


@pytest.fixture(scope="module")
def whole() -> SheetReading:
    return read_price_sheet(WHOLE, valid_from=START, imported_at=NOW)


@pytest.fixture(scope="module")
def priced(whole: SheetReading) -> Priced:
    """The prices of a million (or a thousand) of each key, with their regions."""
    return by_key(whole)


def by_key(reading: SheetReading) -> Priced:
    mapped = {m.meter_name: m.key for m in reading.sheet.mappings}
    found: Priced = defaultdict(set)
    for row in reading.sheet.rows:
        key = mapped[row.meter_name]
        if key is not None:
            found[key].add((row.price, row.region))
    return found


def key(provider: str, model: str, quantity: str = "input_text", **facts: Any) -> ModelKey:
    plain = ModelKey(model, None, None, "Standard", quantity, provider=provider)
    return replace(plain, **facts)


def test_the_whole_list_is_taken(whole: SheetReading) -> None:
    reasons = Counter(
        (m.unplaced_reason or "placed").partition(":")[0] for m in whole.sheet.mappings
    )
    assert whole.repeated == 0
    assert (whole.sheet.name, whole.sheet.kind, whole.sheet.currency) == ("litellm", "list", "USD")
    assert reasons == {
        "placed": 11_957,
        "AzureList": 2_523,
        "UnknownField": 823,
        "ZeroPrice": 277,
        "Commitment": 56,
        "TimeOfDay": 50,
    }


def test_no_two_entries_price_the_same_differently(priced: Priced) -> None:
    doubtful = [
        (key, regions)
        for key, prices in priced.items()
        if len(regions := [region for _, region in prices]) != len(set(regions))
    ]
    assert doubtful == []


def test_every_price_of_a_token_is_that_of_a_million_exactly(whole: SheetReading) -> None:
    document = json.loads(gzip.decompress(WHOLE.read_bytes()), parse_float=str, parse_int=str)
    rows = {row.meter_name: row for row in whole.sheet.rows}
    compared = 0
    for name, fields in document.items():
        for field in ("input_cost_per_token", "output_cost_per_token_batches"):
            if field in fields and name != "sample_spec":
                row = rows[f"{name} {field}"]
                assert row.price == Decimal(fields[field]) * 1_000_000
                assert (row.block_size, row.unit_of_measure) == (Decimal(1_000_000), "1M")
                compared += 1
    assert compared > 3_800


@pytest.mark.parametrize(
    ("model", "price"),
    [
        (key("openai", "gpt-4o", version="2024-11-20"), "2.5"),
        (key("openai", "gpt-4o", "input_text_cached", version="2024-11-20"), "1.25"),
        (key("openai", "gpt-4o", version="2024-11-20", service_tier="Batch"), "1.25"),
        (key("openai", "gpt-4o", version="2024-11-20", service_tier="Priority"), "4.25"),
        (key("openai", "gpt-image-1", "output_image"), "40"),
        (key("openai", "whisper-1", "audio_seconds"), "0.1"),
        (key("anthropic", "claude-sonnet-4-5", "output_text"), "15"),
        (key("anthropic", "claude-sonnet-4-5", "input_text_cache_write_1h"), "6"),
        (key("anthropic", "claude-sonnet-4-5", "searches"), "10"),
        (key("anthropic", "claude-sonnet-4-5", version="20250929"), "3"),
        (key("gcp.gemini", "gemini-2.5-pro", service_tier="Flex"), "0.625"),
        (
            key(
                "gcp.gemini",
                "gemini-2.5-pro",
                "output_text",
                service_tier="Priority",
                context_band="long",
                context_threshold=200_000,
            ),
            "27",
        ),
        (key("dashscope", "qwen-flash"), "0.05"),
        (
            key("dashscope", "qwen-flash", context_band="long", context_threshold=256_000),
            "0.25",
        ),
        (key("deepseek", "deepseek-chat", "output_text"), "0.42"),
        (key("gcp.vertex_ai", "claude-3-5-haiku", version="20241022"), "1"),
    ],
)
def test_prices_by_key(priced: Priced, model: ModelKey, price: str) -> None:
    assert priced[model] == {(Decimal(price), None)}


def test_regions_of_bedrock_are_regions(priced: Priced) -> None:
    regions = {r for k, prices in priced.items() if k.provider == "aws.bedrock" for _, r in prices}
    assert {None, "us-east-1", "eu-central-1", "us-gov-west-1"} <= regions
    assert not any(
        "/" in k.model for k in priced if k.provider == "aws.bedrock" and "us-" in k.model
    )


def test_azure_is_left_to_azures_list(priced: Priced) -> None:
    assert not any(k.provider == "azure" for k in priced)


ENTRY = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06}


def read(folder: Path, document: object, **settings: Any) -> SheetReading:
    path = folder / "prices.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_price_sheet(path, imported_at=NOW, **{"valid_from": START} | settings)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"input_cost_per_token": 0, "output_cost_per_token": 0.0}, "ZeroPrice"),
        ({"off_peak_pricing": {"input_cost_per_token": 1e-7}}, "TimeOfDay"),
        ({"litellm_provider": "azure"}, "AzureList"),
    ],
)
def test_entries_that_price_no_call(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    sheet = read(tmp_path, {"m": ENTRY | fields}).sheet
    assert {(m.unplaced_reason or "").partition(":")[0] for m in sheet.mappings} == {reason}


def test_a_price_by_another_unit_beside_tokens_is_another_way_to_reckon(tmp_path: Path) -> None:
    speech = ENTRY | {"mode": "audio_transcription", "input_cost_per_second": 0.0001}
    assert {k.quantity for k in by_key(read(tmp_path, {"m": speech}))} == {"input_text"}
    alone = {k: v for k, v in speech.items() if k != "input_cost_per_token"}
    ((found, prices),) = by_key(read(tmp_path, {"m": alone})).items()
    assert (found.quantity, prices) == ("audio_seconds", {(Decimal("0.1"), None)})


def test_unknown_tiers_and_sizes_are_listed(tmp_path: Path) -> None:
    fields = ENTRY | {
        "input_cost_per_token_ultrafast": 2e-06,
        "output_cost_per_image_1K": {"low": 0.1, "high": 0.2},
        "tiered_pricing": [{"input_cost_per_query": 0.005, "max_results_range": [0, 25]}],
        "input_cost_per_pixel": 1.9e-18,
    }
    reading = read(tmp_path, {"m": fields})
    unplaced = [m.meter_name for m in reading.sheet.mappings if m.key is None]
    assert sorted(unplaced) == [
        "m input_cost_per_pixel",
        "m input_cost_per_token_ultrafast",
        "m output_cost_per_image_1K.high",
        "m output_cost_per_image_1K.low",
        "m tiered_pricing.1.input_cost_per_query",
    ]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"input_cost_per_token": "free"}, "line 2, input_cost_per_token: m2: .*a price is a numb"),
        ({"input_cost_per_token": True}, "line 2, input_cost_per_token"),
        ({"input_cost_per_token": -1e-06}, "line 2, price: .*zero or more .m2 input_cost"),
        ({"tiered_pricing": "high"}, "line 2, tiered_pricing: m2: tiered_pricing is no list"),
        ({"output_cost_per_token": float("inf")}, "line 2, output_cost_per_token: .*is inf"),
    ],
)
def test_one_bad_entry_and_nothing_is_taken(
    tmp_path: Path, fields: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidPriceSheet, match=r"nothing of it is taken:\n +" + told):
        read(tmp_path, {"m1": ENTRY, "m2": ENTRY | fields})


def test_prices_without_a_provider(tmp_path: Path) -> None:
    with pytest.raises(InvalidPriceSheet, match="line 2, m2: m2: the entry names no litellm_prov"):
        read(tmp_path, {"m1": ENTRY, "m2": {"input_cost_per_token": 1}, "note": {"about": 1}})


def test_an_entry_that_stands_twice(tmp_path: Path) -> None:
    one, other = json.dumps(ENTRY), json.dumps(ENTRY | {"input_cost_per_token": 2e-06})
    assert len(read(tmp_path, f'{{"m": {one}, "m": {one}}}').sheet.rows) == 1
    with pytest.raises(InvalidPriceSheet, match="m stands twice with different contents"):
        read(tmp_path, f'{{"m": {one}, "m": {other}}}')


def test_the_day_has_to_be_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidPriceSheet, match="line 1, valid_from: valid_from is missing"):
        read(tmp_path, {"m": ENTRY}, valid_from=None)
