"""Work that one process does at a time: asking for its lease, keeping it, giving it back.

A lease is short, and renewed while the work goes on; so a process that is gone is waited for no
longer than that. One that was only slow learns from the fencing number that it lost its lease.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from costplane.app.ports import Leases
from costplane.core.lease import Lease
from costplane.errors import Unavailable

SECONDS = 5.0
"""For how long a lease holds without a sign of life; one is given five times meanwhile."""

POLL_SECONDS = 0.05
"""How often who waits asks again."""

_PATIENCE_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


OnWait = Callable[[str, str], None]
"""Hears of which lease one waits for, and who holds it."""


def log_wait(name: str, holder: str) -> None:
    """Waits in silence, but for the log."""
    _LOG.info("waiting for %s, which holds the %s's lease", holder, name)


def own_name() -> str:
    """A name of this process that no other has, now or later: host, process id, chance."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Leasing:
    """The leases of one process. Threads may share it.

    `on_wait` hears who holds a lease that one has waited for a second for.
    """

    def __init__(
        self,
        leases: Leases,
        ledger: Callable[[], str],
        holder: str,
        on_wait: OnWait,
    ) -> None:
        self._leases = leases
        self._holder = holder
        self._on_wait = on_wait
        self._ledger = ledger

    def attempt(self, name: str) -> Lease | None:
        """The lease, if nobody has it."""
        return self._asked(name, waits=False)

    def wait(self, name: str) -> Lease:
        """The lease, before those who only attempt; once its holder gave it back or is gone."""
        rest = self.pauses(name)
        while (lease := self._asked(name, waits=True)) is None:
            rest()
        return lease

    def pauses(self, name: str) -> Callable[[], None]:
        """The pause between two questions for a lease: those who began together drift apart. One
        that has taken a while tells, once, whom it waits for."""
        asked, told = time.monotonic(), False

        def rest() -> None:
            nonlocal told
            if not told and time.monotonic() - asked > _PATIENCE_SECONDS:
                told = True
                self._on_wait(name, self._leases.holder(self._ledger(), name) or "another process")
            time.sleep(POLL_SECONDS * random.uniform(0.5, 1.5))

        return rest

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[threading.Event]:
        """Renews a lease until the block ends, then gives it back. The event tells its loss.

        What this thread writes to the control plane meanwhile is refused after a loss.
        """
        lost, ended = threading.Event(), threading.Event()
        renewing = threading.Thread(
            target=self._renew, args=(lease, lost, ended), name=lease.name, daemon=True
        )
        renewing.start()
        try:
            with self._leases.fenced(lease):
                yield lost
        finally:
            ended.set()
            renewing.join()
            self._release(lease)

    def _asked(self, name: str, *, waits: bool) -> Lease | None:
        ledger = self._ledger()
        return self._leases.acquire(ledger, name, self._holder, SECONDS, waits=waits)

    def _release(self, lease: Lease) -> None:
        try:
            self._leases.release(lease)
        except Unavailable:
            _LOG.warning("the %s's lease could not be given back; it ends by itself", lease.name)

    def _renew(self, lease: Lease, lost: threading.Event, ended: threading.Event) -> None:
        while not ended.wait(SECONDS / 5):
            try:
                held = self._leases.renew(lease, SECONDS)
            except Unavailable:  # the next turn may succeed; if not, the lease ends by itself
                _LOG.warning("the %s's lease could not be renewed", lease.name)
                continue
            if not held:
                lost.set()
                return
