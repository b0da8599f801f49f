"""The scheduler's thread: in one process at a time, at once when something is due, not after its
end."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from costplane.app.leasing import Leasing
from costplane.app.scheduler import scheduled
from costplane.store.control_plane import ControlPlane


class Counted:
    """Upkeep that counts its turns, and may fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.settling_due = threading.Event()
        self.turns, self.looks = threading.Semaphore(0), threading.Semaphore(0)
        self._fault = fault

    def keep_up(self) -> int:
        self.turns.release()
        if self._fault:
            raise self._fault
        return 0

    def catch_up(self) -> None:
        self.looks.release()


@pytest.fixture
def control(tmp_path: Path) -> ControlPlane:
    return ControlPlane.open(tmp_path / "control.sqlite")


def leasing(control: ControlPlane, holder: str) -> Leasing:
    return Leasing(control.leases, lambda: "ledger", holder, lambda *_: None)


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costplane.app.scheduler.LOOK_SECONDS", 0.05)


def test_what_is_due_is_settled_at_once(control: ControlPlane) -> None:
    upkeep = Counted()
    with scheduled(leasing(control, "a"), upkeep):
        assert upkeep.turns.acquire(timeout=20)
        assert not upkeep.turns.acquire(timeout=0.2)
        upkeep.settling_due.set()
        assert upkeep.turns.acquire(timeout=20)
        assert upkeep.looks.acquire(timeout=20)
    assert not upkeep.turns.acquire(timeout=0.2)


def test_a_fault_does_not_end_it(control: ControlPlane) -> None:
    upkeep = Counted(RuntimeError("no disk"))
    with scheduled(leasing(control, "a"), upkeep):
        assert upkeep.turns.acquire(timeout=20)
        upkeep.settling_due.set()
        assert upkeep.turns.acquire(timeout=20)


def test_one_of_two_processes_keeps_up_until_it_ends(control: ControlPlane) -> None:
    first, second = Counted(), Counted()
    with ExitStack() as others:
        with scheduled(leasing(control, "a"), first):
            assert first.turns.acquire(timeout=20)
            others.enter_context(scheduled(leasing(control, "b"), second))
            assert not second.turns.acquire(timeout=0.5)
            assert not second.looks.acquire(timeout=0.1)
            second.settling_due.set()
            assert second.turns.acquire(timeout=20)
            assert not first.turns.acquire(timeout=0.1)
        assert second.turns.acquire(timeout=20)
        assert second.looks.acquire(timeout=20)
