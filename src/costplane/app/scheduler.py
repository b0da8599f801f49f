"""What time alone makes due, in one of the processes that serve: who holds the scheduler's lease.

At its start and after every full hour that process keeps up: it settles, closes billing periods,
goes on with reports, compacts. Between, it posts what stopped processes have left behind. What a
change over the network made due is settled at once, by the process that took the change.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from costplane.app.leasing import Leasing
from costplane.core.lease import SCHEDULER
from costplane.core.period import HOUR, hour_start
from costplane.errors import CostplaneError

LOOK_SECONDS = 2.0
"""Between two looks: who is the scheduler, and what was left behind."""

_AFTER_FAULT_SECONDS = 60.0
_LATER = timedelta(seconds=1)
_LOG = logging.getLogger(__name__)


class Upkeep(Protocol):
    """What is done by the scheduler alone; but for what is `settling_due` here."""

    @property
    def settling_due(self) -> threading.Event:
        """Set when a change made something due."""
        ...

    def keep_up(self) -> int:
        """What is due at a full hour."""
        ...

    def catch_up(self) -> None:
        """What stopped processes have left behind."""
        ...


@contextmanager
def scheduled(leasing: Leasing, upkeep: Upkeep) -> Iterator[None]:
    """Until the block ends, a thread does the scheduler's work whenever nobody else does.

    A fault is logged; an hour's work is tried again in the next.
    """
    stopped = threading.Event()
    thread = threading.Thread(
        target=_run, args=(leasing, upkeep, stopped), name="scheduler", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        upkeep.settling_due.set()
        thread.join()


def _run(leasing: Leasing, upkeep: Upkeep, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            lease = leasing.attempt(SCHEDULER)
            if lease is not None:
                with leasing.keeping(lease) as lost:
                    _schedule(upkeep, lambda: stopped.is_set() or lost.is_set())
        except CostplaneError:
            _LOG.exception("the scheduler's lease is not to be had; it is asked for again")
        if upkeep.settling_due.wait(LOOK_SECONDS) and not stopped.is_set():
            _keep_up(upkeep)


def _schedule(upkeep: Upkeep, ends: Callable[[], bool]) -> None:
    hour = datetime.now(UTC)
    while not ends():
        pause = LOOK_SECONDS
        if datetime.now(UTC) >= hour or upkeep.settling_due.is_set():
            _keep_up(upkeep)
            hour = hour_start(datetime.now(UTC)) + HOUR + _LATER
        elif not _tried(upkeep.catch_up, "what was left behind could not be posted yet"):
            pause = _AFTER_FAULT_SECONDS
        upkeep.settling_due.wait(pause)


def _keep_up(upkeep: Upkeep) -> None:
    upkeep.settling_due.clear()
    _tried(upkeep.keep_up, "settling failed; it is tried again in an hour")


def _tried(work: Callable[[], object], fault: str) -> bool:
    try:
        work()
    except Exception:
        _LOG.exception(fault)
        return False
    return True
