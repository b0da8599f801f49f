"""Persons: under pseudonyms, merged where they are few, by name only for who looks (rule 30)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costplane.app.workspace import Workspace
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.errors import Forbidden
from tests.app.estate import NOW, body, take
from tests.app.prices.test_price_versions import call, sheet

SCOPE = parse_scope("/")
MERGED = "(fewer than 5)"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Seven persons of the team `many`, three of `few`; each made as many calls as its number."""
    folder = tmp_path_factory.mktemp("persons")
    workspace = Workspace.open(folder / "data", now=lambda: NOW)
    workspace.import_prices(sheet(folder, "2"))
    numbers = itertools.count()
    people = [("many", f"Ana-{n}", n) for n in range(1, 8)]
    people += [("few", f"bob-{n}", n) for n in range(1, 4)]
    events = [
        call(str(next(numbers)), tags={"team": team}, user=name, session=f"s-{name}")
        for team, name, count in people
        for _ in range(count)
    ]
    events.append(call("nobody", tags={"team": "many"}, user=None))
    take(workspace, events)
    yield workspace
    workspace.close()


def rows(workspace: Workspace, looker: str | None, *groups: str, **facts: Any) -> list[Any]:
    definition = workspace.definition(body(*groups, **facts))
    found: list[Any] = workspace.query_whole(SCOPE, definition, looker).rows.to_pylist()
    return found


@pytest.mark.parametrize(("dimension", "prefix"), [("User", "user-"), ("Session", "session-")])
def test_without_the_permission_persons_have_pseudonyms(
    filled: Workspace, dimension: str, prefix: str
) -> None:
    shown = rows(filled, None, dimension)
    named = rows(filled, "me", dimension)
    assert len(shown) == len(named)
    told = [row[dimension] for row in shown]
    assert {text[: len(prefix)] for text in told if text} == {prefix}
    assert not any("ana" in text.lower() or "bob" in text.lower() for text in told)
    assert Counter(row["CallCount"] for row in shown) == Counter(r["CallCount"] for r in named)
    assert sum(row["Cost"] for row in shown) == sum(row["Cost"] for row in named)
    assert told == sorted(told), "in the order of pseudonyms, not of names"


def test_a_pseudonym_stays_and_users_differ_from_sessions(filled: Workspace) -> None:
    first, again = rows(filled, None, "User"), rows(filled, None, "User")
    assert first == again
    key = filled.persons.pseudonym_key
    reopened = Workspace.open(filled.data, now=filled.now)
    assert rows(reopened, None, "User") == first
    assert reopened.persons.pseudonym_key == key
    reopened.close()


def test_persons_of_small_groups_are_merged(filled: Workspace) -> None:
    shown = rows(filled, None, "tag:team", "User")
    few = [row for row in shown if row["TagValue"] == "few"]
    assert [(row["User"], row["CallCount"]) for row in few] == [(MERGED, 6)]
    many = [row["User"] for row in shown if row["TagValue"] == "many"]
    assert len(many) == 8
    assert "" in many, "calls of nobody are nobody's"
    assert MERGED not in many
    named = rows(filled, "me", "tag:team", "User")
    assert sum(row["Cost"] for row in shown) == sum(row["Cost"] for row in named)


def test_a_filter_to_few_merges_them(filled: Workspace) -> None:
    asked = body("User")
    asked["dataset"]["filter"] = {"tags": {"name": "team", "operator": "In", "values": ["few"]}}
    found = filled.query_whole(SCOPE, filled.definition(asked)).rows.to_pylist()
    assert [row["User"] for row in found] == [MERGED]


@pytest.mark.parametrize("name", ["User", "session"])
@pytest.mark.parametrize("operator", ["In", "Contains", "NotIn"])
@pytest.mark.parametrize("values", [["Ana-1"], ["nobody-at-all"]])
def test_no_filter_tells_a_name(
    filled: Workspace, name: str, operator: str, values: list[str]
) -> None:
    leaf = {"dimensions": {"name": name, "operator": operator, "values": values}}
    other = {"dimensions": {"name": "Model", "operator": "In", "values": ["delta"]}}
    for told in (leaf, {"not": leaf}, {"or": [other, {"and": [leaf, other]}]}):
        asked = body("Model")
        asked["dataset"]["filter"] = told
        definition = filled.definition(asked)
        forecast = body(period={"from": "2026-11-02", "to": "2026-11-30"})
        forecast["dataset"] = {
            "granularity": "Daily",
            "aggregation": {"c": {"name": "Cost", "function": "Sum"}},
            "filter": told,
        }
        with pytest.raises(Forbidden, match="Person Reader") as refusal:
            filled.query_whole(SCOPE, definition)
        assert values[0] not in refusal.value.message
        with pytest.raises(Forbidden):
            filled.query(SCOPE, definition)
        with pytest.raises(Forbidden):
            filled.forecast(SCOPE, forecast)


def test_menus_have_pseudonyms(filled: Workspace) -> None:
    period = Period(filled.now().replace(day=1), filled.now())
    shown = filled.dimension_values(SCOPE, "User", period)
    assert len(shown) == 11
    assert all(value.value[:5] in ("", "user-") for value in shown)
    named = filled.dimension_values(SCOPE, "User", period, looker="me")
    assert "bob-3" in {value.value for value in named}


def test_looking_at_persons_is_told_once_an_hour(filled: Workspace) -> None:
    def looks() -> list[tuple[str, str]]:
        found = filled.accounts.store.audit(100)
        seen = [entry for entry in found if entry.action == "PersonsSeen"]
        return [(entry.actor, entry.target) for entry in seen if entry.actor == "ana"]

    rows(filled, None, "User")
    rows(filled, "ana", "Model")
    assert looks() == []
    rows(filled, "ana", "User")
    rows(filled, "ana", "User")
    assert looks() == [("ana", "User at /")]
    asked = body("Model")
    leaf = {"name": "User", "operator": "In", "values": ["Ana-1"]}
    asked["dataset"]["filter"] = {"dimensions": leaf}
    found = filled.query_whole(SCOPE, filled.definition(asked), "ana").rows.to_pylist()
    assert [row["CallCount"] for row in found] == [1]
    assert looks()[0] == ("ana", 'User "ana-1" at /')


def test_few_persons_are_not_counted(filled: Workspace) -> None:
    """What a group's only user costs would else be one division away (unit costs)."""
    asked = body("tag:team") | {"per": ["User", "Session", "Call"]}
    del asked["dataset"]["aggregation"]

    def told(looker: str | None) -> dict[tuple[str, str], tuple[Any, str]]:
        found = filled.unit_costs.ask(SCOPE, asked, looker=looker).rows
        return {
            (row.groups[0].value, unit.unit): (unit.quantity, unit.state)
            for row in found
            for unit in row.units
        }

    shown = told(None)
    assert shown["few", "User"] == shown["few", "Session"] == (None, "Unknown")
    assert shown["few", "Call"] == (6, "Known")
    assert (shown["many", "User"][0], shown["many", "Session"][0]) == (7, 7)
    assert told("counter")["few", "User"] == (3, "Known")
    looks = [e.target for e in filled.accounts.store.audit(100) if e.actor == "counter"]
    assert looks == ["how many of Session, User at /"]


def test_the_printed_plan_gives_no_key_away(filled: Workspace) -> None:
    rows(filled, None, "User")
    text = filled.explain(SCOPE, filled.definition(body("User")))
    assert filled.persons.pseudonym_key not in text
    assert "pseudonyms" in text
    assert "pseudonyms" not in filled.explain(SCOPE, filled.definition(body("User")), "me")


def test_the_key_lies_sealed(filled: Workspace) -> None:
    rows(filled, None, "User")
    key = filled.persons.pseudonym_key.encode()
    for file in filled.data.rglob("control.sqlite*"):
        assert key not in file.read_bytes()
    sealing = filled.data / "keys" / "sealing"
    assert sealing.stat().st_mode & 0o777 == 0o600


@st.composite
def crowds(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Calls as (team, user, session)."""
    one = st.tuples(
        st.sampled_from(("red", "blue")),
        st.sampled_from(("", *(f"Person {n}" for n in range(8)))),
        st.sampled_from(("", "s1", "s2")),
    )
    return draw(st.lists(one, min_size=1, max_size=25))


Made = list[tuple[str, str, str]]
GROUPS = st.sampled_from((("User",), ("tag:team", "User"), ("User", "Model")))


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(made=crowds(), groups=GROUPS)
def test_merging_is_that_of_plain_counting(
    tmp_path_factory: pytest.TempPathFactory, made: Made, groups: tuple[str, ...]
) -> None:
    check_merging(tmp_path_factory.mktemp("crowd"), made, groups)


@pytest.mark.torture
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(made=crowds(), groups=GROUPS)
def test_merging_in_many_crowds(
    tmp_path_factory: pytest.TempPathFactory, made: Made, groups: tuple[str, ...]
) -> None:
    check_merging(tmp_path_factory.mktemp("crowd"), made, groups)


def check_merging(folder: Path, made: Made, groups: tuple[str, ...]) -> None:
    workspace = Workspace.open(folder / "data", now=lambda: NOW)
    workspace.import_prices(sheet(folder, "2"))
    take(
        workspace,
        [
            call(str(n), tags={"team": team}, user=user or None, session=session or None)
            for n, (team, user, session) in enumerate(made)
        ],
    )
    by_team = "tag:team" in groups
    people: dict[str, set[str]] = {}
    for team, user, _ in made:
        people.setdefault(team if by_team else "", set()).add(user)
    wanted: Counter[tuple[str, str]] = Counter()
    for team, user, _ in made:
        group = team if by_team else ""
        few = len(people[group] - {""}) < 5
        wanted[group, MERGED if few and user else user] += 1
    found = rows(workspace, None, *groups)
    shown = Counter({(r.get("TagValue", ""), r["User"]): r["CallCount"] for r in found})
    workspace.close()
    assert sorted((g, n) for (g, _), n in shown.items()) == sorted(
        (g, n) for (g, _), n in wanted.items()
    )
    assert {k: n for k, n in shown.items() if k[1] in ("", MERGED)} == {
        k: n for k, n in wanted.items() if k[1] in ("", MERGED)
    }
    assert sum(Decimal(n) for n in shown.values()) == len(made)
