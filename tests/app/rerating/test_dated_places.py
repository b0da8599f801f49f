"""Subscriptions that move on a day: what they used before stays with who paid then, in charges, in
tiers and on invoices.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import FormerPlace, Subscription
from costplane.core.period import Period
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.estate import Event
from tests.app.rerating.test_rerating import rerate
from tests.app.tiers import test_moved_meters
from tests.app.tiers.test_moved_meters import BORDER, LIST, OWN, world

MOVE = datetime(2026, 11, 4, tzinfo=UTC)
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
AGREEMENT = """\
name: moved
billing_accounts:
  - {id: acc-1, name: One, type: EnterpriseAgreement, currency: USD}
  - {id: acc-2, name: Two, type: EnterpriseAgreement, currency: USD}
subscriptions:
  - {id: s-1, billing_account: acc-2, since: 2026-11-04}
  - {id: s-3, billing_account: acc-1, since: 2026-11-04}
"""


def account(event: Event) -> str:
    """Who pays for a call: s-1 and s-3 change places on the day."""
    moved = estate.time_of(event) >= MOVE
    subscription = event["data"]["resource_id"].split("/")[2]
    return "acc-1" if subscription == "s-2" or (subscription == "s-1") != moved else "acc-2"


def naive(events: list[Event]) -> dict[str, Fraction]:
    """Cost by account: a plain count in canonical order."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    counted = 0
    for event in sorted(events, key=lambda e: (e["time"][:13], e["data"]["resource_id"], e["id"])):
        tokens = event["data"]["quantities"]["input_text"]
        if account(event) == "acc-2":
            sums["acc-2"] += Fraction(tokens, 2_000)
            continue
        below = min(max(BORDER - counted, 0), tokens)
        sums["acc-1"] += Fraction(below, 4_000) + Fraction(tokens - below, 8_000)
        counted += tokens
    return dict(sums)


def standing(workspace: Workspace) -> dict[str, Fraction]:
    sums = test_moved_meters.standing(workspace)
    return {name: cost for name, cost in sums.items() if name != "tokens"}


@pytest.mark.parametrize("known", ["before the calls", "after them"])
def test_a_move_counts_from_its_day_on(tmp_path: Path, known: str) -> None:
    events = test_moved_meters.calls(5, 80)
    assert {estate.time_of(event) >= MOVE for event in events} == {True, False}
    workspace = world(tmp_path, [LIST, OWN])
    file = tmp_path / "moved.yaml"
    file.write_text(AGREEMENT)
    if known == "before the calls":
        workspace.agreements.take(file, workspace.now())
        estate.take(workspace, events)
    else:
        estate.take(workspace, events)
        workspace.agreements.take(file, workspace.now())
        assert rerate(workspace, period=NOVEMBER) is not None
    assert standing(workspace) == naive(events)
    workspace.agreements.take(file, workspace.now())
    assert workspace.settle() == 0
    assert rerate(workspace, period=NOVEMBER) is None, "the same file again moves nothing"
    invoices = workspace.invoicing.invoices(workspace.now())
    assert {i.billing_key: Fraction(i.ledger_total) for i in invoices} == naive(events)
    workspace.close()


def test_a_later_listing_keeps_the_former_places(tmp_path: Path) -> None:
    workspace = billed.opened(tmp_path, billed.Clock())
    one = Subscription("s-1", "One", billing_account_id="ea-1")
    unplaced = Subscription("s-1", "One", billing_account_id=None)
    workspace.catalog.put_subscription(one.moved(unplaced, MOVE))
    workspace.catalog.put_subscription(unplaced)
    (stored,) = [s for s in workspace.catalog.hierarchy().subscriptions if s.id == "s-1"]
    assert stored.former == (FormerPlace(MOVE, "ea-1"),)
    before = datetime(2026, 11, 3, 23, tzinfo=UTC)
    assert (stored.at(before).billing_account_id, stored.at(MOVE).billing_account_id) == (
        "ea-1",
        None,
    )
    workspace.close()


def test_a_move_that_is_told_anew_takes_the_place_of_later_ones() -> None:
    first = Subscription("s", "S", billing_account_id="a")
    second = first.moved(Subscription("s", "S", billing_account_id="b"), MOVE)
    earlier = datetime(2026, 10, 1, tzinfo=UTC)
    third = second.moved(Subscription("s", "S", billing_account_id="c"), earlier)
    assert third.former == (FormerPlace(earlier, "a"),)
    assert third.at(MOVE).billing_account_id == "c"
