"""Users and sessions by tags are those of loops over the events and those of rated requests, and
no request is rated for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from costplane.app.queries import queries
from costplane.app.queries.from_requests import RequestRows
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.estate import START, Event, body, calls, model_of, time_of
from tests.app.stopping import stop

CALLS = calls(seed=23, count=240)
CHANGE = START + timedelta(days=1, hours=5, minutes=31)
GROUP = f"{estate.SUBSCRIPTION}/resourcegroups/rg-a"
SHAPES = [
    (("tag:team",), "None"),
    (("tag:env", "Model"), "Daily"),
    (("tag:run",), "None"),
    (("tag:run", "tag:env"), "Daily"),
]
Counts = dict[tuple[str, ...], tuple[int, int]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Tags of a group, which change within an hour, under those of the calls."""
    opened = estate.opened(tmp_path_factory.mktemp("estate"))
    opened.catalog.put_tags(GROUP, {"Env": "test", "run": "of-group"}, START - timedelta(days=9))
    opened.catalog.put_tags(GROUP, {"Env": "live", "run": "of-group"}, CHANGE)
    estate.take(opened, CALLS[:150], CALLS[150:])
    yield opened
    opened.close()


def value(event: Event, name: str) -> str:
    """An event's value of a dimension or tag: its own tags over those of its group."""
    if name == "Model":
        return model_of(event)
    key = name.removeprefix("tag:")
    own: dict[str, str] = event["data"]["tags"]
    if key in own or "rg-ab" in event["data"]["resource_id"].lower():
        return own.get(key, "")
    env = "test" if time_of(event) < CHANGE else "live"
    return {"env": env, "run": "of-group"}.get(key, "")


def naive(
    events: list[Event], groups: tuple[str, ...], granularity: str, person: str = "user"
) -> Counts:
    persons: dict[Any, set[str]] = defaultdict(set)
    untold: dict[Any, int] = defaultdict(int)
    for event in events:
        day = f"{time_of(event):%Y%m%d}" if granularity == "Daily" else ""
        key = (day, *(value(event, name) for name in groups))
        untold[key] += not event["data"][person]
        persons[key] |= {event["data"][person]} - {None}
    return {key: (len(persons[key]), untold[key]) for key in untold}


def counted(
    workspace: Workspace,
    groups: tuple[str, ...],
    granularity: str,
    person: str = "User",
    chosen: dict[str, Any] | None = None,
) -> Counts:
    view = workspace._queries.view(parse_scope(estate.SUBSCRIPTION))
    asked = body(*groups, granularity=granularity)
    if chosen:
        asked["dataset"]["filter"] = chosen
    rows = view.distinct(workspace.definition(asked), person).to_pylist()
    return {
        (str(row.get("date", "")), *(row[f"g{n}"] for n in range(len(groups)))): (
            row["named"],
            int(row["untold"]),
        )
        for row in rows
    }


def told_something(event: Event) -> bool:
    """Whether a call has a line: no amount, or one above zero. Zeros alone make none."""
    told = event["data"].get("quantities") or {}
    return not told or any(told.values()) or event["data"]["http_status"] == 429


@pytest.mark.parametrize(("groups", "granularity"), SHAPES)
def test_no_request_is_rated(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    groups: tuple[str, ...],
    granularity: str,
) -> None:
    monkeypatch.setattr(RequestRows, "rated", lambda *_: stop())
    assert counted(workspace, groups, granularity) == naive(CALLS, groups, granularity)
    sessions = naive(CALLS, groups, granularity, "session")
    assert counted(workspace, groups, granularity, "Session") == sessions


def test_a_filter_by_tags(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RequestRows, "rated", lambda *_: stop())
    live = {"tags": {"name": "ENV", "operator": "In", "values": ["live"]}}
    chosen = [event for event in CALLS if value(event, "env") == "live"]
    found = counted(workspace, ("Model",), "None", chosen=live)
    assert found == naive(chosen, ("Model",), "None")


def test_rated_requests_tell_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for calls that told zeros alone, of which rating makes no line."""
    monkeypatch.setattr(queries, "asks_events", lambda *_: False)
    with_lines = [event for event in CALLS if told_something(event)]
    assert 0 < len(CALLS) - len(with_lines) < 10
    for groups, granularity in SHAPES[1:3]:
        found = counted(workspace, groups, granularity)
        assert found == naive(with_lines, groups, granularity)
