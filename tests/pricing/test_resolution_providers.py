"""Prices are matched by who serves the model: nobody's price is another's."""

from __future__ import annotations

from typing import Any

import pytest

from costplane.pricing.book import Offer
from tests.pricing.offers import day, offer, own, price_of, reason_of

AZURE = offer(2)
OPENAI = offer(3, provider="openai", deployment_scope=None, meter="direct")
DATED = offer(5, provider="openai", deployment_scope=None, version="2026-01-02", meter="dated")


def test_each_provider_has_its_price() -> None:
    assert price_of(AZURE, OPENAI) == 2
    assert price_of(AZURE, OPENAI, provider="openai", deployment_type=None) == 3


@pytest.mark.parametrize(
    ("offers", "provider", "reason"),
    [
        ([OPENAI], "azure", "NoSuchModel: gpt-x"),
        ([AZURE], "openai", "NoSuchModel: gpt-x at openai"),
        ([own(1), AZURE], "openai", "NoSuchModel: gpt-x at openai"),
        ([AZURE, OPENAI], None, "MissingFact: gpt-x input_text: provider"),
    ],
)
def test_no_provider_takes_anothers(offers: list[Offer], provider: str | None, reason: str) -> None:
    told: dict[str, Any] = {"provider": provider, "deployment_type": "GlobalStandard"}
    assert reason_of(*offers, **told) == reason


def test_a_provider_that_nobody_told_matters_only_where_prices_differ() -> None:
    equal = offer(2, provider="openai", deployment_scope=None, meter="direct")
    assert price_of(AZURE, equal, provider=None) == 2


def test_outside_azure_rows_without_version_price_the_undated_name() -> None:
    asked: dict[str, Any] = {"provider": "openai", "deployment_type": None}
    assert price_of(OPENAI, DATED, model_version=None, **asked) == 3
    assert price_of(OPENAI, DATED, model_version="2026-01-02", **asked) == 5
    assert price_of(OPENAI, DATED, model_version="2026-03-04", **asked) == 3
    older = offer(7, version="v0", meter="older")
    assert reason_of(AZURE, older, model_version=None).startswith("MissingFact")


def test_only_azure_has_deployment_types() -> None:
    assert price_of(OPENAI, provider="openai", deployment_type="scale") == 3


def test_a_band_that_ended_leaves_the_price_of_every_length() -> None:
    long = {"context_band": "long", "context_threshold": 1_000, "meter": "long"}
    rows = [offer(1), offer(2, **long, valid_to=day(6)), offer(3, **long, valid_from=day(11))]
    asked: dict[str, Any] = {"context_tokens": 2_000}
    assert [price_of(*rows, at=day(month), **asked) for month in (5, 6, 10, 11)] == [2, 1, 1, 3]
