"""Rating, beside a bare aggregation of the same file and beside per-call libraries."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.events import write_events
from bench.measure import Sample, median, run

SMALL, LARGE = 5_000_000, 20_000_000


def measure_rating(folder: Path, console: Console, *, large: int = LARGE, runs: int = 5) -> None:
    """Prints the table of rating; the files are made in `folder`."""
    small = large // (LARGE // SMALL)
    files = {count: folder / f"events-{count}.parquet" for count in (small, large)}
    for count, path in files.items():
        if not path.exists():
            write_events(path, count)
    bare, rate = _in_turn(files[large], runs)
    at_small = median([run("bench.child", "rate", str(files[small])) for _ in range(runs)])
    peers = {
        name: median([run("bench.child", name, str(files[small])) for _ in range(3)])
        for name in ("litellm", "genai-prices")
    }
    kinds = median([run("bench.child", "rate-all", str(files[small])) for _ in range(2)])
    console.print(_table(large, bare, rate, peers))
    console.print(
        f"With every kind of price at once (bench/kinds.py), {small:,} events: "
        f"{kinds.seconds:.2f} s, {small / kinds.seconds:,.0f} a second."
    )
    console.print(_verdict(large, small, bare, rate, at_small, peers))


def _in_turn(path: Path, runs: int) -> tuple[list[Sample], list[Sample]]:
    """The two after each other, again and again, so that both see the machine's moods."""
    bare, rate = [], []
    run("bench.child", "bare", str(path))
    for _ in range(runs):
        bare.append(run("bench.child", "bare", str(path)))
        rate.append(run("bench.child", "rate", str(path)))
    return bare, rate


def _table(events: int, bare: list[Sample], rate: list[Sample], peers: dict[str, Sample]) -> Table:
    table = Table(title=f"Rating {events:,} events (medians)")
    for name in ("way", "seconds", "events a second", "peak MiB"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for name, sample, count in (
        ("bare DuckDB aggregation", median(bare), events),
        ("Costplane, charges", median(rate), events),
        *((f"{name}, per call", sample, sample.count) for name, sample in peers.items()),
    ):
        per_second = f"{count / sample.seconds:,.0f}"
        table.add_row(name, f"{sample.seconds:.2f}", per_second, f"{sample.peak_mib:,.0f}")
    return table


def _verdict(
    large: int,
    small: int,
    bare: list[Sample],
    rate: list[Sample],
    at_small: Sample,
    peers: dict[str, Sample],
) -> str:
    ratios = sorted(r.seconds / b.seconds for r, b in zip(rate, bare, strict=True))
    times = ratios[len(ratios) // 2]
    memory = median(rate).peak_mib / at_small.peak_mib
    speed = large / median(rate).seconds
    faster = {name: speed / (peer.count / peer.seconds) for name, peer in peers.items()}
    against = ", ".join(f"{ratio:,.0f} times {name}" for name, ratio in faster.items())
    return (
        f"Time: {times:.2f} times the bare aggregation (wanted: at most 1.5). "
        f"Rate: {against} (wanted: 1,000).\n"
        f"Peak memory at {large:,}: {memory:.2f} times that at {small:,} (wanted: at most 1.1)."
    )
