"""Progress of long work: on standard error, and only where a person looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costplane.app.intake.intake import IntakeReport


@contextmanager
def intake_progress(what: str) -> Iterator[Callable[[IntakeReport], None] | None]:
    """What to call with each report while `what` is taken in; None without a terminal."""
    with _progress(what) as show:
        if show is None:
            yield None
        else:
            yield lambda report: show(f"{report.accepted + report.duplicates:,} events")


@contextmanager
def rows_progress(what: str) -> Iterator[Callable[[int], None] | None]:
    """What to call with each number of rows that were read; None without a terminal."""
    with _progress(what) as show:
        if show is None:
            yield None
            return
        read = 0

        def add(rows: int) -> None:
            nonlocal read
            read += rows
            show(f"{read:,} rows")

        yield add


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda told: progress.update(task, description=f"{what}: {told}")
