"""Unit costs equal loops over the events, and their totals those of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from costplane.app.unit_costs.result import UnitCost, UnitCostAnswer
from costplane.app.workspace import Workspace
from costplane.core.business_count import BusinessCount
from costplane.core.scope import parse_scope
from costplane.errors import InvalidQuery
from tests.app import estate
from tests.app.estate import Event, body, calls, model_of, price_of, priced_lines, time_of

CALLS = calls(seed=11, count=200)
LAST = estate.START.date() + timedelta(days=estate.DAYS - 1)
EVENT_UNITS = [
    "Call",
    "MillionTokens",
    "MillionInputTokens",
    "MillionOutputTokens",
    "User",
    "Session",
]
OUTPUT = ("output_text", "output_reasoning")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = estate.opened(tmp_path_factory.mktemp("units"))
    estate.take(opened, CALLS)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def uncounted(workspace: Workspace) -> Iterator[None]:
    """No test leaves counts behind."""
    yield
    store = workspace.counts.store
    for count in store.between(date(2026, 1, 1), date(2026, 12, 31)):
        store.remove(count.unit, count.scope, count.day, count.day)


def asked(per: list[str], *groups: str, **facts: Any) -> dict[str, Any]:
    found = body(*groups, **facts) | {"per": per}
    del found["dataset"]["aggregation"]
    if "filter" in facts:
        found["dataset"]["filter"] = facts["filter"]
    return found


def answer(workspace: Workspace, asking: dict[str, Any], scope: str = "/") -> UnitCostAnswer:
    return workspace.unit_costs.ask(parse_scope(scope), asking, looker="test")


def one(workspace: Workspace, asking: dict[str, Any], scope: str = "/") -> UnitCost:
    (row,) = answer(workspace, asking, scope).rows
    return row.units[0]


def count(number: int | str, day: int = 2, scope: str = "/", **dimensions: str) -> BusinessCount:
    named = {("tag:" + k[4:] if k.startswith("tag_") else k): v for k, v in dimensions.items()}
    told = tuple(sorted(named.items()))
    return BusinessCount("chats", date(2026, 11, day), scope, told, Decimal(number))


def dimension(event: Event, name: str) -> str:
    """The event's value of a dimension that unit costs are grouped by here."""
    if name == "Model":
        return model_of(event)
    if name == "HttpStatus":
        return str(event["data"]["http_status"])
    return str(event["data"]["resource_id"]).lower().split("/")[4]


def is_unpriced(event: Event) -> bool:
    """Whether a part of the event has no price, or it told no usage."""
    data = event["data"]
    if data["http_status"] == 429:
        return False
    told = data.get("quantities")
    if not told:
        return bool(data["http_status"] == 200)
    return any(
        n and price_of(model_of(event), q, time_of(event), 0) is None for q, n in told.items()
    )


def naive(events: list[Event]) -> dict[str, tuple[Fraction | None, int]]:
    """Cost and number of each unit of some events."""
    lines = [line for event in events for line in priced_lines(event)]
    tokens: dict[str, int] = defaultdict(int)
    for event in events:
        for name, amount in (event["data"].get("quantities") or {}).items():
            tokens[name] += amount if name != "audio_seconds" else 0

    def cost(*names: str) -> Fraction | None:
        found = [amount for name, amount in lines if name in names or not names]
        return sum(found, Fraction()) if found else None

    inputs = ("input_text", "input_text_cached")
    return {
        "Call": (cost(), len(events)),
        "MillionTokens": (cost(), sum(tokens.values())),
        "MillionInputTokens": (cost(*inputs), sum(tokens[n] for n in inputs)),
        "MillionOutputTokens": (cost(*OUTPUT), sum(tokens[n] for n in OUTPUT)),
        "User": (cost(), len({e["data"]["user"] for e in events} - {None})),
        "Session": (cost(), len({e["data"]["session"] for e in events} - {None})),
    }


def rounded(amount: Fraction) -> Decimal:
    """To twelve places, half-even."""
    scaled = amount * 10**12
    return Decimal(round(scaled)).scaleb(-12)


def bucket(time: datetime, granularity: str) -> str | None:
    """The date of the row that a call is in."""
    day = time.date()
    hour = f"{day}T{time.hour:02}:00:00"
    named = {"Hourly": hour, "Daily": str(day), "Monthly": str(day.replace(day=1))}
    return named.get(granularity)


groupings = st.lists(
    st.sampled_from(("Model", "ResourceGroup", "HttpStatus")),
    max_size=2,
    unique=True,
)


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    groups=groupings,
    granularity=st.sampled_from(("None", "Hourly", "Daily", "Monthly")),
    model=st.sampled_from((None, "alpha", "beta")),
    per=st.lists(st.sampled_from(EVENT_UNITS), min_size=1, unique=True),
)
def test_unit_costs_are_those_of_loops_over_the_events(
    workspace: Workspace, groups: list[str], granularity: str, model: str | None, per: list[str]
) -> None:
    only = {"filter": {"dimensions": {"name": "Model", "values": [model]}}} if model else {}
    found = answer(workspace, asked(per, *groups, granularity=granularity, **only))
    want: dict[Any, list[Event]] = defaultdict(list)
    for event in CALLS:
        if model in (None, model_of(event)):
            values = tuple(dimension(event, name) for name in groups)
            want[bucket(time_of(event), granularity), values].append(event)
    assert {(row.date, tuple(g.value for g in row.groups)) for row in found.rows} == want.keys()
    for row in found.rows:
        events = want[row.date, tuple(g.value for g in row.groups)]
        expected = naive(events)
        assert row.calls == len(events)
        assert row.calls_without_price == sum(map(is_unpriced, events))
        for unit in row.units:
            cost, number = expected[unit.unit]
            assert (unit.quantity or 0) == number
            assert unit.cost == (None if cost is None else rounded(cost))
            size = 10**6 if unit.unit.startswith("Million") else 1
            quotient = None if cost is None or not number else rounded(cost * size / number)
            assert unit.cost_per_unit == quotient
            assert (unit.state == "Unknown") == (quotient is None)


@pytest.mark.parametrize(
    ("type_", "groups"),
    [
        ("AmortizedCost", ()),
        ("ActualCost", ("TokenType",)),
        ("Usage", ("Model", "tag:run")),
        ("AmortizedCost", ("tag:team", "Meter")),
    ],
)
def test_totals_are_those_of_the_query(
    workspace: Workspace, type_: str, groups: tuple[str, ...]
) -> None:
    asking = asked(["Call", "MillionInputTokens"], *groups, granularity="Daily") | {"type": type_}
    found = answer(workspace, asking)
    query = body(*groups, granularity="Daily") | {"type": type_}
    rows = estate.answer(workspace, query, "/")
    mine = {
        (int((row.date or "").replace("-", "")), *(g.value for g in row.groups)): (
            row.cost,
            row.tokens,
            row.calls,
        )
        for row in found.rows
    }
    assert mine == rows


def test_costs_are_amortized_and_of_this_month_unless_it_is_said(workspace: Workspace) -> None:
    found = workspace.unit_costs.ask(parse_scope("/"), {})
    assert found.period.start.isoformat() == "2026-11-01T00:00:00+00:00"
    (row,) = found.rows
    assert [unit.unit for unit in row.units] == EVENT_UNITS[:4]
    whole = answer(workspace, asked(["Call"])).rows[0]
    assert (row.cost, row.calls) == (whole.cost, whole.calls)


def test_what_has_no_price_is_told_and_no_silent_zero(workspace: Workspace) -> None:
    gamma = {"filter": {"dimensions": {"name": "Model", "values": ["gamma"]}}}
    (row,) = answer(workspace, asked(["Call", "User"], **gamma)).rows
    assert row.cost is None
    assert [unit.state for unit in row.units] == ["Unknown", "Unknown"]
    assert row.units[0].reasons[0].code == "NoCost"
    part = Fraction(row.calls_without_price, row.calls)
    assert row.share_without_price == Decimal(round(part * 10**6)).scaleb(-6)
    (whole,) = answer(workspace, asked(["Call"])).rows
    assert whole.units[0].state == "Incomplete"
    assert whole.units[0].reasons[0].code == "CallsWithoutPrice"


def test_calls_that_name_no_user_are_told(workspace: Workspace) -> None:
    unit = one(workspace, asked(["User"]))
    untold = sum(event["data"]["user"] is None for event in CALLS)
    told = {reason.code: reason.message for reason in unit.reasons}
    assert told["CallsThatNameNone"].startswith(f"{untold} calls name no user")


def test_users_are_counted_in_any_zone(workspace: Workspace) -> None:
    """Days that cut hours in two; a user of two days is one user of each."""
    from zoneinfo import ZoneInfo

    zone = "Asia/Kathmandu"
    period = {"from": "2026-11-01", "to": "2026-11-06"}
    found = answer(workspace, asked(["User"], granularity="Daily", zone=zone, period=period))
    want: dict[str, set[str]] = defaultdict(set)
    for event in CALLS:
        day = time_of(event).astimezone(ZoneInfo(zone)).date().isoformat()
        want[day] |= {event["data"]["user"]} - {None}
    assert {row.date: row.units[0].quantity for row in found.rows} == {
        day: len(users) for day, users in want.items()
    }


def test_cost_per_chat_is_of_the_days_that_were_counted(workspace: Workspace) -> None:
    workspace.counts.put([count(40), count(0, day=3)])
    unit = one(workspace, asked(["count:chats"]))
    days = estate.answer(workspace, body(granularity="Daily"), "/")
    cost = days[(20261102,)][0] + days[(20261103,)][0]
    assert (unit.cost, unit.quantity) == (cost, Decimal(40))
    assert unit.cost_per_unit == rounded(Fraction(cost) / 40)
    assert unit.state == "Incomplete"
    assert "1 day with a cost" in unit.reasons[-1].message


def test_no_count_of_a_day_is_divided_among_its_hours(workspace: Workspace) -> None:
    workspace.counts.put([count(40)])
    rows = answer(workspace, asked(["Call", "count:chats"], granularity="Hourly")).rows
    days = {row.date[:10] for row in rows if row.date}
    assert len(rows) > len(days) > 1
    for row in rows:
        assert (row.units[1].state, row.units[1].quantity) == ("Unknown", None)
        assert [reason.code for reason in row.units[1].reasons] == ["CountOfWholeDays"]


def test_a_count_is_replaced_by_the_same_again(workspace: Workspace) -> None:
    workspace.counts.put([count(40)])
    workspace.counts.put([count(50), count(7, scope=estate.RESOURCES[0])])
    workspace.counts.put([count(50)])
    assert one(workspace, asked(["count:chats"])).quantity == Decimal(50)


def test_an_unknown_count_is_no_zero(workspace: Workspace) -> None:
    unit = one(workspace, asked(["count:chats"]))
    assert (unit.state, unit.quantity, unit.reasons[0].code) == ("Unknown", None, "NoCount")
    workspace.counts.put([count(0, day=2), count(0, day=3), count(0, day=4)])
    unit = one(workspace, asked(["count:chats"]))
    assert (unit.state, unit.cost_per_unit) == ("Unknown", None)
    assert (unit.quantity, unit.reasons[0].code) == (Decimal(0), "ZeroCount")


GROUP_A, GROUP_AB = (r.partition("/providers/")[0] for r in estate.RESOURCES)


def test_counts_of_parts_are_added_and_told(workspace: Workspace) -> None:
    workspace.counts.put([count(3, scope=GROUP_A), count(4, scope=GROUP_AB)])
    unit = one(workspace, asked(["count:chats"]))
    assert unit.quantity == Decimal(7)
    assert "CountOfParts" in [reason.code for reason in unit.reasons]
    by_group = asked(["count:chats"], "ResourceGroupName")
    rows = answer(workspace, by_group, estate.SUBSCRIPTION).rows
    assert [(row.groups[0].value, row.units[0].quantity) for row in rows] == [
        ("rg-a", Decimal(3)),
        ("rg-ab", Decimal(4)),
    ]
    assert all("CountOfParts" not in [r.code for r in row.units[0].reasons] for row in rows)
    inside = one(workspace, asked(["count:chats"]), GROUP_AB)
    assert inside.quantity == Decimal(4)


def test_a_wider_count_is_not_that_of_a_part(workspace: Workspace) -> None:
    workspace.counts.put([count(100)])
    unit = one(workspace, asked(["count:chats"]), GROUP_A)
    assert (unit.state, unit.reasons[0].code) == ("Unknown", "CountOfWiderScope")
    for row in answer(workspace, asked(["count:chats"], "tag:team")).rows:
        assert row.units[0].reasons[0].code == "CountOfWiderScope"


def test_counts_that_may_overlap_are_not_added(workspace: Workspace) -> None:
    workspace.counts.put([count(10, tag_team="blue"), count(20, scope=GROUP_A)])
    unit = one(workspace, asked(["count:chats"]))
    assert (unit.state, unit.reasons[0].code) == ("Unknown", "CountsOverlap")
    workspace.counts.put([count(25)])
    assert one(workspace, asked(["count:chats"])).quantity == Decimal(25)


def test_a_group_without_cost_is_shown_when_it_was_counted(workspace: Workspace) -> None:
    workspace.counts.put([count(5, tag_team="blue"), count(6, tag_team="bleu")])
    found = {
        row.groups[0].value: row
        for row in answer(workspace, asked(["count:chats"], "tag:team")).rows
    }
    assert found["blue"].units[0].quantity == Decimal(5)
    assert (found["bleu"].cost, found["bleu"].units[0].state) == (None, "Unknown")
    assert found["bleu"].units[0].quantity == Decimal(6)


def test_only_visible_counts_are_counted(workspace: Workspace) -> None:
    workspace.counts.put([count(3, scope=GROUP_A), count(4, scope=GROUP_AB), count(9)])
    visible = [parse_scope(GROUP_A)]
    (row,) = workspace.unit_costs.ask(parse_scope("/"), asked(["count:chats"]), visible).rows
    assert row.units[0].quantity == Decimal(3)
    assert row.cost == answer(workspace, asked(["Call"]), GROUP_A).rows[0].cost
    listed = workspace.counts.list(parse_scope("/"), date(2026, 1, 1), LAST, visible=visible)
    assert [counted.count for counted in listed] == [Decimal(3)]


@pytest.mark.parametrize(
    ("wrong", "target"),
    [
        ({"per": ["Chat"]}, "per[0]"),
        ({"per": ["count:"]}, "per[0]"),
        ({"per": "Call"}, "per"),
        ({"dataset": {"aggregation": {"a": {"name": "Cost", "function": "Sum"}}}}, None),
        ({"dataset": {"grouping": [{"type": "Dimension", "name": "User"}]}}, "dataset.grouping"),
        (
            {"dataset": {"filter": {"dimensions": {"name": "session", "values": ["s"]}}}},
            "dataset.filter",
        ),
    ],
)
def test_what_cannot_be_asked(
    workspace: Workspace, wrong: dict[str, Any], target: str | None
) -> None:
    with pytest.raises(InvalidQuery) as refused:
        workspace.unit_costs.ask(parse_scope("/"), wrong)
    assert refused.value.target == (target or "dataset.aggregation")
