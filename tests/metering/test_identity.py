"""Identities: the first event stands, whatever comes after it, in the same batch or years later."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.metering.identity import Identities, IdentityIndex, Recognition

Event = tuple[str, str, int]


def identities(*events: Event) -> Identities:
    sources, ids, contents = zip(*events, strict=True) if events else ((), (), ())
    return Identities.of(
        pa.table(
            {
                "source": pa.array(sources, pa.string()),
                "id": pa.array(ids, pa.string()),
                "content_digest": pa.array(contents, pa.int64()),
            }
        )
    )


@pytest.fixture
def index(tmp_path: Path) -> IdentityIndex:
    return IdentityIndex(tmp_path / "identities", capacity=1 << 24)


def take(index: IdentityIndex, segment: int, *events: Event) -> Recognition:
    """Recognise and record, as a segment is posted."""
    found = index.recognise(identities(*events), segment)
    fresh = [event for event, is_fresh in zip(events, found.fresh, strict=True) if is_fresh]
    index.record(identities(*fresh), segment)
    return found


def test_a_second_one_is_a_duplicate(index: IdentityIndex) -> None:
    assert take(index, 1, ("s", "1", 5), ("s", "2", 5)).duplicates == 0
    second = take(index, 2, ("s", "2", 5), ("s", "3", 5))
    assert second.fresh.tolist() == [False, True]
    assert (second.duplicates, second.conflicts) == (1, ())


def test_other_content_is_a_conflict_and_the_first_stands(index: IdentityIndex) -> None:
    take(index, 1, ("s", "1", 5))
    assert take(index, 2, ("s", "1", 6)).conflicts == (0,)
    assert take(index, 3, ("s", "1", 5)).conflicts == ()
    assert take(index, 4, ("s", "1", 6)).conflicts == (0,)


def test_in_one_batch_the_first_stands(index: IdentityIndex) -> None:
    found = take(
        index, 1, ("s", "b", 1), ("s", "a", 1), ("s", "b", 2), ("s", "a", 1), ("s", "b", 1)
    )
    assert found.fresh.tolist() == [True, True, False, False, False]
    assert found.conflicts == (2,)
    assert found.duplicates == 3


def test_known_ids_twice_in_one_batch_are_all_duplicates(index: IdentityIndex) -> None:
    take(index, 1, ("s", "1", 5))
    found = take(index, 2, ("s", "1", 6), ("s", "1", 5), ("s", "1", 6))
    assert found.fresh.tolist() == [False, False, False]
    assert found.conflicts == (0, 2)


def test_the_source_is_part_of_an_identity(index: IdentityIndex) -> None:
    found = take(index, 1, ("ab", "c", 1), ("a", "bc", 1), ("1:a", "b", 1), ("", "abc", 1))
    assert found.fresh.all()


def test_ids_are_exact(index: IdentityIndex) -> None:
    assert take(index, 1, ("s", "A", 1), ("s", "a", 1), ("s", "a ", 1), ("S", "a", 1)).fresh.all()
    assert take(index, 2, ("s", "ä", 1), ("s", "a\u0308", 1)).fresh.all()


def test_a_segment_posted_again_finds_its_own_events_fresh(index: IdentityIndex) -> None:
    events = (("s", "1", 5), ("s", "2", 5), ("s", "1", 6))
    first = take(index, 3, *events)
    again = take(index, 3, *events)
    assert again.fresh.tolist() == first.fresh.tolist() == [True, True, False]
    assert again.conflicts == first.conflicts == (2,)
    assert take(index, 4, *events).duplicates == 3


def test_the_last_segment_is_remembered_and_never_sinks(index: IdentityIndex) -> None:
    assert index.last_segment() == -1
    take(index, 5, ("s", "1", 5))
    take(index, 4, ("s", "2", 5))
    assert index.last_segment() == 5
    take(index, 12, ("s", "3", 5))
    assert index.last_segment() == 12


def test_a_segment_of_duplicates_alone_counts_as_recorded(index: IdentityIndex) -> None:
    take(index, 1, ("s", "1", 5))
    take(index, 2, ("s", "1", 5))
    assert index.last_segment() == 2
    assert take(index, 3).duplicates == 0
    assert index.last_segment() == 3


def test_it_persists(tmp_path: Path) -> None:
    first = IdentityIndex(tmp_path / "i")
    take(first, 1, *[("s", str(n), n) for n in range(5_000)])
    first.close()
    again = IdentityIndex(tmp_path / "i")
    found = again.recognise(identities(*[("s", str(n), n) for n in range(4_990, 5_010)]), 2)
    assert found.fresh.tolist() == [False] * 10 + [True] * 10
    assert found.conflicts == ()
    again.close()


batches = st.lists(
    st.lists(
        st.tuples(st.sampled_from("st"), st.sampled_from("abc"), st.integers(0, 2)), max_size=6
    ),
    max_size=6,
)


@given(batches)
def test_it_equals_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, told: list[list[Event]]
) -> None:
    index = IdentityIndex(tmp_path_factory.mktemp("i"), capacity=1 << 22)
    known: dict[tuple[str, str], int] = {}
    for segment, events in enumerate(told, start=1):
        fresh, conflicts = [], []
        for position, (source, id_, content) in enumerate(events):
            fresh.append((source, id_) not in known)
            if known.setdefault((source, id_), content) != content:
                conflicts.append(position)
        found = take(index, segment, *events)
        assert found.fresh.tolist() == fresh
        assert found.conflicts == tuple(conflicts)
    index.close()
