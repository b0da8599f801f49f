"""A running server settles what time alone makes due: at its start, and after every full hour."""

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
def settling_hourly(settle: Callable[[], int]) -> Iterator[None]:
    """Calls `settle` on a thread at once and after every full hour, until the block ends.

    A fault is logged, and the next hour tries again.
    """
    stopped = threading.Event()
    thread = threading.Thread(target=_run, args=(settle, stopped), name="settling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _run(settle: Callable[[], int], stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            settle()
        except Exception:
            _LOG.exception("settling failed; it is tried again in an hour")
        now = datetime.now(UTC)
        stopped.wait((hour_start(now) + HOUR - now).total_seconds() + _SECONDS_AFTER)
