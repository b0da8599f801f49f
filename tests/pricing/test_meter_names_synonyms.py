"""Different meters of one list stand for different things, but for true synonyms."""

import gzip
import json
from collections import defaultdict
from importlib.resources import files

from costplane.pricing.meter_names import Placed, parse_meter
from tests.pricing.meter_lists import table

DATA = files("costplane.pricing") / "data"


def old_list() -> list[tuple[str, str, str, str]]:
    lines = gzip.decompress(
        (DATA / "azure_retail_ai_models_2025-08-25.ndjson.gz").read_bytes()
    ).splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        (r["productName"], r["meterName"], r["unitOfMeasure"], r["armRegionName"]) for r in rows
    ]


def new_list() -> list[tuple[str, str, str, str]]:
    items = json.loads(
        gzip.decompress((DATA / "azure_genai_prices_snapshot_2026-08-11.json.gz").read_bytes())
    )["items"]
    return [
        (i["productName"], i["meterName"], i["unitOfMeasure"], region)
        for i in items
        for region in i["regions"]
    ]


def synonyms(rows: list[tuple[str, str, str, str]]) -> set[frozenset[str]]:
    """Sets of meter names that one key and region gather, by the hour and by the month apart."""
    gathered: dict[object, set[str]] = defaultdict(set)
    for product, meter, unit, region in rows:
        placement = parse_meter(product, meter, unit)
        if isinstance(placement, Placed):
            gathered[placement.key, region, unit == "1/Month"].add(meter)
    return {frozenset(names) for names in gathered.values() if len(names) > 1}


def test_only_stated_synonyms_share_a_key_and_a_region() -> None:
    stated = {frozenset((row["meter"], row["synonym"])) for row in table("meter_synonyms.tsv")}
    assert synonyms(old_list()) == set()
    found = synonyms(new_list())
    assert found <= stated
    assert len(found) == 8


def test_synonyms_have_one_price_where_they_start_together() -> None:
    prices: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    items = json.loads(
        gzip.decompress((DATA / "azure_genai_prices_snapshot_2026-08-11.json.gz").read_bytes())
    )["items"]
    for item in items:
        for region in item["regions"]:
            row = (item["effectiveStartDate"], str(item["retailPrice"]))
            prices[item["meterName"], region].add(row)
    compared = 0
    for stated in table("meter_synonyms.tsv"):
        for meter, region in [key for key in prices if key[0] == stated["meter"]]:
            other = dict(prices.get((stated["synonym"], region), ()))
            for start, price in prices[meter, region]:
                assert other.get(start, price) == price, (meter, region)
                compared += start in other
    assert compared > 0
