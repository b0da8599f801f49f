"""Prices bear the parser out: what it reads as cached costs less than input, batch half, ...

The ratios are those that Azure's price lists keep (docs/reference/meter-names.md). A misread
scope, tier, cache or direction would break them in hundreds of places.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files

import pytest

from costplane.pricing.importers import read_price_sheet
from costplane.pricing.model_key import ModelKey

LISTS = (
    ("azure_retail_ai_models_2025-08-25.ndjson.gz", 9_000),
    ("azure_genai_prices_snapshot_2026-08-11.json.gz", 28_000),
)

ODD_IN_THE_LIST = {
    ("cached", "gpt-4o", "developer"),
    ("cached", "gpt-4o-mini", "developer"),
    ("DataZone", "grok-4", None),
    ("DataZone", "grok-4-fast", None),
    ("DataZone", "grok-code-fast-1", None),
    ("DataZone", "kimi-k2.6", None),
}
"""Rows of Azure's list of 2026-08 that break its own habit, each in at most eight regions."""

Prices = dict[tuple[ModelKey, str | None], Decimal]
Ratio = tuple[str, ModelKey, str, str]
"""Name, the key that it is compared with, and the lowest and highest ratio to it."""


def token_prices(name: str) -> Prices:
    """The newest price of one token by key and region."""
    with as_file(files("costplane.pricing") / "data" / name) as path:
        sheet = read_price_sheet(path, imported_at=datetime(2026, 11, 1, tzinfo=UTC)).sheet
    keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
    prices: Prices = {}
    for row in sorted(sheet.rows, key=lambda row: row.valid_from):
        key = keys[row.product, row.meter_name, row.unit_of_measure]
        if key is not None and row.unit == "Tokens":
            prices[key, row.region] = row.price / row.block_size
    return prices


def ratios(key: ModelKey) -> Iterator[Ratio]:
    if key.quantity.endswith("_cached"):
        yield "cached", replace(key, quantity=key.quantity.removesuffix("_cached")), "0.01", "1"
    if key.quantity == "input_text_cache_write":
        yield "cache write", replace(key, quantity="input_text"), "1.2", "1.3"
    if key.quantity == "output_text":
        yield "output", replace(key, quantity="input_text"), "1", "10"
    if key.quantity == "output_audio":
        yield "audio output", replace(key, quantity="input_audio"), "1.5", "4.5"
    if key.service_tier == "Batch":
        yield "Batch", replace(key, service_tier="Standard"), "0.4", "0.6"
    if key.service_tier == "Priority":
        yield "Priority", replace(key, service_tier="Standard"), "1.5", "2.6"
    if key.deployment_scope == "DataZone":
        yield "DataZone", replace(key, deployment_scope="Global"), "1", "1.26"
    if key.deployment_scope == "Regional":
        yield "Regional", replace(key, deployment_scope="Global"), "1", "1.4"
    if key.context_band == "long":
        yield "long", replace(key, context_band="short"), "1.2", "2.1"
        yield "long", replace(key, context_band=None, context_threshold=None), "1.2", "2.1"


@pytest.mark.parametrize(("name", "least"), LISTS)
def test_prices_keep_the_ratios_that_the_names_promise(name: str, least: int) -> None:
    prices = token_prices(name)
    promised = {key: tuple(ratios(key)) for key, _ in prices}
    compared, broken = 0, []
    for (key, region), price in prices.items():
        for ratio, other, lowest, highest in promised[key]:
            base = prices.get((other, region))
            if base:
                compared += 1
                if not Decimal(lowest) <= price / base <= Decimal(highest):
                    broken.append((ratio, key.model, key.variant))
    assert compared >= least
    assert {odd for odd in broken if odd not in ODD_IN_THE_LIST} == set()
    assert len(broken) < 40
