"""Lines of meters with tiers are explained tier by tier, and sum to what loops say."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.rating.charge_address import parse_charge_address
from tests.app import estate
from tests.app.rerating.test_rerating import MONTHS, rerate, take_sheet
from tests.app.tiers.tier_world import SHEET, calls, opened, parts

SHOWN = 4


def test_events_tell_their_tiers_and_charges_their_events(tmp_path: Path) -> None:
    events = calls(4, 90)
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    told: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for event, name, minimum, amount, cost in parts(events):
        if event["data"]["model"] == "alpha":
            told[(event["id"], name)].append((minimum, amount, cost))
    divided = {key for key, found in told.items() if len(found) > 1}
    assert divided, "some line has to be parted by a border"
    sources = {event["id"]: event["source"] for event in events}
    chosen = [*sorted({id_ for id_, _ in divided})[:SHOWN], *sorted(i for i, _ in told)[:SHOWN]]
    for id_ in chosen:
        found = workspace.explain_event(sources[id_], id_)
        for line in found.lines:
            expected = told[(id_, line.quantity)]
            assert [(t.minimum, t.count, Fraction(t.amount)) for t in line.tiers] == [
                (_written(minimum), amount, cost) for minimum, amount, cost in expected
            ]
            assert line.amount == sum((t.amount for t in line.tiers), Decimal(0))
            assert line.posted
            for tier in line.tiers:
                charge = workspace.explain_charge(parse_charge_address(tier.charge))
                assert charge.unexplained == 0
                assert charge.amount == charge.billed_cost
                assert (id_, tier.count) in {(e.id, e.count) for e in charge.behind.shown}
    workspace.close()


def _written(minimum: Fraction) -> Decimal:
    return Decimal("12.0005") if minimum == 12_001 else Decimal(int(minimum / 1000))


def test_after_a_rerating_the_new_charge_is_explained_and_the_old_one_is_nothing(
    tmp_path: Path,
) -> None:
    events = [e for e in calls(1, 60) if e["data"]["model"] == "beta"]
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    day = Period(MONTHS.start, MONTHS.end)
    before = workspace.charges(parse_scope("/"), day, "beta")
    take_sheet(workspace, SHEET.replace("price: 0.5}", "price: 0.75}"))
    rerate(workspace)
    after = workspace.charges(parse_scope("/"), day, "beta")
    assert after.total == before.total
    assert not {c.address for c in after.charges} & {c.address for c in before.charges}
    old = workspace.explain_charge(parse_charge_address(before.charges[0].address))
    assert {old.billed_cost, old.amount, old.unexplained} == {Decimal(0)}
    assert old.behind.events == 0
    assert sorted(row.events for row in old.rows) == [-1, 1]
    new = workspace.explain_charge(parse_charge_address(after.charges[0].address))
    assert new.billed_cost == new.amount == old.rows[-1].billed_cost * Decimal("1.5") > 0
    (behind,) = new.behind.shown
    line = workspace.explain_event(behind.source, behind.id).lines
    assert [one.charge for one in line if one.quantity == "input_text"] == [new.address]
    workspace.close()
