"""Recorded provider answers cost what genai-prices reckons from the same list, to the last digit.

Every answer goes in as the provider gave it, once for each provider whose price of the model
genai-prices knows, on three dates; the package's own data is the price list. Ours is exact by
line and rounded at twelve places, theirs is exact: no tolerance is needed. What differs stands
with its reason in tests/data/usage/price_comparison.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import genai_prices
import pytest

from costplane.app.workspace import Workspace
from costplane.metering.extract import extract
from tests.app.estate import Event, answer, body, costs, take
from tests.metering.test_recorded_usage import COMPARISON, FOLDER, facts, inclusive, recorded

PRICES = json.loads((FOLDER / "price_comparison.json").read_text())
LISTED: dict[str, list[str]] = PRICES["differences"]
DATES = (
    datetime(2025, 6, 10, 9, tzinfo=UTC),
    datetime(2026, 3, 10, 9, tzinfo=UTC),
    datetime(2026, 11, 10, 9, tzinfo=UTC),
)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded answer, as one provider would have charged it at one time."""

    line: int
    provider: str
    at: datetime
    answer: dict[str, Any]
    theirs: Decimal

    @property
    def name(self) -> str:
        return f"{self.line}/{self.provider}"

    @property
    def id(self) -> str:
        return f"{self.name}/{self.at:%Y-%m-%d}"

    def event(self) -> Event:
        usage, _, model = facts(self.answer)
        return {
            "specversion": "1.0",
            "type": "ai.inference.usage",
            "source": "recorded",
            "id": self.id,
            "time": self.at.isoformat().replace("+00:00", "Z"),
            "data": {
                "account": {"provider": self.provider, "project": "recorded"},
                "provider": self.provider,
                "model": model,
                "usage": usage,
                "tags": {"case": self.id},
            },
        }


def cases_of(line: int, recorded_answer: dict[str, Any]) -> Iterator[Case]:
    """The answer at each provider whose reading of its usage is ours (test_recorded_usage.py
    lists the others) and for whom genai-prices has a price, Azure apart."""
    usage, told, model = facts(recorded_answer)
    ours = inclusive(extract(usage, provider=told, model=model))
    for reading in recorded_answer["extracted"]:
        figures = reading["usage"]
        if ours != {k: v for k, v in figures.items() if v and k not in COMPARISON["not_compared"]}:
            continue
        for provider in dict.fromkeys(one["provider_id"] for one in reading["extractors"]):
            if provider in PRICES["not_compared"]:
                continue
            for at in DATES:
                theirs = reckoned(figures, model or "", provider, at)
                if theirs is None:
                    break
                yield Case(line, provider, at, recorded_answer, theirs)


def reckoned(figures: dict[str, Any], model: str, provider: str, at: datetime) -> Decimal | None:
    """What genai-prices reckons; None where it knows no such model of the provider."""
    try:
        price = genai_prices.calc_price(
            genai_prices.Usage(**figures), model, provider_id=provider, genai_request_timestamp=at
        )
    except LookupError:
        return None
    return price.total_price


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    found = [case for line, told in enumerate(recorded(), 1) for case in cases_of(line, told)]
    unique = {case.id: case for case in found}
    assert len(unique) == len(found) > 3_000
    assert len({case.line for case in found}) > 600
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> Iterator[Workspace]:
    opened = Workspace.open(tmp_path_factory.mktemp("recorded"), now=lambda: NOW)
    spec = find_spec("genai_prices")
    assert spec is not None
    assert spec.origin is not None
    sheet = Path(spec.origin).with_name("data.py")
    opened.import_prices(sheet, valid_from=datetime(2020, 1, 1, tzinfo=UTC))
    assert take(opened, [case.event() for case in cases]).accepted == len(cases)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ours(workspace: Workspace) -> dict[str, Decimal]:
    """What each case costs, as the product answers."""
    asked = body("tag:case", period={"from": "2025-01-01", "to": "2026-11-19"})
    return {str(case): cost for (case,), cost in costs(answer(workspace, asked, "/")).items()}


def test_costs_are_those_of_genai_prices(cases: list[Case], ours: dict[str, Decimal]) -> None:
    different = {case.name for case in cases if case.theirs != ours.get(case.id, Decimal(0))}
    unpriced_zero = {case.name for case in cases if case.theirs == 0 and case.name in LISTED}
    assert different | unpriced_zero == set(LISTED)


def test_at_most_a_twentieth_differs(cases: list[Case]) -> None:
    names = {case.name for case in cases}
    assert len(LISTED) <= 0.05 * len(names)


@pytest.mark.parametrize("name", LISTED)
def test_a_listed_difference_is_told_with_its_reason(
    workspace: Workspace, cases: list[Case], name: str
) -> None:
    """What genai-prices prices and the product does not is Unpriced, for the reason listed."""
    code, _ = LISTED[name]
    for case in (case for case in cases if case.name == name):
        reasons = [line.reason for line in workspace.explain_event("recorded", case.id).lines]
        assert {(reason or "priced").partition(":")[0] for reason in reasons} - {"priced"} == {code}
