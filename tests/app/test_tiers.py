"""Tiers count by month and account, whatever order events arrive in; loops judge every sum."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app import estate, tier_world
from tests.app.estate import Event
from tests.app.tier_world import answer, asked, batches, calls, costs, opened, parts


def by_model(event: Event, _: str) -> tuple[Any, ...]:
    return (event["data"]["model"],)


def by_user(event: Event, _: str) -> tuple[Any, ...]:
    return (event["data"]["user"] or "",)


def by_day(event: Event, _: str) -> tuple[Any, ...]:
    return (int(event["time"][:10].replace("-", "")),)


def check(workspace: Workspace, events: list[Event]) -> None:
    """Hourly rows, requests and the ledger's tiers come to what the loops come to."""
    found = list(parts(events))
    assert tier_world.posted(workspace) == tier_world.expected(found)
    assert answer(workspace, asked("Model")) == costs(found, by_model)
    assert answer(workspace, asked("User")) == costs(found, by_user)
    assert answer(workspace, asked(granularity="Daily")) == costs(found, by_day)


def rows(workspace: Workspace) -> int:
    table = workspace.engine.execute(
        estate.select("SELECT COUNT(*) AS n FROM charges"),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    )
    return int(table["n"][0].as_py())


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_batching_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    events = calls(seed, 150)
    workspace = opened(tmp_path)
    taken: list[Event] = []
    for batch in batches(Random(seed), events):
        estate.take(workspace, batch)
        taken += batch
    check(workspace, taken)
    before = rows(workspace)
    assert workspace.settle() == 0
    assert rows(workspace) == before
    workspace.close()
