"""Subscriptions that change their billing account: tiers of a month are charged in one account."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import Subscription
from tests.app import estate
from tests.app.estate import Event
from tests.app.rerating.test_rerating import rerate, standing
from tests.app.tiers import tier_world
from tests.app.tiers.tier_world import ACCOUNTS, calls, opened, parts


def move(workspace: Workspace, subscription: str, account: str | None) -> None:
    workspace.catalog.put_subscription(
        Subscription(subscription, subscription, "Azure", billing_account_id=account)
    )


def tiered(seed: int, count: int) -> list[Event]:
    return [event for event in calls(seed, count) if event["data"]["model"] == "alpha"]


def of_november(subscription: str, events: list[Event]) -> list[Event]:
    return [
        event
        for event in events
        if event["time"].startswith("2026-11")
        and f"/{subscription}/" in event["data"]["resource_id"].lower()
    ]


@pytest.mark.parametrize("late", ["s-1", "s-3"], ids=["the moved one's", "another's"])
def test_a_late_call_moves_the_month_to_the_new_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    events = tiered(5, 100)
    last = of_november(late, events)[-1]
    workspace = opened(tmp_path)
    estate.take(workspace, [event for event in events if event is not last])
    before = tier_world.posted(workspace)
    move(workspace, "s-1", "acc-2")
    assert workspace.settle() == 0, "nothing moves by itself"
    estate.take(workspace, [last])
    in_october = {key: sums for key, sums in before.items() if key[1] == "2026-10"}
    monkeypatch.setitem(ACCOUNTS, "s-1", "acc-2")
    moved = tier_world.expected(parts(events))
    in_november = {key: sums for key, sums in moved.items() if key[1] == "2026-11"}
    assert tier_world.posted(workspace) == {**in_october, **in_november}
    assert in_october
    assert {key[0] for key in in_november} == {"acc-1", "acc-2"}
    assert workspace.settle() == 0
    assert rerate(workspace) is not None, "October follows with a re-rating"
    assert tier_world.posted(workspace) == moved
    workspace.close()


def test_calls_before_the_catalog_knew_the_account_are_charged_once(tmp_path: Path) -> None:
    events = [event for event in tiered(6, 60) if event["time"].startswith("2026-11")]
    last = of_november("s-1", events)[-1]
    workspace = opened(tmp_path)
    for subscription in ACCOUNTS:
        move(workspace, subscription, None)
    estate.take(workspace, [event for event in events if event is not last])
    assert {key[0] for key in tier_world.posted(workspace)} == {"unassigned"}
    for subscription, account in ACCOUNTS.items():
        move(workspace, subscription, account)
    estate.take(workspace, [last])
    assert tier_world.posted(workspace) == tier_world.expected(parts(events))
    workspace.close()


def test_a_rerating_of_the_new_account_previews_what_it_does(tmp_path: Path) -> None:
    events = tiered(7, 60)
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    before = total(workspace)
    move(workspace, "s-1", "acc-2")
    done = rerate(workspace, scope="/subscriptions/s-3")
    assert done is not None
    assert sum(meter.difference for meter in done.changes.meters) == total(workspace) - before
    once = standing(workspace)
    assert rerate(workspace, scope="/subscriptions/s-3") is None
    assert standing(workspace) == once
    workspace.close()


def total(workspace: Workspace) -> Decimal:
    return sum((cost for _, cost in tier_world.posted(workspace).values()), Decimal(0))
