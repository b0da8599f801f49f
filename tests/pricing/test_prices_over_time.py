"""Real lists of three dates in one store: usage of each date gets the price of its date."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from costplane.core.period import Period
from costplane.pricing.book import PriceBook
from costplane.pricing.importers import read_price_sheet
from costplane.pricing.question import PriceQuestion, Resolution, Unresolved
from costplane.pricing.resolution import resolve, timeline
from costplane.store.control_plane import ControlPlane

LISTS = (
    ("azure_retail_ai_models_2025-08-25.ndjson.gz", datetime(2025, 8, 25, tzinfo=UTC)),
    ("azure_genai_prices_snapshot_2026-08-11.json.gz", datetime(2026, 8, 11, tzinfo=UTC)),
    ("azure_retail_gpt6_sample_2026-10-01.ndjson", datetime(2026, 10, 1, tzinfo=UTC)),
)

GPT_41 = PriceQuestion(
    (), "gpt-4.1", "2025-04-14", "GlobalStandard", None, "swedencentral", "input_text", 0
)
GPT_54 = replace(GPT_41, model="gpt-5.4", model_version="2026-03-05")
GPT_61 = replace(
    GPT_41,
    model="gpt-6.1-sol",
    model_version="2026-10-01",
    service_tier="flex",
    region="spaincentral",
    quantity="input_text_cached",
    context_tokens=300_000,
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PriceBook]:
    """The three lists, imported on their days."""
    plane = ControlPlane.open(tmp_path_factory.mktemp("store") / "control.sqlite")
    for name, day in LISTS:
        with as_file(files("costplane.pricing") / "data" / name) as path:
            plane.prices.add(read_price_sheet(Path(path), imported_at=day).sheet)
    yield plane.prices.book()
    plane.close()


def at(year: int, month: int, day: int = 15) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "instant", "price", "version"),
    [
        # In the lists of 2025-08 and of 2026-08: the same row, so the same price all along.
        (GPT_41, at(2025, 8, 26), "0.002", None),
        (GPT_41, at(2026, 11), "0.002", None),
        # From the list of 2026-08 on.
        (GPT_54, at(2026, 8), "2.5", 2),
        (GPT_54, at(2026, 11), "2.5", 2),
        # The sample of 2026-10.
        (GPT_61, at(2026, 10), "0.1", 3),
    ],
)
def test_usage_of_a_date_gets_the_price_of_its_date(
    book: PriceBook, question: PriceQuestion, instant: datetime, price: str, version: int | None
) -> None:
    answer = resolve(book, question, instant)
    assert isinstance(answer, Resolution), answer
    assert answer.offer.row.price == Decimal(price)
    assert version in (None, answer.offer.version)


@pytest.mark.parametrize(
    ("question", "instant", "code"),
    [
        (GPT_41, at(2024, 1), "NotYetValid"),
        (GPT_54, at(2025, 9), "NotYetValid"),
        (GPT_61, at(2026, 9, 30), "NotYetValid"),
    ],
)
def test_usage_before_its_price_has_none(
    book: PriceBook, question: PriceQuestion, instant: datetime, code: str
) -> None:
    answer = resolve(book, question, instant)
    assert isinstance(answer, Unresolved)
    assert answer.code == code


def test_a_book_of_the_past_knows_no_later_list(book: PriceBook) -> None:
    before = resolve(book.at(1), GPT_54, at(2026, 8))
    assert isinstance(before, Unresolved)
    assert before.code == "NoSuchModel"


ADA = replace(
    GPT_41,
    model="text-embedding-ada-002",
    model_version="2",
    deployment_type="Standard",
    region="westeurope",
)


@pytest.mark.parametrize(("region", "after"), [("westeurope", "0.000132"), ("eastus", "0.00011")])
def test_a_price_that_changed_between_two_lists_changes_on_its_day(
    book: PriceBook, region: str, after: str
) -> None:
    day = datetime(2025, 9, 1, tzinfo=UTC)
    month = Period(day - timedelta(days=15), day + timedelta(days=15))
    parts = timeline(book, replace(ADA, region=region), month)
    assert [part for part, _ in parts] == [Period(month.start, day), Period(day, month.end)]
    rows = [a.offer.row for _, a in parts if isinstance(a, Resolution)]
    assert [row.price for row in rows] == [Decimal("0.0001"), Decimal(after)]


Named = tuple[str, str, str]
"""Product, meter and region, as the lists write them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list, read without the product."""

    start: str
    end: str
    unit_price: Fraction


def listed_rows() -> dict[Named, list[Listed]]:
    """The rows of the three lists by their meter, the older list first."""
    found: dict[Named, list[Listed]] = defaultdict(list)
    for name, _ in LISTS:
        content = (files("costplane.pricing") / "data" / name).read_bytes()
        text = gzip.decompress(content) if name.endswith(".gz") else content
        for row in raw_rows(text):
            blocks = {"1K": 1_000, "1M": 1_000_000}
            if row["unitOfMeasure"] in blocks and "reservationTerm" not in row:
                price = Fraction(str(row["retailPrice"])) / blocks[row["unitOfMeasure"]]
                listed = Listed(row["effectiveStartDate"], row.get("effectiveEndDate") or "", price)
                for region in row.get("regions") or [row.get("armRegionName") or ""]:
                    found[row["productName"], row["meterName"], region.lower()].append(listed)
    return found


def raw_rows(text: bytes) -> list[dict[str, Any]]:
    try:
        items: list[dict[str, Any]] = json.loads(text, parse_float=str)["items"]
    except json.JSONDecodeError:
        return [json.loads(line, parse_float=str) for line in text.splitlines()]
    return items


def price_at(rows: list[Listed], instant: str) -> Fraction | None:
    """The row of the latest start among those that have begun and not ended, by comparing text."""
    live = [row for row in rows if row.start <= instant and not (row.end and row.end < instant)]
    return max(live, key=lambda row: row.start).unit_price if live else None


def test_every_meter_has_the_price_of_each_date(book: PriceBook) -> None:
    """Every seventh meter of tokens that alone prices its key, beside the lists' own text."""
    listed, compared = listed_rows(), 0
    for model in sorted(book.models()):
        for question, named in islice(questions_of(book, model), len(model) % 7, None, 7):
            for year, month in ((2025, 8), (2025, 12), (2026, 8), (2026, 10)):
                instant = at(year, month, 26)
                expected = price_at(listed[named], f"{instant:%Y-%m-%dT%H:%M:%SZ}")
                answer = resolve(book, question, instant)
                found = answer.offer.row if isinstance(answer, Resolution) else None
                if expected is None:
                    assert found is None or found.meter_name != named[1], (named, instant)
                    continue
                assert found is not None, (named, instant, answer)
                assert Fraction(found.price) / Fraction(found.block_size) == expected, named
                compared += 1
    assert compared > 2_000


def questions_of(book: PriceBook, model: str) -> Iterator[tuple[PriceQuestion, Named]]:
    """A question for each meter of a model that alone prices its key in its region."""
    offers = [o for o in book.of_model(model) if o.row.unit == "Tokens" and o.row.region]
    by_key: dict[object, set[Named]] = defaultdict(set)
    for offer in offers:
        named = (offer.row.product, offer.row.meter_name, offer.row.region or "")
        by_key[offer.key, offer.row.region].add(named)
    kinds = {"Global": "GlobalStandard", "DataZone": "DataZoneStandard", "Regional": "Standard"}
    asked: set[object] = set()
    for offer in offers:
        key, region = offer.key, offer.row.region
        if key.variant or len(by_key[key, region]) > 1 or (key, region) in asked:
            continue
        asked.add((key, region))
        (named,) = by_key[key, region]
        tokens = (key.context_threshold or 0) + (1 if key.context_band == "long" else 0)
        version = key.version or "of no row"
        kind, tier = kinds[key.deployment_scope or ""], key.service_tier
        yield (
            PriceQuestion((), model, version, kind, tier, region, key.quantity, tokens),
            named,
        )
