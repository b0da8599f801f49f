"""Which prices hold when, against minutes in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.capacity.priced_hours import PricedHours
from costplane.core.period import Period

START = datetime(2026, 10, 1, tzinfo=UTC)
LENGTH = 30

raises = st.lists(
    st.tuples(
        st.sampled_from(["/a b/deployments/x", "/providers/r"]),
        st.integers(0, LENGTH - 1),
        st.integers(1, LENGTH),
        st.integers(1, 5),
    ),
    max_size=12,
)


class Keys:
    """Keys in memory."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {}

    def mark(self, kind: str, keys: Iterable[str]) -> None:
        self.known.setdefault(kind, set()).update(keys)

    def due(self, kind: str) -> list[str]:
        return sorted(self.known.get(kind, ()))

    def settled(self, kind: str, keys: Iterable[str]) -> None:
        self.known[kind] = self.known.get(kind, set()) - set(keys)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def minutes(priced: PricedHours, place: str) -> dict[int, int]:
    """The version of every minute; stretches follow each other without a gap."""
    found, last = {}, START
    for period, version in priced.of(place, Period(START, at(LENGTH))):
        assert period.start == last < period.end
        last = period.end
        if version is not None:
            for minute in range(LENGTH):
                if at(minute) in period:
                    found[minute] = version
    assert last == at(LENGTH)
    return found


@settings(max_examples=100, deadline=None)
@given(raises, st.integers(0, 12))
def test_the_greatest_version_holds_and_is_remembered(
    told: list[tuple[str, int, int, int]], stored_after: int
) -> None:
    keys, want = Keys(), dict[str, dict[int, int]]()
    priced = PricedHours(keys)
    for number, (place, start, length, version) in enumerate(told):
        if number == stored_after:
            priced.remember(START - timedelta(days=1))
            priced = PricedHours(keys)
        end = min(LENGTH, start + length)
        priced.raise_to(place, Period(at(start), at(end)), version)
        held = want.setdefault(place, {})
        for minute in range(start, end):
            held[minute] = max(version, held.get(minute, 0))
    priced.remember(START - timedelta(days=1))
    for again in (priced, PricedHours(keys)):
        for place, held in want.items():
            assert minutes(again, place) == held
            assert again.first(place) == held[min(held)]


def test_what_ends_before_the_floor_is_forgotten() -> None:
    keys = Keys()
    priced = PricedHours(keys)
    priced.raise_to("/a", Period(at(0), at(10)), 1)
    priced.raise_to("/a", Period(at(10), at(20)), 2)
    priced.remember(at(10))
    assert minutes(PricedHours(keys), "/a") == dict.fromkeys(range(10, 20), 2)
    assert PricedHours(keys).first("/b") is None
