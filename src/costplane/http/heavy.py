"""Work that takes a thread: as much at once as the machine bears, a bounded queue behind it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from costplane.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

MOST_WAITING = 256
"""Calls that may wait for a thread; a further one is told to come back later."""


class HeavyWork:
    """Runs functions on threads, at most `at_once` at a time.

    A query uses the engine's own threads too, so that more at once would only slow each.
    """

    def __init__(self, at_once: int | None = None, waiting: int = MOST_WAITING) -> None:
        self._waiting = waiting
        self._limiter = anyio.CapacityLimiter(at_once or max(2, os.cpu_count() or 1))

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`. Raises Unavailable when too many wait already."""
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise Unavailable("Too many calls wait already; repeat the call in a moment")
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._limiter)
