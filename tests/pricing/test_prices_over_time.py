"""Real lists of three dates in one store: usage of each date gets the price of its date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

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
