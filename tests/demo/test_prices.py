"""No deployment starts before its price does, and one model alone has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from costplane.core.period import Period
from costplane.core.quantities import PROMPT_TYPES
from costplane.demo.arrivals import Stream, streams
from costplane.demo.calls import used
from costplane.demo.estate import estate
from costplane.demo.sheets import sheet_files
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.importers import read_price_sheet
from costplane.pricing.question import PriceQuestion, Resolution, Unresolved
from costplane.pricing.resolution import timeline

LATER = datetime(2030, 1, 1, tzinfo=UTC)
UNPRICED = "qwen3-235b-a22b"


def _offers() -> Iterator[Offer]:
    with sheet_files() as sheets:
        for version, (name, path) in enumerate(sheets, start=1):
            sheet = read_price_sheet(path, name=name, imported_at=LATER).sheet
            keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
            for row in sheet.rows:
                key = keys[row.product, row.meter_name, row.unit_of_measure]
                if key is not None:
                    yield Offer(key, row, version, sheet.kind, sheet.scope)


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook(_offers(), 4)


def _answers(book: PriceBook, stream: Stream) -> Iterator[Resolution | Unresolved]:
    deployment = stream.placed.deployment
    model = estate().models[deployment.model]
    period = Period(deployment.valid_from, deployment.valid_to or LATER)
    for quantity in used(model):
        question = PriceQuestion(
            scopes=(),
            model=deployment.model,
            model_version=model.version,
            deployment_type=deployment.type,
            service_tier=None,
            region=stream.placed.account.region,
            quantity=quantity,
            context_tokens=0,
        )
        yield from (answer for _, answer in timeline(book, question, period))


@pytest.mark.parametrize("stream", streams(estate()), ids=lambda s: s.placed.name)
def test_every_deployment_has_a_price_as_long_as_it_stands(book: PriceBook, stream: Stream) -> None:
    answers = list(_answers(book, stream))
    assert answers
    if stream.placed.deployment.model == UNPRICED:
        assert {a.code for a in answers if isinstance(a, Unresolved)} == {"NoSuchModel"}
        assert not any(isinstance(answer, Resolution) for answer in answers)
    else:
        assert [answer for answer in answers if isinstance(answer, Unresolved)] == []


def test_ten_models_of_three_vendors_are_priced_and_one_is_sold_by_its_provider(
    book: PriceBook,
) -> None:
    models = {s.placed.deployment.model for s in streams(estate())} - {UNPRICED}
    assert len(models) >= 10
    families = {model.partition("-")[0] for model in models}
    assert {"gpt", "deepseek", "grok", "llama", "mistral", "claude"} <= families
    offers = [offer for model in sorted(models) for offer in book.of_model(model)]
    sold = {o.key.model for o in offers if o.row.publisher_type == "Marketplace"}
    assert sold == {"claude-sonnet-4-5"}


def test_prompt_kinds_of_the_demo_are_prompt_kinds_of_the_registry() -> None:
    prompts = {quantity.name for quantity in PROMPT_TYPES}
    kinds = {name for model in estate().models.values() for name in used(model)}
    assert {name for name in kinds if name.startswith("input")} <= prompts
