"""A running server settles what time makes due: at its start, after every full hour, and when a
change over the network made something due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from costplane.core.period import HOUR, hour_start

_LOG = logging.getLogger(__name__)
_SECONDS_AFTER = 1


@contextmanager
def settling_hourly(settle: Callable[[], int], due: threading.Event) -> Iterator[None]:
    """Calls `settle` on a thread at once, after every full hour and whenever `due` is set, until
    the block ends.

    A fault is logged, and the next hour tries again.
    """
    stopped = threading.Event()
    thread = threading.Thread(
        target=_run, args=(settle, due, stopped), name="settling", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        due.set()
        thread.join()


def _run(settle: Callable[[], int], due: threading.Event, stopped: threading.Event) -> None:
    while not stopped.is_set():
        due.clear()
        try:
            settle()
        except Exception:
            _LOG.exception("settling failed; it is tried again in an hour")
        now = datetime.now(UTC)
        due.wait((hour_start(now) + HOUR - now).total_seconds() + _SECONDS_AFTER)
