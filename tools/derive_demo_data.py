"""Derive the demo's two small data files from the public traces they come from.

    python tools/derive_demo_data.py MOONCAKE_JSONL_GZ SERVEGEN_TAR_GZ OUTPUT_FOLDER

`mooncake_tokens.csv.gz` has a row a request of the Mooncake conversation trace: prompt tokens,
output tokens, and how many prompt tokens stand in leading 512-token blocks that an earlier
request had too (what a prompt cache without limit would have served).

`servegen_rhythm.csv` has a column for each chosen client of ServeGen's m-small language
workload and a row for each of the 336 hours measured: its mean request rate in that hour,
divided by its mean over the two weeks.

The same input gives the same bytes. Sources and licences: src/costplane/demo/data/SOURCES.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

BLOCK = 512
"""Tokens that one hash of Mooncake's `hash_ids` stands for."""

CLIENTS = (5, 8, 12, 19, 26, 27, 29, 31, 35, 36)
"""Steady clients of different kinds: office hours (29, 31), evenings (5, 26, 35), whole
days (8, 27), machines (12, 36), nightly jobs (19)."""

WINDOWS_PER_HOUR = 6
HOURS = 336


def mooncake_rows(trace: Path) -> Iterator[tuple[int, int, int]]:
    """(input, output, cached) of each request of the trace, in its order."""
    seen: set[int] = set()
    for line in gzip.decompress(trace.read_bytes()).splitlines():
        request = json.loads(line)
        leading = 0
        for block in request["hash_ids"]:
            if block not in seen:
                break
            leading += 1
        seen.update(request["hash_ids"])
        length = request["input_length"]
        yield length, request["output_length"], min(leading * BLOCK, length)


def hourly_rhythm(archive: tarfile.TarFile, client: int) -> list[float]:
    """The client's 336 hourly rates, relative to their mean."""
    member = archive.extractfile(f"data/language/m-small/chunk-{client}-trace.csv")
    if member is None:
        raise SystemExit(f"client {client} is not in the archive")
    rates = [float(row[1]) for row in csv.reader(io.TextIOWrapper(member, encoding="utf-8"))]
    step = WINDOWS_PER_HOUR
    hours = [sum(rates[at : at + step]) / step for at in range(0, HOURS * step, step)]
    mean = sum(hours) / HOURS
    return [round(hour / mean, 3) for hour in hours]


def write_tokens(trace: Path, target: Path) -> None:
    """Write `mooncake_tokens.csv.gz`; no time stamp inside, so that its bytes are stable."""
    text = "input,output,cached\n" + "".join(f"{i},{o},{c}\n" for i, o, c in mooncake_rows(trace))
    target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def write_rhythm(archive: Path, target: Path) -> None:
    """Write `servegen_rhythm.csv`."""
    with tarfile.open(archive) as opened:
        columns = [hourly_rhythm(opened, client) for client in CLIENTS]
    rows = [",".join(str(client) for client in CLIENTS)]
    rows += [",".join(str(value) for value in hour) for hour in zip(*columns, strict=True)]
    target.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    """Write both files."""
    mooncake, servegen, folder = (Path(argument) for argument in sys.argv[1:4])
    write_tokens(mooncake, folder / "mooncake_tokens.csv.gz")
    write_rhythm(servegen, folder / "servegen_rhythm.csv")


if __name__ == "__main__":
    main()
