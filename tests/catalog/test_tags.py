from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from costplane.catalog.model import BEGINNING
from costplane.catalog.tags import TagHistory, TagInterval

RESOURCE = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.x/y/z"
GROUP = "/subscriptions/s1/resourcegroups/rg"
SUBSCRIPTION = "/subscriptions/s1"
LINEAGE = (RESOURCE, GROUP, SUBSCRIPTION)
DAY = timedelta(days=1)


def alone(resource_id: str) -> tuple[str, ...]:
    return (resource_id,)


def on(day: int) -> datetime:
    return BEGINNING + day * DAY


HISTORY = TagHistory(
    [
        TagInterval(SUBSCRIPTION, {"cost-centre": "1", "team": "all"}, on(0)),
        TagInterval(GROUP, {"Team": "search"}, on(10), on(20)),
        TagInterval(RESOURCE, {"application": "chat"}, on(15)),
    ]
)


def test_a_nearer_scope_wins_whatever_the_case_of_the_key() -> None:
    assert HISTORY.effective(RESOURCE, on(5)) == {"cost-centre": "1", "team": "all"}
    assert HISTORY.effective(RESOURCE, on(15)) == {
        "application": "chat",
        "Team": "search",
        "cost-centre": "1",
    }


def test_an_interval_is_half_open() -> None:
    assert HISTORY.at(GROUP, on(10)) == {"Team": "search"}
    assert HISTORY.at(GROUP, on(20) - timedelta(microseconds=1)) == {"Team": "search"}
    assert HISTORY.at(GROUP, on(20)) == {}
    assert HISTORY.at(GROUP, on(10) - timedelta(microseconds=1)) == {}
    assert HISTORY.at("/subscriptions/other", on(10)) == {}


def test_the_event_wins_over_all() -> None:
    tags = HISTORY.effective(RESOURCE, on(15), event_tags={"TEAM": "mine"})
    assert tags == {"TEAM": "mine", "application": "chat", "cost-centre": "1"}


def test_without_inheritance_only_the_resource_counts() -> None:
    assert HISTORY.effective(RESOURCE, on(15), sources=alone) == {"application": "chat"}
    assert HISTORY.effective(RESOURCE, on(5), sources=alone) == {}


def test_a_timeline_has_a_part_for_each_change() -> None:
    parts = HISTORY.timeline(RESOURCE)
    assert [(part.valid_from, part.valid_to) for part in parts] == [
        (on(0), on(10)),
        (on(10), on(15)),
        (on(15), on(20)),
        (on(20), None),
    ]
    assert parts[3].tags == {"application": "chat", "cost-centre": "1", "team": "all"}
    assert HISTORY.timeline(GROUP.replace("rg", "rh") + "/providers/a/b/c")[0].valid_to is None


def test_no_tags_at_all_is_one_empty_part() -> None:
    assert TagHistory([]).timeline(RESOURCE) == [TagInterval(RESOURCE, {}, BEGINNING, None)]


TAGS = st.dictionaries(st.sampled_from(["team", "Team", "env"]), st.sampled_from("ab"), max_size=1)
SETS = st.lists(st.tuples(st.integers(0, 9), TAGS), max_size=4, unique_by=lambda item: item[0])


def intervals(scope: str, sets: Sequence[tuple[int, Mapping[str, str]]]) -> list[TagInterval]:
    ordered = sorted(sets, key=lambda item: item[0])
    ends = [*(on(day) for day, _ in ordered[1:]), None]
    return [
        TagInterval(scope, tags, on(day), end)
        for (day, tags), end in zip(ordered, ends, strict=False)
    ]


def latest(sets: Sequence[tuple[int, Mapping[str, str]]], day: int) -> Mapping[str, str]:
    """What was set last up to a day, found by looking at every set."""
    found: Mapping[str, str] = {}
    for start, tags in sorted(sets, key=lambda item: item[0]):
        if start <= day:
            found = tags
    return found


@given(st.tuples(SETS, SETS, SETS), st.permutations(range(3)), st.integers(1, 3))
def test_a_timeline_agrees_with_looking_at_every_day(
    sets: tuple[list[tuple[int, dict[str, str]]], ...], order: list[int], count: int
) -> None:
    chosen = order[:count]
    found = [intervals(scope, of) for scope, of in zip(LINEAGE, sets, strict=True)]
    history = TagHistory([interval for group in found for interval in group])
    parts = history.timeline(RESOURCE, sources=lambda _: tuple(LINEAGE[n] for n in chosen))
    assert parts[0].valid_from == BEGINNING
    assert parts[-1].valid_to is None
    assert all(a.valid_to == b.valid_from for a, b in pairwise(parts))
    for day in range(11):
        expected: dict[str, tuple[str, str]] = {}
        for of in (sets[n] for n in chosen):
            for key, value in latest(of, day).items():
                expected.setdefault(key.lower(), (key, value))
        (part,) = [
            p for p in parts if p.valid_from <= on(day) and (not p.valid_to or on(day) < p.valid_to)
        ]
        assert part.tags == dict(expected.values())
