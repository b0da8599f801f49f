"""An intake that dies: run as a process of its own, it ends without notice at a named step.

    python -m tests.app.intake.killed_intake FOLDER EVENTS SEGMENT_ROWS STEP NUMBER

takes the events of a file and exits with 9 right after the NUMBERth time of STEP; with STEP
`never` it goes on to the end, or until somebody kills it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from costplane.app.intake import intake
from costplane.app.workspace import Workspace
from costplane.ledger.delta import Ledger
from costplane.metering.identity import IdentityIndex
from costplane.metering.log import SegmentLog
from costplane.metering.native import read_json_lines
from tests.app.estate import NOW

STEPS = (
    "drafted",
    "logged",
    "evidence",
    "series",
    "usage",
    "charges",
    "uncharged",
    "indexed",
    "removed",
)
"""The steps of posting a segment, in their order. `drafted`: its file is written, not named."""

KILLED = 9


class Countdown:
    """Calls `end` when a step has been taken so many times."""

    def __init__(self, step: str, number: int, end: Callable[[], object]) -> None:
        self._step, self._left, self._end = step, number, end

    def reached(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                self._end()


def watch(countdown: Countdown, replace: Callable[[Any, str, Any], None]) -> None:
    """Lets the steps of the product tell when they are done; `replace` sets attributes."""

    def after(kind: type, method: str, reached: Callable[[tuple[Any, ...]], None]) -> None:
        original = getattr(kind, method)

        def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
            answer = original(self, *arguments, **named)
            reached(arguments)
            return answer

        replace(kind, method, wrapped)

    rename = Path.rename

    def renamed(self: Path, target: Any) -> Path:
        if self.suffix == ".draft":
            countdown.reached("drafted")
        return rename(self, target)

    replace(Path, "rename", renamed)
    after(SegmentLog, "append", lambda _: countdown.reached("logged"))
    after(Ledger, "append", lambda arguments: countdown.reached(arguments[0]))
    after(IdentityIndex, "record", lambda _: countdown.reached("indexed"))
    after(SegmentLog, "remove", lambda _: countdown.reached("removed"))


def main(folder: str, events: str, segment_rows: str, step: str, number: str) -> None:
    intake.SEGMENT_ROWS = int(segment_rows)
    watch(Countdown(step, int(number), lambda: os._exit(KILLED)), setattr)
    workspace = Workspace.open(Path(folder), now=lambda: NOW)
    with Path(events).open("rb") as lines:
        workspace.ingest([read_json_lines(lines)])
    workspace.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
