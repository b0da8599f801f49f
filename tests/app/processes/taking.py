"""A process that takes events as a server does, with the scheduler beside it.

    python -m tests.app.processes.taking FOLDER CONTROL BATCHES LEASE_SECONDS

takes a file of batches (a JSON list of events a line) one after another and prints what came of
each, as a list of what was accepted and what was a duplicate, until it is through or is killed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from costplane.app import leasing
from costplane.app.scheduler import scheduled
from costplane.app.workspace import Workspace
from tests.app import estate


def main(folder: str, control: str, batches: str, seconds: str) -> None:
    leasing.SECONDS = float(seconds)
    workspace = Workspace.open(Path(folder), control=control, now=lambda: estate.NOW)
    with scheduled(workspace.leasing, workspace), Path(batches).open() as lines:
        for line in lines:
            report = estate.take(workspace, json.loads(line))
            print(json.dumps([report.accepted, report.duplicates]), flush=True)
    workspace.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
