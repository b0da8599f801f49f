"""A saved estimate: read again to the last digit, in the words of queries, beside actual."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.analysis.dimensions import BY_NAME
from costplane.app.estimating.beside_actual import (
    DIMENSIONS,
    BesideActual,
    beside_actual,
    query_of,
)
from costplane.app.estimating.result import Estimate
from costplane.app.estimating.saving import estimate_of
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound
from costplane.metering.native import read_json_lines
from tests.app.estimating.plans import NOW, PRICES, plan, workspace

GROUP = "/subscriptions/s1/resourceGroups/rg"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Workspace]:
    found = workspace(tmp_path, PRICES)
    yield found
    found.close()


def made(opened: Workspace, **fields: object) -> Estimate:
    told = {"scope": GROUP, "input_tokens": "33.3", "cached_share": "10%", "months": 2, **fields}
    return opened.estimating.estimate(plan(**told), NOW)


def test_what_is_saved_is_read_again(opened: Workspace) -> None:
    first = made(opened, quantities={"pages": "1"})
    saved = opened.estimates.save(" plan ", first, NOW)
    assert (saved.name, saved.version, saved.saved_at) == ("plan", 1, NOW)
    assert estimate_of(saved) == first
    second = made(opened, calls_per_day=11)
    assert opened.estimates.save("plan", second, NOW).version == 2
    assert estimate_of(opened.estimates.find("plan")) == second
    assert estimate_of(opened.estimates.find("plan", 1)) == first
    assert [one.version for one in opened.estimates.all()] == [1, 2]


def test_an_estimate_that_is_not_there(opened: Workspace) -> None:
    with pytest.raises(NotFound, match="there is no estimate 'plan'"):
        opened.estimates.find("plan")
    with pytest.raises(InvalidInput, match="1 to 200 characters"):
        opened.estimates.save(" ", made(opened), NOW)


def test_amounts_have_the_dimensions_of_queries(opened: Workspace) -> None:
    found = made(opened)
    opened.estimates.save("plan", found, NOW)
    amounts = opened.estimates.amounts("plan")
    assert sum(amount.cost for amount in amounts) == found.totals()["USD"]
    assert amounts[0].dimensions == {
        "SubscriptionId": "s1",
        "ResourceGroupName": "rg",
        "Model": "alpha",
        "Deployment": "w",
        "DeploymentType": "GlobalStandard",
        "TokenType": "input_text",
        "Meter": "alpha Input Global",
        "MeterId": found.lines[0].meter_id,
    }
    names = {name for amount in amounts for name in amount.dimensions}
    assert [name for name in (*names, *DIMENSIONS) if BY_NAME[name.lower()].name != name] == []


def test_beside_what_was_spent(opened: Workspace) -> None:
    opened.estimates.save("plan", made(opened, input_tokens="1000000", cached_share="0"), NOW)
    event = {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "t",
        "id": "1",
        "time": "2026-11-03T10:00:00Z",
        "data": {
            "resource_id": f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/a",
            "deployment": "d",
            "model": "alpha",
            "deployment_type": "GlobalStandard",
            "quantities": {"input_text": 250_000},
        },
    }
    report = opened.ingest([read_json_lines([json.dumps(event).encode()])])
    assert report.accepted == 1
    amounts = opened.estimates.amounts("plan")
    definition = opened.definition(query_of(amounts, "Model"))
    actual = opened.query_whole(parse_scope("/"), definition)
    first, second = beside_actual(amounts, actual, "Model")
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    assert first == BesideActual(november, "alpha", "USD", Decimal(600), Decimal("0.5"))
    assert first.difference == Decimal("-599.5")
    assert second == BesideActual(december, "alpha", "USD", Decimal(620), None)


def test_only_dimensions_that_estimates_have(opened: Workspace) -> None:
    opened.estimates.save("plan", made(opened), NOW)
    with pytest.raises(InvalidInput, match="'User': use one of Model, Meter"):
        query_of(opened.estimates.amounts("plan"), "User")
