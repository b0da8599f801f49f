"""Tiers count by month and account, whatever order events arrive in; loops judge every sum."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app import estate
from tests.app.estate import Event
from tests.app.stopping import Stopped, stop_after
from tests.app.tiers import tier_world
from tests.app.tiers.tier_world import answer, asked, batches, calls, costs, opened, parts


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


@pytest.mark.parametrize("seed", range(2))
def test_any_order_and_batching_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    events = calls(seed, 120)
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


def test_an_import_prices_what_comes_after_it_and_all_count_together(tmp_path: Path) -> None:
    events = calls(21, 110)
    early, late = events[:60], events[60:]
    workspace = opened(tmp_path)
    estate.take(workspace, early)
    sheet = tmp_path / "dearer.yaml"
    sheet.write_text(tier_world.DEARER)
    workspace.import_prices(sheet)
    estate.take(workspace, late)
    found = list(parts(events, {event["id"] for event in late}))
    assert tier_world.posted(workspace) == tier_world.expected(found)
    assert answer(workspace, asked("User")) == costs(found, by_user)
    assert costs(found, by_model) != costs(parts(events), by_model)
    workspace.close()


def stop(workspace: Workspace, patched: pytest.MonkeyPatch, left: int) -> None:
    """Stops after so many steps: marks of keys, commits of tables, keys that are settled."""
    keys = type(workspace._control.posting_keys)
    stop_after(patched, left, (keys, "mark"), (keys, "settled"), (workspace.ledger, "append"))


def stopped_again_and_again(folder: Path, events: list[Event], steps: list[int]) -> None:
    """Every start completes what the one before left, and stops some steps later."""
    opened(folder).close()
    for steps_left in steps:
        workspace = Workspace.open(folder / "data", now=lambda: tier_world.NOW)
        with pytest.MonkeyPatch.context() as patched:
            stop(workspace, patched, steps_left)
            with suppress(Stopped):
                estate.take(workspace, events)
        workspace.close()
    workspace = Workspace.open(folder / "data", now=lambda: tier_world.NOW)
    estate.take(workspace, events)
    check(workspace, events)
    assert workspace.settle() == 0
    workspace.close()


def test_stopped_intakes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costplane.app.intake.intake.SEGMENT_ROWS", 40)
    stopped_again_and_again(tmp_path, calls(8, 100), [1, 3, 4, 6, 9, 2, 13])


@pytest.mark.torture
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(40))
def test_any_order_and_any_stops(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late events in any order, stops at any step, thousands of calls."""
    random = Random(seed)
    monkeypatch.setattr("costplane.app.intake.intake.SEGMENT_ROWS", random.choice((50, 300, 5_000)))
    events = [event for batch in batches(random, calls(seed, 2_000)) for event in batch]
    stopped_again_and_again(tmp_path, events, [random.randint(1, 25) for _ in range(10)])
