"""Business counts are added as sets of things would be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.columns import Grouping
from costplane.analysis.definition import QueryDefinition
from costplane.app.unit_costs.counting import Asked, count_groups
from costplane.app.unit_costs.question import TOTALS
from costplane.core.business_count import BusinessCount
from costplane.core.period import DAY, Period, day_start

DAY_ONE = date(2026, 11, 2)
SUBSCRIPTIONS = ("s1", "s2")
GROUPS = ("a", "ab")
TEAMS = ("red", "Red")
MODELS = ("x", "y")
Thing = tuple[str, str, str, str]
THINGS: tuple[Thing, ...] = tuple(product(SUBSCRIPTIONS, GROUPS, TEAMS, MODELS))
"""Every kind of chat that there is: where, of which team, with which model."""


def around(scope: str) -> frozenset[str]:
    """The scopes above a scope of two levels."""
    parts = scope.strip("/").split("/")
    found = {"/", scope}
    if scope != "/":
        found.add(f"/subscriptions/{parts[1]}")
    return frozenset(found)


def covers(scope: str, dimensions: tuple[tuple[str, str], ...]) -> frozenset[Thing]:
    """The things that a count of this identity counts."""
    told = dict(dimensions)
    return frozenset(
        thing
        for thing in THINGS
        if scope in around(f"/subscriptions/{thing[0]}/resourcegroups/{thing[1]}")
        and told.get("tag:team", thing[2]) == thing[2]
        and told.get("Model", thing[3]) == thing[3]
    )


scopes = st.sampled_from(
    (
        "/",
        *(f"/subscriptions/{s}" for s in SUBSCRIPTIONS),
        *(f"/subscriptions/{s}/resourcegroups/{g}" for s, g in product(SUBSCRIPTIONS, GROUPS)),
    )
)
dimensions = st.fixed_dictionaries(
    {}, optional={"tag:team": st.sampled_from(TEAMS), "Model": st.sampled_from(MODELS)}
).map(lambda told: tuple(sorted(told.items())))
records = st.dictionaries(st.tuples(scopes, dimensions), st.integers(0, 50), max_size=6)


@settings(max_examples=50, deadline=None)
@given(told=records, scope=scopes, by_team=st.booleans(), by_group=st.booleans())
def test_counts_are_those_of_the_widest_that_lie_in_a_group(
    told: dict[tuple[str, tuple[tuple[str, str], ...]], int],
    scope: str,
    by_team: bool,
    by_group: bool,
) -> None:
    groupings = []
    if by_team:
        groupings.append(Grouping("TagKey", "team", "Team"))
    if by_group:
        groupings.append(Grouping("Dimension", "ResourceGroupName", "ResourceGroup"))
    period = Period(day_start(DAY_ONE), day_start(DAY_ONE) + DAY)
    definition = QueryDefinition("AmortizedCost", period, "None", TOTALS, tuple(groupings))
    kept = [
        BusinessCount("chats", DAY_ONE, where, named, Decimal(n))
        for (where, named), n in told.items()
    ]
    found = count_groups(kept, Asked(definition, frozenset({scope}), around), frozenset({DAY_ONE}))
    asked_for = covers(scope, ())
    for key in product(*((TEAMS,) if by_team else ()), *((GROUPS,) if by_group else ())):
        group = {t for t in asked_for if _in_group(t, key, by_team, by_group)}
        inside = {
            identity: n
            for identity, n in told.items()
            if covers(*identity) <= group
            and _names(identity, by_team, by_group)
            and scope in around(identity[0])
        }
        widest = {
            identity: n
            for identity, n in inside.items()
            if not any(_is_inside(identity, other) for other in inside)
        }
        sets = [covers(*identity) for identity in widest]
        overlap = any(one & other for one, other in combinations(sets, 2))
        counted = found.by_key.get((None, key))
        if not inside:
            assert counted is None
        elif overlap:
            assert counted is not None
            assert (counted.overlaps, counted.days) == (True, frozenset())
        else:
            assert counted is not None
            assert counted.count == sum(widest.values())
            if frozenset().union(*sets) != group:
                assert counted.parts


def _in_group(thing: Thing, key: tuple[str, ...], by_team: bool, by_group: bool) -> bool:
    own = ((thing[2],) if by_team else ()) + ((thing[1],) if by_group else ())
    return own == key


def _names(
    identity: tuple[str, tuple[tuple[str, str], ...]], by_team: bool, by_group: bool
) -> bool:
    """Whether the identity tells each group by itself."""
    scope, named = identity
    return (not by_team or "tag:team" in dict(named)) and (not by_group or scope.count("/") == 4)


def _is_inside(
    one: tuple[str, tuple[tuple[str, str], ...]], other: tuple[str, tuple[tuple[str, str], ...]]
) -> bool:
    return one != other and other[0] in around(one[0]) and set(other[1]) <= set(one[1])
