"""The thread that settles: at once, when something is due, and not after its end."""

from __future__ import annotations

import threading

from costplane.app.hourly import settling_hourly


def test_what_is_due_is_settled_at_once() -> None:
    due, settled = threading.Event(), threading.Semaphore(0)

    def settle() -> int:
        settled.release()
        return 0

    with settling_hourly(settle, due):
        assert settled.acquire(timeout=10)
        assert not settled.acquire(timeout=0.2)
        due.set()
        assert settled.acquire(timeout=10)
    assert not settled.acquire(timeout=0.2)


def test_a_fault_does_not_end_it() -> None:
    due, calls = threading.Event(), threading.Semaphore(0)

    def settle() -> int:
        calls.release()
        raise RuntimeError("no disk")

    with settling_hourly(settle, due):
        assert calls.acquire(timeout=10)
        due.set()
        assert calls.acquire(timeout=10)
