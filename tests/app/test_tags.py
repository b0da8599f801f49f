"""Charges carry tags as they were: of the event, the resource, its group (billing-rules 24)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.arm.setting import saved_text
from costplane.app.workspace import Workspace
from costplane.core.arm_resource import Place
from costplane.core.settings import TAG_INHERITANCE
from tests.app import estate
from tests.app.estate import RESOURCES, SUBSCRIPTION, Event, answer, body, costs, take

GROUP = f"{SUBSCRIPTION}/resourcegroups/rg-a"
PRICE = Decimal("0.008")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = estate.opened(tmp_path)
    yield opened
    opened.close()


def call(id_: str, minute: int = 0, day: int = 2, **tags: str) -> Event:
    data = {
        "resource_id": RESOURCES[0],
        "deployment": "chat",
        "quantities": {"output_text": 1000},
        "tags": tags,
    }
    time = f"2026-11-{day:02}T10:{minute:02}:00Z"
    return {"source": "gateway", "id": id_, "time": time, "data": data}


def by(workspace: Workspace, *names: str, **facts: Any) -> dict[tuple[Any, ...], Decimal]:
    return costs(answer(workspace, body(*names, **facts)))


def at(minute: int, day: int = 2) -> datetime:
    return datetime(2026, 11, day, 10, minute, tzinfo=UTC)


def test_tags_of_resources_hold_from_their_instant(workspace: Workspace) -> None:
    workspace.catalog.put_tags(RESOURCES[0], {"Team": "old"}, at(10))
    workspace.catalog.put_tags(RESOURCES[0], {"team": "new", "owner": "x"}, at(30))
    take(workspace, [call(str(m), m) for m in (5, 10, 29, 30, 59)])
    assert by(workspace, "tag:team") == {("",): PRICE, ("old",): 2 * PRICE, ("new",): 2 * PRICE}
    assert by(workspace, "tag:OWNER") == {("",): 3 * PRICE, ("x",): 2 * PRICE}
    assert by(workspace, "tag:team", "User") == {
        (team, ""): cost for (team,), cost in by(workspace, "tag:team").items()
    }


def test_the_event_stands_over_resource_over_group_over_subscription(workspace: Workspace) -> None:
    for scope, tags in (
        (RESOURCES[0], {"team": "resource"}),
        (GROUP, {"team": "group", "environment": "group"}),
        (SUBSCRIPTION, {"team": "sub", "environment": "sub", "application": "sub"}),
    ):
        workspace.catalog.put_tags(scope, tags, at(0, 1))
    take(workspace, [call("1", TEAM="event"), call("2")])
    assert by(workspace, "tag:team") == {("event",): PRICE, ("resource",): PRICE}
    assert by(workspace, "tag:environment") == {("group",): 2 * PRICE}
    assert by(workspace, "tag:application") == {("sub",): 2 * PRICE}


def test_inheritance_is_a_setting(workspace: Workspace) -> None:
    workspace.catalog.put_tags(RESOURCES[0], {"environment": "dev"}, at(0, 1))
    workspace.catalog.put_tags(GROUP, {"team": "group"}, at(0, 1))
    workspace.settings.set(TAG_INHERITANCE, value=False)
    take(workspace, [call("1")])
    assert by(workspace, "tag:team") == {("",): PRICE}
    assert by(workspace, "tag:environment") == {("dev",): PRICE}


@pytest.mark.parametrize(("prefer", "team"), [(True, "group"), (False, "resource")])
def test_a_scopes_setting_says_whose_value_counts(
    workspace: Workspace, prefer: bool, team: str
) -> None:
    workspace.catalog.put_tags(RESOURCES[0], {"team": "resource"}, at(0, 1))
    workspace.catalog.put_tags(GROUP, {"TEAM": "group"}, at(0, 1))
    workspace.settings.set(TAG_INHERITANCE, value=False)
    setting = {"properties": {"preferContainerTags": prefer}}
    place = Place("settings", SUBSCRIPTION)
    workspace.kept.save(place, "taginheritance", lambda _: saved_text(setting), "me")
    take(workspace, [call("1"), call("2", Team="event")])
    assert by(workspace, "tag:team") == {(team,): PRICE, ("event",): PRICE}
    explained = workspace.explain_event("gateway", "1")
    assert {tag.value: tag.origin for tag in explained.tags} == {
        team: GROUP if prefer else RESOURCES[0]
    }


def test_other_keys_are_answered_from_usage(workspace: Workspace) -> None:
    take(workspace, [call("1", run="1", team="t"), call("2", RUN="2"), call("3")])
    assert by(workspace, "tag:Run") == {("1",): PRICE, ("2",): PRICE, ("",): PRICE}
    assert by(workspace, "tag:run", "tag:team") == {
        ("1", "t"): PRICE,
        ("2", ""): PRICE,
        ("", ""): PRICE,
    }


def test_a_key_has_so_many_values_a_day(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """The first thousand of a day stand, in whatever batches; usage keeps them all."""
    names = [f"v{n}" for n in range(1_003)]
    with caplog.at_level(logging.WARNING):
        for start, end in ((0, 600), (600, 1_003)):
            take(workspace, [call(f"{n}", team=n) for n in names[start:end]])
        take(workspace, [call("next day", day=3, team="v1002"), call("known", team="v7")])
    found = by(workspace, "tag:team", granularity="Daily")
    assert found.pop((20261103, "v1002")) == PRICE
    assert found.pop((20261102, "(other)")) == 3 * PRICE
    assert found.pop((20261102, "v7")) == 2 * PRICE
    assert found == {(20261102, name): PRICE for name in names[:1_000] if name != "v7"}
    assert caplog.messages == ["tag team has over 1000 values on 2026-11-02"]
    assert sum(by(workspace).values()) == 1_005 * PRICE
    statement = estate.select("SELECT COUNT(DISTINCT tags) AS n FROM usage")
    relations = {"usage": workspace.ledger.snapshot().relation("usage")}
    assert workspace.engine.execute(statement, relations).to_pylist() == [{"n": 1_003}]


def test_each_key_has_its_own_limit(workspace: Workspace) -> None:
    calls = [call(f"{n}", team=f"{n}", application="a") for n in range(1_001)]
    take(workspace, calls)
    assert by(workspace, "tag:application") == {("a",): 1_001 * PRICE}
    assert by(workspace, "tag:team")[("(other)",)] == PRICE
