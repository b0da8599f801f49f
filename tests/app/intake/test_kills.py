"""Whenever an intake is killed, the next one completes it: every event counts exactly once.

Expected sums come from the loops of `estate.py` over the events' own text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.metering.native import read_json_lines
from tests.app import estate
from tests.app.estate import NOW, Event, answer, body, costs, model_of, priced
from tests.app.intake.killed_intake import KILLED, STEPS, Countdown, watch
from tests.app.stopping import Stopped, stop

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Site:
    """A data folder, a file of events for it, and what it must come to."""

    folder: Path
    events: tuple[Event, ...]
    segment_rows: int

    @property
    def file(self) -> Path:
        return self.folder / "events.jsonl"

    def start(self, step: str = "never", number: int = 1) -> subprocess.Popen[bytes]:
        arguments = (self.folder / "data", self.file, self.segment_rows, step, number)
        command = [sys.executable, "-m", "tests.app.intake.killed_intake", *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT)

    def kill_after(self, step: str, number: int = 1) -> bool:
        """Whether the process got as far as to die there."""
        status = self.start(step, number).wait()
        assert status in (0, KILLED)
        return status == KILLED

    def kill_within(self, seconds: float) -> None:
        process = self.start()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prepare(folder: Path, count: int, segment_rows: int) -> Site:
    """Every tenth call is told by a second source too, in the same file."""
    events: list[Event] = []
    for number, event in enumerate(estate.calls(seed=11, count=count)):
        data = event["data"] | {"response_id": f"r-{number}"}
        events.append(event | {"data": data})
        if number % 10 == 0:
            events.append(event | {"data": data, "source": "otel"})
    estate.opened(folder).close()
    site = Site(folder, tuple(events), segment_rows)
    site.file.write_text("".join(json.dumps(event) + "\n" for event in events))
    return site


def complete(site: Site) -> None:
    """The whole file once more, in one go; then everything is as if nothing had happened."""
    workspace = Workspace.open(site.folder / "data", now=lambda: NOW)
    with site.file.open("rb") as lines:
        workspace.ingest([read_json_lines(lines)])
    calls = [event for event in site.events if event["source"] != "otel"]
    assert costs(answer(workspace, body("Model"))) == priced(calls, lambda e, _: (model_of(e),))
    assert costs(answer(workspace, body("User"))) == priced(
        calls, lambda e, _: (e["data"]["user"] or "",)
    )
    assert answer(workspace, body())[()][2] == len(calls)
    assert identities(workspace, "usage") == sorted((e["source"], e["id"]) for e in calls)
    told_twice = [(e["source"], e["id"]) for e in site.events if e["source"] == "otel"]
    assert identities(workspace, "evidence") == sorted(told_twice)
    assert quantities(workspace) == told(calls)
    assert not list((site.folder / "data" / "log").glob("*/*.arrow"))
    with site.file.open("rb") as lines:
        again = workspace.ingest([read_json_lines(lines)])
    assert (again.accepted, again.duplicates) == (0, len(site.events))
    assert again.conflicts == 0
    workspace.close()


def identities(workspace: Workspace, table: str) -> list[tuple[str, str]]:
    statement = estate.select(f'SELECT "source", "id" FROM {table}')
    relation = workspace.ledger.snapshot().relation(table)
    rows = workspace.engine.execute(statement, {table: relation}).to_pylist()
    return sorted((row["source"], row["id"]) for row in rows)


def quantities(workspace: Workspace) -> dict[str, Any]:
    """What the lines of `charges` and `uncharged` count together."""
    statement = estate.select(
        'SELECT "x_TokenType" AS name, SUM("ConsumedQuantity") AS amount FROM (SELECT '
        '"x_TokenType", "ConsumedQuantity" FROM charges UNION ALL SELECT "x_TokenType", '
        '"ConsumedQuantity" FROM uncharged) AS line WHERE "x_TokenType" IS NOT NULL GROUP BY ALL'
    )
    snapshot = workspace.ledger.snapshot()
    relations = {table: snapshot.relation(table) for table in ("charges", "uncharged")}
    rows = workspace.engine.execute(statement, relations).to_pylist()
    return {row["name"]: row["amount"] for row in rows}


def told(calls: list[Event]) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for event in calls:
        for name, amount in (event["data"].get("quantities") or {}).items():
            sums[name] = sums.get(name, 0) + estate.exact(amount)
    return {name: amount for name, amount in sums.items() if amount}


def test_stopped_after_every_step_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each start completes what the one before left, and stops one step later."""
    site = prepare(tmp_path, count=360, segment_rows=80)
    monkeypatch.setattr("costplane.app.intake.intake.SEGMENT_ROWS", site.segment_rows)
    for step, number in [*((step, 1) for step in STEPS), ("charges", 2), ("usage", 3)]:
        workspace = Workspace.open(site.folder / "data", now=lambda: NOW)
        with monkeypatch.context() as patched:
            watch(Countdown(step, number, stop), patched.setattr)
            with pytest.raises(Stopped):
                workspace.ingest([read_json_lines(estate.lines(site.events))])
        workspace.close()
    complete(site)


def test_killed_at_steps_and_at_any_moment(tmp_path: Path) -> None:
    site = prepare(tmp_path, count=600, segment_rows=60)
    assert all(site.kill_after(step) for step in ("usage", "charges"))
    for _ in range(2):
        site.kill_within(Random().uniform(0.5, 5))
    complete(site)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [1, 2, 4])
def test_killed_once_after_a_step(tmp_path: Path, step: str, number: int) -> None:
    site = prepare(tmp_path, count=2_000, segment_rows=400)
    killed = site.kill_after(step, number)
    assert killed or (step == "series" and number > 1)
    complete(site)


@pytest.mark.torture
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(10))
def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    """Ten folders of 20,000 events, each killed twenty times."""
    site = prepare(tmp_path, count=20_000, segment_rows=2_500)
    random = Random(seed)
    for _ in range(20):
        site.kill_within(random.uniform(1, 8))
    complete(site)
