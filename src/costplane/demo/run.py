"""Running the demo: its folder, its clock, and the process that loads its history."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from costplane.app.status import Loading, write_loading
from costplane.app.workspace import Workspace
from costplane.core.period import parse_instant
from costplane.demo.load import history, load
from costplane.demo.state import read_state
from costplane.errors import CostplaneError, InvalidInput

NOW_VARIABLE = "COSTPLANE_DEMO_NOW"
"""Environment variable that fixes the end of the demo: an ISO 8601 instant."""

_POLITENESS = 5
"""Niceness of the loading process, so that the page stays quick beside it."""


def demo_now() -> datetime:
    """The demo's clock: the machine's, unless COSTPLANE_DEMO_NOW fixes it.

    Raises InvalidInput if the variable holds no instant.
    """
    fixed = os.environ.get(NOW_VARIABLE)
    if not fixed:
        return datetime.now(UTC)
    try:
        return parse_instant(fixed)
    except ValueError as error:
        raise InvalidInput(
            f"{NOW_VARIABLE} is {fixed!r}; give an instant such as 2026-11-22T10:00:00Z",
            target=NOW_VARIABLE,
        ) from error


def demo_folder() -> Path:
    """The demo's data folder, apart from that of a real installation."""
    return Path("costplane-demo")


def load_in_child(data: Path) -> subprocess.Popen[bytes]:
    """Start loading the history into `data` in a process of its own, and do not wait.

    The folder's status says from now on how far it is; the exit status is 0 once all is
    loaded. Whoever starts it ends it: `terminate()` is safe at any time, a later load goes on.
    Raises InvalidInput if the folder holds the demo of another version, or of a later time.
    """
    now = demo_now()
    read_state(data, now)
    data.mkdir(parents=True, exist_ok=True)
    write_loading(data, Loading(True, 0, len(history(now)), "prices"))
    return subprocess.Popen([sys.executable, "-m", "costplane.demo.run", str(data)])


def main(data: Path) -> int:
    """Load the history into `data`; the exit status."""
    os.nice(_POLITENESS)
    workspace = Workspace.open(data, now=demo_now)
    try:
        load(workspace, lambda loading: write_loading(data, loading))
    except CostplaneError as error:
        print(f"costplane demo: {error.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
