"""Cost analysis over HTTP, beside bare DuckDB, Polars and chDB on the same files."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.charges import write_ledger
from bench.peers import WAYS
from bench.questions import PATH, QUESTIONS
from bench.serving import Caller, Times, served
from costplane.app.workspace import Workspace

LARGE = 150_000_000
USERS = 50
EMPTY, COSTPLANE, AGAIN = "empty", "Costplane", "asked again"
_MOST_ROWS = 5_000
_Answer = tuple[float, int, Decimal]
"""Seconds, rows, total."""


def measure_queries(folder: Path, console: Console, *, charges: int, runs: int) -> list[Times]:
    """Prints the table of the ten questions on a ledger of about `charges` charges."""
    data = folder / f"ledger-{charges}"
    there = write_ledger(data, charges)
    _kept_up(data)
    with ExitStack() as open_:
        port = open_.enter_context(served(data, "--no-auth"))
        peers = {way: open_.enter_context(_Peer.of(way, data)) for way in WAYS}
        found = [_measured(number, Caller(port), peers, runs) for number in range(len(QUESTIONS))]
        users = _many_users(port)
    console.print(_table(there, found))
    console.print(f"{USERS} users at once: {users}")
    return found


def compared(few: list[Times], many: list[Times]) -> str:
    """How much longer the same questions take on the larger ledger."""
    found = [m.median(COSTPLANE) / f.median(COSTPLANE) for f, m in zip(few, many, strict=True)]
    return f"On the larger ledger the median is {max(found):.1f} times as long at most (wanted: 5)."


def _kept_up(data: Path) -> None:
    """What a server does in the background once it is started: sums by days and months."""
    workspace = Workspace.open(data)
    try:
        workspace.keep_up()
    finally:
        workspace.close()


def _ask(caller: Caller, number: int, run: int) -> _Answer:
    """The question's answer, read to the end; without groups of unpriced lines alone, which
    peers are not asked for."""
    body = json.dumps(QUESTIONS[number].body(run))
    seconds, told = caller.asked("POST", f"{PATH}&$top={_MOST_ROWS}", body)
    rows = [row for row in told["properties"]["rows"] if row[0] is not None]
    assert told["properties"]["nextLink"] in (None, ""), "the answer has several pages"
    return seconds, len(rows), sum((row[0] for row in rows), Decimal())


@dataclass(frozen=True, slots=True)
class _Peer:
    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def of(cls, way: str, data: Path) -> Iterator[_Peer]:
        command = [sys.executable, "-m", "bench.peers", way, str(data)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
            yield cls(process)
            assert process.stdin is not None
            process.stdin.close()

    def ask(self, number: int, run: int) -> _Answer:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([number, run]), file=self.process.stdin, flush=True)
        seconds, rows, total = json.loads(self.process.stdout.readline())
        return seconds, rows, Decimal(total)


def _measured(number: int, caller: Caller, peers: dict[str, _Peer], runs: int) -> Times:
    """All ways after each other, again and again; a first run of each does not count. Raises
    SystemExit if a way gives another answer."""
    times = Times()
    for run in range(runs + 1):
        caller.empty()
        found = {EMPTY: (caller.empty(), 0, Decimal()), COSTPLANE: _ask(caller, number, run)}
        found[AGAIN] = _ask(caller, number, run)
        found |= {way: peer.ask(number, run) for way, peer in peers.items()}
        rows, total = found[COSTPLANE][1:]
        for way, (seconds, *told) in found.items():
            if way != EMPTY and told != [rows, total]:
                raise SystemExit(f"{way} gives {told} for {QUESTIONS[number]}, not {rows}, {total}")
            if run:
                times.add(way, seconds)
    return times


def _many_users(port: int) -> str:
    def user(number: int) -> list[float]:
        caller = Caller(port)
        order = (number + place for place in range(len(QUESTIONS)))
        return [_ask(caller, n % len(QUESTIONS), 20 + number)[0] for n in order]

    start = time.perf_counter()
    with ThreadPoolExecutor(USERS) as pool:
        found = sorted(seconds for user_ in pool.map(user, range(USERS)) for seconds in user_)
    took = time.perf_counter() - start
    return (
        f"{len(found)} answers, no error, {len(found) / took:,.0f} a second, "
        f"median {statistics.median(found) * 1000:,.0f} ms, "
        f"95th {found[round(len(found) * 0.95)] * 1000:,.0f} ms"
    )


def _table(charges: int, found: list[Times]) -> Table:
    table = Table(
        title=f"Cost analysis over {charges:,} charges (milliseconds; wanted: twice DuckDB and an "
        f"empty request of {statistics.median(t.median(EMPTY) for t in found):.1f})"
    )
    for name in ("question", COSTPLANE, "95th", AGAIN, *WAYS, "times"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for question, times in zip(QUESTIONS, found, strict=True):
        table.add_row(
            question.name,
            f"{times.median(COSTPLANE):.1f}",
            f"{times.most(COSTPLANE):.1f}",
            f"{times.median(AGAIN):.1f}",
            *(f"{times.median(way):.1f}" for way in WAYS),
            f"{(times.median(COSTPLANE) - times.median(EMPTY)) / times.median('duckdb'):.2f}",
        )
    return table
