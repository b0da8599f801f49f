"""Leases on each database, beside a model of them in plain Python."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection

from costplane.core.lease import Lease
from costplane.errors import LeaseLost
from costplane.store.control_plane import ControlPlane
from costplane.store.database import Database, parse_address
from costplane.store.leases import StoredLeases, database_clock
from costplane.store.posting_keys import StoredPostingKeys

HOLDERS = ("a", "b", "c")
SECONDS = st.sampled_from([1.0, 10.0])
SECOND = 1_000_000


class Clock:
    """The database's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = SECOND

    def __call__(self, _: Connection) -> int:
        return self.now


@dataclass
class Model:
    """One lease as its rules say: nobody shares any of its code with the product."""

    fence: int = 0
    holder: str | None = None
    ends: int = 0
    next: str | None = None
    next_ends: int = 0

    def acquire(
        self, holder: str, now: int, seconds: float, waits: bool
    ) -> tuple[int, bool] | None:
        queued = self.next is not None and self.next != holder and self.next_ends > now
        if queued:
            return None
        if self.holder is not None and self.ends > now:
            if waits and not (self.next == holder and self.next_ends > now + SECOND // 2):
                self.next, self.next_ends = holder, now + SECOND
            return None
        taken_over = self.holder is not None
        self.fence, self.holder, self.ends = self.fence + 1, holder, now + int(seconds * SECOND)
        if self.next == holder:
            self.next = None
        return self.fence, taken_over


class Leases(RuleBasedStateMachine):
    """Holders that ask, renew, give back, write, or are asleep for a while."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.model = Clock(), Model()
        self.leases = StoredLeases(self.database, self.clock)
        self.keys = StoredPostingKeys(self.database)
        self.ledger = str(uuid.uuid4())
        self.given: list[Lease] = []
        self.written: list[str] = []

    @rule(seconds=st.sampled_from([0.1, 0.5, 0.9, 1.0, 3.0, 10.0, -0.5]))
    def time_goes_on(self, seconds: float) -> None:
        """Also backwards, as clocks do."""
        self.clock.now += int(seconds * SECOND)

    @rule(holder=st.sampled_from(HOLDERS), seconds=SECONDS, waits=st.booleans())
    def ask(self, holder: str, seconds: float, waits: bool) -> None:
        expected = self.model.acquire(holder, self.clock.now, seconds, waits)
        found = self.leases.acquire(self.ledger, "writer", holder, seconds, waits=waits)
        assert (found and (found.fence, found.taken_over)) == expected
        if found:
            assert all(found.fence > earlier.fence for earlier in self.given)
            self.given.append(found)

    @precondition(lambda self: self.given)
    @rule(data=st.data(), seconds=SECONDS)
    def renew(self, data: st.DataObject, seconds: float) -> None:
        lease = data.draw(st.sampled_from(self.given))
        held = self.is_held(lease)
        assert self.leases.renew(lease, seconds) == held
        if held:
            self.model.ends = self.clock.now + int(seconds * SECOND)

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.given))
        self.leases.release(lease)
        if self.is_held(lease):
            self.model.holder = None

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        """Only the last one who was given it writes, as long as it was not given back."""
        lease = data.draw(st.sampled_from(self.given))
        key = f"{len(self.written):06d}"
        try:
            with self.leases.fenced(lease):
                self.keys.mark(self.ledger, [key])
        except LeaseLost:
            assert not self.is_held(lease)
        else:
            assert self.is_held(lease)
            self.written.append(key)
        assert self.keys.due(self.ledger) == self.written

    def is_held(self, lease: Lease) -> bool:
        return (self.model.fence, self.model.holder) == (lease.fence, lease.holder)


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    ControlPlane.open(address).close()
    opened = Database(parse_address(address))
    yield opened
    opened.engine.dispose()


def run(database: Database, examples: int, steps: int) -> None:
    machine = type("LeasesHere", (Leases,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_leases_do_what_the_model_does(database: Database) -> None:
    run(database, examples=25, steps=25)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
def test_leases_do_what_the_model_does_at_length(database: Database) -> None:
    run(database, examples=1_000, steps=60)


def test_of_many_who_ask_at_once_one_is_given_it(database: Database) -> None:
    leases = StoredLeases(database)
    for turn in range(5):
        with ThreadPoolExecutor(6) as threads:
            asked = [threads.submit(leases.acquire, "l", f"{turn}", f"h{n}", 60) for n in range(6)]
            given = [lease for one in asked if (lease := one.result())]
        assert [lease.fence for lease in given] == [1]
        assert leases.holder("l", f"{turn}") == given[0].holder


def test_names_and_ledgers_are_apart(database: Database) -> None:
    leases = StoredLeases(database)
    given = [leases.acquire(*place, "a", 60) for place in (("l", "x"), ("l", "y"), ("m", "x"))]
    assert [lease and lease.fence for lease in given] == [1, 1, 1]
    assert leases.holder("m", "y") is None


def test_the_clock_is_the_databases_and_goes_on(database: Database) -> None:
    with database.reading() as connection:
        first = database_clock(connection)
    assert first > 1_700_000_000 * SECOND
    leases = StoredLeases(database)
    assert leases.acquire("l", "n", "a", 0.05) is not None
    while (taken := leases.acquire("l", "n", "b", 60)) is None:
        pass
    assert (taken.fence, taken.taken_over) == (2, True)
    with database.reading() as connection:
        assert first + 40_000 < database_clock(connection) < first + 60 * SECOND


def test_a_check_holds_for_its_thread_alone(database: Database) -> None:
    leases, keys = StoredLeases(database), StoredPostingKeys(database)
    lease = leases.acquire("l", "n", "a", 60)
    assert lease is not None
    leases.release(lease)
    with leases.fenced(lease), ThreadPoolExecutor(1) as thread:
        thread.submit(keys.mark, "k", ["other"]).result()
        with pytest.raises(LeaseLost, match="taken over"):
            keys.mark("k", ["own"])
    keys.mark("k", ["after"])
    assert keys.due("k") == ["after", "other"]
