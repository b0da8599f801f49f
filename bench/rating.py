"""Rating, beside a bare aggregation of the same file and beside per-call libraries."""

from __future__ import annotations

import statistics
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.events import write_events
from bench.measure import Sample, median, run

SMALL, LARGE = 5_000_000, 20_000_000
BARE, PLAIN, KINDS = "bare", "rate", "rate-all"
PEERS = ("litellm", "genai-prices")
_WAYS = {
    BARE: "bare DuckDB aggregation",
    PLAIN: "Costplane, list prices",
    KINDS: "Costplane, every kind",
    **{peer: f"{peer}, per call" for peer in PEERS},
}


def measure_rating(folder: Path, console: Console, *, large: int = LARGE, runs: int = 5) -> None:
    """Prints the table of rating; the files are made in `folder`."""
    small = large // (LARGE // SMALL)
    files = {count: folder / f"events-{count}.parquet" for count in (small, large)}
    for count, path in files.items():
        if not path.exists():
            write_events(path, count)
    samples = _in_turn(files[large], (BARE, PLAIN, KINDS), runs)
    at_small = _in_turn(files[small], (PLAIN, KINDS), runs)
    samples |= _in_turn(files[small], PEERS, min(runs, 3))
    console.print(_table(large, samples))
    console.print(_verdict(large, small, samples, at_small))


def _in_turn(path: Path, ways: tuple[str, ...], runs: int) -> dict[str, list[Sample]]:
    """The ways after each other, again and again, so that all see the machine's moods; a first
    run, which reads the file from the disk, does not count."""
    run("bench.child", ways[0], str(path))
    samples: dict[str, list[Sample]] = {way: [] for way in ways}
    for _ in range(runs):
        for way in ways:
            samples[way].append(run("bench.child", way, str(path)))
    return samples


def _table(events: int, samples: dict[str, list[Sample]]) -> Table:
    table = Table(title=f"Rating {events:,} events (medians; every kind of price: bench/kinds.py)")
    columns = ("way", "seconds", "of processors", "times bare", "events a second", "peak MiB")
    for name in columns:
        table.add_column(name, justify="left" if name == "way" else "right")
    for way, found in samples.items():
        one = median(found)
        count = one.count if way in PEERS else events
        table.add_row(
            _WAYS[way],
            f"{one.seconds:.2f}",
            f"{one.processor_seconds:.2f}",
            "" if way in PEERS else f"{_times(found, samples[BARE]):.2f}",
            f"{count / one.seconds:,.0f}",
            f"{one.peak_mib:,.0f}",
        )
    return table


def _times(found: list[Sample], bare: list[Sample]) -> float:
    """The median of the ratios of neighbouring runs."""
    pairs = zip(found, bare, strict=True)
    return statistics.median(one.seconds / other.seconds for one, other in pairs)


def _verdict(
    large: int, small: int, samples: dict[str, list[Sample]], at_small: dict[str, list[Sample]]
) -> str:
    lines = []
    for way, of_small in at_small.items():
        memory = median(samples[way]).peak_mib / median(of_small).peak_mib
        lines.append(
            f"{_WAYS[way]}: {_times(samples[way], samples[BARE]):.2f} times the bare aggregation "
            f"(wanted: at most 1.5); peak memory at {large:,} events {memory:.2f} times that at "
            f"{small:,} (wanted: at most 1.1)."
        )
    speed = large / median(samples[PLAIN]).seconds
    peers = {peer: median(samples[peer]) for peer in PEERS}
    against = (f"{speed * one.seconds / one.count:,.0f} times {n}" for n, one in peers.items())
    return "\n".join([*lines, f"Rate: {', '.join(against)} (wanted: 1,000)."])
