"""Two `costplane serve` on one data folder: whichever is killed while it writes, the other takes
over, and what was sent over HTTP counts exactly once.

Expected sums come from loops over the events that were sent.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

import httpx
import pytest

from costplane.app.workspace import Workspace
from costplane.core.lease import WRITER
from tests.app.estate import RESOURCES, Event, select

DAY = (datetime.now(UTC) - timedelta(days=2)).date()
PRICES = {"plain": Decimal("0.25"), "whole": Decimal(8)}
SHEET = """\
name: served
currency: USD
deployment_type: GlobalStandard
valid_from: 2020-01-01
rows:
  - {model: plain, quantity: output_text, unit: 1M Tokens, price: 0.25}
  - {model: whole, quantity: output_text, unit: 1M Tokens, price: 8}
"""
WHOLE = 7
"""Events of each batch that all cost the same: answers show all of them or none."""

SERVE = """\
from costplane.app import leasing
from costplane.cli import main
leasing.SECONDS = {}
main()
"""
PATIENCE = 300.0
Batch = list[Event]


@dataclass
class Servers:
    """Servers of one folder, each with its address; one may be killed, and another started."""

    folder: Path
    control: str
    seconds: float
    running: dict[int, tuple[subprocess.Popen[bytes], str]] = field(default_factory=dict)

    def start(self) -> None:
        """Starts one, and waits until it serves."""
        line = [sys.executable, "-c", SERVE.format(self.seconds), "serve", "--no-auth"]
        line += ["--port", "0", "--data", str(self.folder / "data")]
        environment = {**os.environ, "COSTPLANE_CONTROL": self.control}
        with (self.folder / "log").open("ab") as sink:
            server = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=sink)
        assert server.stdout is not None
        self.running[server.pid] = (server, "")
        told = server.stdout.readline().decode()
        assert told.startswith("Costplane serves on "), (self.folder / "log").read_text()
        self.running[server.pid] = (server, told.split()[-1])

    def urls(self) -> list[str]:
        return [url for _, url in list(self.running.values()) if url]

    def kill_the_writer(self, workspace: Workspace, delay: float) -> None:
        """Kills who holds the writer's lease, so long after it was seen to hold it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            holder = workspace._control.leases.holder(workspace.ledger.id, WRITER) or "--"
            pid = int(holder.split("-")[-2] or 0)
            if pid in self.running:
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
                self.running.pop(pid)[0].wait()
                return
        raise AssertionError("nobody wrote")


@contextmanager
def servers(folder: Path, control: str, seconds: float) -> Iterator[Servers]:
    opened = Servers(folder, control, seconds)
    try:
        for _ in range(2):
            opened.start()
        yield opened
        for server, _ in opened.running.values():
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
    finally:
        for server, _ in opened.running.values():
            server.kill()
            server.wait()


class Senders:
    """Threads that send batches to any server, again and again until it is answered."""

    def __init__(self, servers: Servers, batches: list[Batch], seed: int) -> None:
        self._servers = servers
        self._random = Random(seed)
        self._left: SimpleQueue[Batch] = SimpleQueue()
        for batch in batches:
            self._left.put(batch)
        self.answers: list[tuple[float, float, dict[str, Any]]] = []
        self._threads = [threading.Thread(target=self._send_all) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def first_answer_after(self, instant: float) -> float:
        """When the first batch that was sent after an instant was answered; waits for it."""
        while not (ended := [e for s, e, _ in list(self.answers) if s > instant]):
            assert any(thread.is_alive() for thread in self._threads), "too few batches"
            time.sleep(0.01)
        return min(ended)

    def _send_all(self) -> None:
        with httpx.Client(timeout=PATIENCE) as client:
            while True:
                try:
                    batch = self._left.get_nowait()
                except Empty:
                    return
                self._send(client, batch)
                if self._random.random() < 0.2:
                    self._send(client, batch)

    def _send(self, client: httpx.Client, batch: Batch) -> None:
        while True:
            began = time.monotonic()
            url = self._random.choice(self._servers.urls())
            try:
                answer = client.post(f"{url}/v1/events", json=batch)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == httpx.codes.OK:
                self.answers.append((began, time.monotonic(), answer.json()))
                return
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            time.sleep(0.05)


def event(random: Random, model: str, name: str) -> Event:
    moment = datetime(DAY.year, DAY.month, DAY.day, random.randrange(24), 5, tzinfo=UTC)
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway",
        "id": name,
        "time": moment.isoformat(),
        "data": {
            "resource_id": random.choice(RESOURCES),
            "deployment": model,
            "model": model,
            "model_version": "v1",
            "deployment_type": "GlobalStandard",
            "http_status": 200,
            "quantities": {
                "output_text": 1_000 if model == "whole" else random.randrange(1, 90_000)
            },
        },
    }


def written(seed: int, count: int) -> list[Batch]:
    random = Random(seed)
    return [
        [event(random, "whole", f"w-{number}-{n}") for n in range(WHOLE)]
        + [event(random, "plain", f"p-{number}-{n}") for n in range(random.randrange(20))]
        for number in range(count)
    ]


def answered(url: str) -> dict[str, tuple[Decimal, int]]:
    """Cost and calls by deployment, as a server answers."""
    sums = {name: {"name": name, "function": "Sum"} for name in ("Cost", "CallCount")}
    asked = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": DAY.isoformat(), "to": DAY.isoformat()},
        "dataset": {
            "aggregation": sums,
            "granularity": "None",
            "grouping": [{"type": "Dimension", "name": "Deployment"}],
        },
    }
    path = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
    answer = httpx.post(url + path, json=asked, timeout=PATIENCE)
    assert answer.status_code == httpx.codes.OK, answer.text
    told = json.loads(answer.text, parse_float=Decimal)["properties"]
    names = [column["name"] for column in told["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in told["rows"]]
    return {r["Deployment"]: (Decimal(r["Cost"]), int(r["CallCount"])) for r in rows}


def expected(batches: list[Batch]) -> dict[str, tuple[Decimal, int]]:
    cost, calls = defaultdict[str, Decimal](Decimal), defaultdict[str, int](int)
    for batch in batches:
        for sent in batch:
            model, tokens = sent["data"]["model"], sent["data"]["quantities"]["output_text"]
            cost[model] += tokens * PRICES[model] / 1_000_000
            calls[model] += 1
    return {model: (cost[model], calls[model]) for model in cost}


def assert_no_part(url: str) -> None:
    cost, calls = answered(url).get("whole", (Decimal(0), 0))
    assert calls % WHOLE == 0
    assert cost == calls * Decimal("0.008")


def assert_complete(workspace: Workspace, batches: list[Batch]) -> None:
    """The ledger's tables by SQL of the test's own."""
    workspace.settle()
    snapshot = workspace.ledger.snapshot()
    charged = workspace.engine.execute(
        select(
            'SELECT "x_Deployment" AS model, SUM("BilledCost") AS cost, SUM("x_Events") AS calls '
            "FROM charges GROUP BY ALL"
        ),
        {"charges": snapshot.relation("charges")},
    ).to_pylist()
    assert {r["model"]: (r["cost"], r["calls"]) for r in charged} == expected(batches)
    rows = workspace.engine.execute(
        select('SELECT "id" FROM usage'), {"usage": snapshot.relation("usage")}
    )
    assert sorted(rows["id"].to_pylist()) == sorted(e["id"] for b in batches for e in b)
    assert not list((workspace.data / "log").glob("*/*.arrow"))
    assert workspace._control.log_segments.list() == []


def run(
    folder: Path, control: str, *, seed: int, batches: int, kills: int, seconds: float
) -> list[float]:
    """Seconds from each kill to the first answer to what was sent after it."""
    workspace = Workspace.open(folder / "data", control=control)
    (folder / "sheet.yaml").write_text(SHEET)
    workspace.import_prices(folder / "sheet.yaml")
    sent, random, waits = written(seed, batches), Random(seed), list[float]()
    with servers(folder, control, seconds) as running:
        senders = Senders(running, sent, seed)
        for _ in range(kills):
            running.kill_the_writer(workspace, random.uniform(0, 0.1))
            killed = time.monotonic()
            assert_no_part(running.urls()[0])
            waits.append(senders.first_answer_after(killed) - killed)
            running.start()
            assert_no_part(random.choice(running.urls()))
        senders.join()
        for url in running.urls():
            assert answered(url) == expected(sent)
    accepted = sum(told["accepted"] for _, _, told in senders.answers)
    assert accepted <= sum(map(len, sent))
    assert_complete(workspace, sent)
    workspace.close()
    return waits


@pytest.mark.timeout(600)
def test_one_of_two_servers_is_killed_while_it_writes(tmp_path: Path) -> None:
    control = str(tmp_path / "data" / "control.sqlite")
    (waited,) = run(tmp_path, control, seed=3, batches=8, kills=1, seconds=1.0)
    assert waited < 60


@pytest.mark.torture
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.requires("postgres"))]
)
def test_servers_are_killed_again_and_again(
    tmp_path: Path, request: pytest.FixtureRequest, database: str, seed: int
) -> None:
    own = str(tmp_path / "data" / "control.sqlite")
    control = own if database == "sqlite" else request.getfixturevalue("postgres_url")
    waits = run(tmp_path, control, seed=seed, batches=2_000, kills=20, seconds=5.0)
    print("take-over took", *(f"{wait:.1f} s" for wait in sorted(waits)))
