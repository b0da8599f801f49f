"""`make bench`: every measurement, as tables.

`--events N` rates fewer events; `--charges N` asks a ledger of another size too, by default one of
150 million charges, which takes half an hour and five gigabytes to make; `--requests N` groups
fewer requests by user and by session; `--only` takes one measurement.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from rich.console import Console

from bench.charges import SMALL
from bench.queries import LARGE as MANY_CHARGES
from bench.queries import compared, measure_queries
from bench.rating import LARGE, measure_rating
from bench.requests import REQUESTS, measure_requests

ALL = ("rating", "requests", "queries")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=LARGE, help="events to rate")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each way")
    parser.add_argument("--charges", type=int, default=MANY_CHARGES, help="of the large ledger")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="to group by user")
    parser.add_argument("--only", choices=ALL, help="one measurement alone")
    parser.add_argument("--folder", type=Path, help="keep the measured files here")
    options = parser.parse_args()
    console = Console(width=100)
    console.print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        chosen = (options.only,) if options.only else ALL
        if "rating" in chosen:
            measure_rating(folder, console, large=options.events, runs=options.runs)
        if "requests" in chosen:
            measure_requests(folder, console, requests=options.requests, runs=options.runs)
        if "queries" in chosen:
            few = measure_queries(folder, console, charges=SMALL, runs=options.runs)
            if options.charges > SMALL:
                many = measure_queries(folder, console, charges=options.charges, runs=options.runs)
                console.print(compared(few, many))


if __name__ == "__main__":
    main()
