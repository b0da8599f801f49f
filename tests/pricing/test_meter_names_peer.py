"""The parser beside that of the package azure-genai-prices: each difference has its reason."""

import pytest

from costplane.core.quantities import BY_NAME
from costplane.pricing.meter_names import Unplaced, parse_meter
from costplane.pricing.model_key import ModelKey
from tests.pricing.meter_lists import LISTS, Meter, meters, table

peer = pytest.importorskip("azure_genai_prices.meters")

SCOPES = {"global": "Global", "data_zone": "DataZone", "regional": "Regional"}
ACTIONS = {"Uncached": "input", "Read": "cache_read", "Write": "cache_write"}

Difference = tuple[str, str, str]
"""Part, what the package says, what this parser says."""


def kind(quantity: str) -> str:
    registered = BY_NAME[quantity]
    if registered.direction == "Input":
        return ACTIONS[registered.cache_action or ""]
    return "output" if registered.direction else "search_unit"


def differences(meter: Meter) -> list[Difference]:
    product, name, unit = meter
    if peer._is_skippable(name, product):
        return []
    theirs = peer.parse_meter_name(name, product)
    ours = parse_meter(product, name, unit)
    if theirs is None:
        return []
    if isinstance(ours, Unplaced):
        return [("unplaced", theirs.model, ours.code)]
    k = ours.key
    parts = [
        ("deployment", SCOPES[theirs.deployment.value], k.deployment_scope),
        ("mode", theirs.mode.value, k.service_tier.lower()),
        ("context", theirs.context.value, k.context_band or "short"),
        ("kind", theirs.kind.value, kind(k.quantity)),
    ]
    found = [(part, f"{a}: {theirs.model}", str(b)) for part, a, b in parts if a != b]
    return found + model_difference(theirs.model, k)


def model_difference(theirs: str, k: ModelKey) -> list[Difference]:
    """Nothing when the names are equal, or equal with the version's month and day behind."""
    month_and_day = (k.version or "")[len("2024-") :].replace("-", "")
    if theirs in (k.model, f"{k.model}-{month_and_day}") and k.variant is None:
        return []
    said = (k.model, k.version, k.variant)
    return [("model", theirs, " ".join(word for word in said if word))]


def test_each_difference_from_the_package_has_a_written_reason() -> None:
    found = {d for month in LISTS for meter in meters(month) for d in differences(meter)}
    rows = table("azure_genai_prices_differences.tsv")
    assert {(row["part"], row["theirs"], row["ours"]) for row in rows} == found
    assert all(row["reason"] for row in rows)


def test_what_the_package_places_is_placed_but_for_stated_names() -> None:
    stated = {
        row["theirs"]
        for row in table("azure_genai_prices_differences.tsv")
        if row["part"] == "unplaced"
    }
    lost = {
        d[1]
        for month in LISTS
        for meter in meters(month)
        for d in differences(meter)
        if d[0] == "unplaced"
    }
    assert lost == stated
