"""`make bench`: every measurement, as tables. `--events N` rates fewer events."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from rich.console import Console

from bench.rating import LARGE, measure_rating


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=LARGE, help="events to rate")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each way")
    parser.add_argument("--folder", type=Path, help="keep the measured files here")
    options = parser.parse_args()
    console = Console(width=100)
    console.print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measure_rating(folder, console, large=options.events, runs=options.runs)


if __name__ == "__main__":
    main()
