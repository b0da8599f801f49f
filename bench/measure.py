"""Running a measurement in a process of its own: seconds that it reports, memory from outside."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: its `seconds`, the `processor_seconds` of all its threads, its process's peak
    resident memory in MiB, and what it counted."""

    seconds: float
    processor_seconds: float
    peak_mib: float
    count: int
    detail: dict[str, Any]


def run(module: str, *arguments: str) -> Sample:
    """One run of `python -m MODULE ARGUMENTS`, which prints a JSON object as its last line."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Sample(
        told.pop("seconds"),
        told.pop("processor_seconds"),
        told.pop("peak_kib") / 1024,
        told.pop("count"),
        told,
    )


def median(samples: list[Sample]) -> Sample:
    """The samples' medians, figure by figure."""
    return Sample(
        statistics.median(s.seconds for s in samples),
        statistics.median(s.processor_seconds for s in samples),
        statistics.median(s.peak_mib for s in samples),
        samples[0].count,
        samples[-1].detail,
    )
