"""Several processes on one data folder and one control plane: whichever of them is killed, every
event counts exactly once, and no answer shows a part of a segment.

Expected sums come from the loops of `estate.py` over the events' own text.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from costplane.app.workspace import Workspace
from costplane.core.lease import WRITER
from tests.app import estate
from tests.app.estate import NOW, Event, answer, body, costs, model_of, priced

ROOT = Path(__file__).parents[3]
WHOLE = 7
"""Events of each batch whose deployment is `whole`; all cost the same."""

SECONDS = 1.0
PATIENCE = 300.0
Batch = list[Event]


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.requires("postgres"))]
)
def control(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the control plane is."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "control.sqlite")
    url: str = request.getfixturevalue("postgres_url")
    return url


@dataclass
class Site:
    """A data folder, and processes that take events into it."""

    folder: Path
    control: str
    running: dict[int, tuple[subprocess.Popen[bytes], Path]] = field(default_factory=dict)
    told: list[Path] = field(default_factory=list)

    def opened(self) -> Workspace:
        return Workspace.open(self.folder / "data", control=self.control, now=lambda: NOW)

    def start(self, batches: Path) -> None:
        told = self.folder / f"told-{len(self.told)}"
        self.told.append(told)
        arguments = (self.folder / "data", self.control, batches, SECONDS)
        with told.open("wb") as sink:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.app.processes.taking", *map(str, arguments)],
                cwd=ROOT,
                stdout=sink,
            )
        self.running[child.pid] = (child, batches)

    def kill_the_writer(self, workspace: Workspace) -> Path | None:
        """Kill who holds the writer's lease, in the middle of its work; what it was taking."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.alive():
            pid = self.writer(workspace)
            if pid in self.running:
                child, batches = self.running.pop(pid)
                os.kill(pid, signal.SIGKILL)
                child.wait()
                return batches
        return None

    def writer(self, workspace: Workspace) -> int:
        """The process id of who holds the writer's lease; 0 for nobody."""
        holder = workspace._control.leases.holder(workspace.ledger.id, WRITER)
        return int(holder.split("-")[-2]) if holder else 0

    def alive(self) -> bool:
        return any(child.poll() is None for child, _ in self.running.values())

    def reports(self) -> list[list[int]]:
        """What came of each batch; the last line of a killed process may be cut."""
        lines = [line for told in self.told for line in told.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.endswith("]")]


@contextmanager
def site(folder: Path, control: str) -> Iterator[Site]:
    estate.opened(folder, control=control).close()
    opened = Site(folder, control)
    try:
        yield opened
    finally:
        for child, _ in opened.running.values():
            child.kill()
            child.wait()


def whole(number: int) -> Batch:
    """Calls at one price, of one deployment, that come and are seen together."""
    return [
        {
            "specversion": "1.0",
            "type": "ai.inference.usage",
            "source": f"whole/{number}",
            "id": str(n),
            "time": "2026-11-02T10:00:00Z",
            "data": {
                "resource_id": estate.RESOURCES[0],
                "deployment": "whole",
                "model": "alpha",
                "model_version": "v1",
                "deployment_type": "GlobalStandard",
                "http_status": 200,
                "user": None,
                "quantities": {"output_text": 1_000},
            },
        }
        for n in range(WHOLE)
    ]


def written(folder: Path, seed: int, processes: int, batches: int) -> tuple[list[Path], Batch]:
    """A file of batches for each process; every batch is given to two of them, in other orders."""
    random = Random(seed)
    calls = estate.calls(seed, batches * 5)
    mixed = [calls[n * 5 : n * 5 + 5] for n in range(batches)]
    all_ = mixed + [whole(n) for n in range(batches)]
    shares: list[list[Batch]] = [[] for _ in range(processes)]
    for number, batch in enumerate(all_):
        for taker in {number % processes, (number + 1) % processes}:
            shares[taker].append(batch)
    files = []
    for number, share in enumerate(shares):
        random.shuffle(share)
        files.append(folder / f"batches-{number}")
        files[-1].write_text("".join(json.dumps(batch) + "\n" for batch in share))
    return files, [event for batch in all_ for event in batch]


def assert_no_part(workspace: Workspace) -> None:
    """Answers show batches whole, and all their events or none."""
    found = answer(workspace, body("Deployment"))
    cost, _, calls = found.get(("whole",), (Decimal(0), 0, 0))
    assert cost % (WHOLE * Decimal("0.008")) == 0
    assert calls * Decimal("0.008") == cost


def assert_complete(workspace: Workspace, events: Batch) -> None:
    workspace.settle()
    assert costs(answer(workspace, body("Model"))) == priced(events, lambda e, _: (model_of(e),))
    assert costs(answer(workspace, body("User"))) == priced(
        events, lambda e, _: (e["data"]["user"] or "",)
    )
    statement = estate.select('SELECT "source", "id" FROM usage')
    usage = workspace.ledger.snapshot().relation("usage")
    rows = workspace.engine.execute(statement, {"usage": usage}).to_pylist()
    known = sorted((row["source"], row["id"]) for row in rows)
    assert known == sorted((event["source"], event["id"]) for event in events)
    assert not list((workspace.data / "log").glob("*/*.arrow"))
    assert workspace._control.log_segments.list() == []
    assert [path for path in (workspace.data / "log").iterdir() if path.is_dir()] == []


def run(folder: Path, control: str, *, seed: int, processes: int, batches: int, kills: int) -> None:
    files, events = written(folder, seed, processes, batches)
    with site(folder, control) as here:
        workspace = here.opened()
        for file in files:
            here.start(file)
        random = Random(seed)
        for _ in range(kills):
            time.sleep(random.uniform(0, 1))
            assert_no_part(workspace)
            batches_left = here.kill_the_writer(workspace)
            assert_no_part(workspace)
            if batches_left is not None:
                here.start(batches_left)
        deadline = time.monotonic() + PATIENCE
        while here.alive():
            assert time.monotonic() < deadline
            assert_no_part(workspace)
            time.sleep(0.5)
        assert [child.returncode for child, _ in here.running.values()] == [0] * processes
        assert_complete(workspace, events)
        accepted = sum(report[0] for report in here.reports())
        assert len(events) // 2 < accepted <= len(events)
        workspace.close()


@pytest.mark.timeout(600)
def test_a_writer_is_killed_beside_another_process(tmp_path: Path, control: str) -> None:
    run(tmp_path, control, seed=7, processes=2, batches=4, kills=1)


@pytest.mark.torture
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(5))
def test_writers_are_killed_again_and_again(tmp_path: Path, control: str, seed: int) -> None:
    run(tmp_path, control, seed=seed, processes=3, batches=120, kills=30)
