"""What cost allocation rules come to, against loops over the ledger's rows in plain Python."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costplane.app.arm.allocation_rule import rule_told, saved_text
from costplane.core.arm_resource import Place
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.allocation.world import NEVER, Row, Rule, World
from tests.app.billing.billed_estate import ACCOUNT

VALUES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Dimension", "ResourceGroupName"): ("rg-a", "RG-AB", "rg-none"),
    ("Dimension", "SubscriptionId"): ("s-1", "S-2", "s-none"),
    ("Tag", "team"): ("blue", "Grün", "Blue"),
    ("Tag", "TEAM"): ("レッド", "blue"),
}
DETAILS = (
    "SubAccountId",
    "x_ResourceGroupName",
    "Tags",
    "AllocatedMethodId",
    "ResourceId",
    "BilledCost",
)


def rule(source: tuple[str, str], values: list[str], target: tuple[str, str], to: Any) -> Rule:
    shares = [{"name": name, "percentage": Decimal(str(percent))} for name, percent in to.items()]
    return {
        "status": "Active",
        "details": {
            "sourceResources": [{"resourceType": source[0], "name": source[1], "values": values}],
            "targetResources": [
                {
                    "resourceType": target[0],
                    "name": target[1],
                    "policyType": "FixedProportion",
                    "values": shares,
                }
            ],
        },
    }


GROUPS, SUBSCRIPTIONS, TEAM = list(VALUES)[:3]


# --- the oracle -------------------------------------------------------------------------------


def value_of(row: Row, kind: tuple[str, str]) -> str | None:
    if kind[0] == "Tag":
        tags = {key.lower(): value for key, value in json.loads(row["Tags"] or "{}").items()}
        return tags.get(kind[1].lower())
    column = {"ResourceGroupName": "x_ResourceGroupName", "SubscriptionId": "SubAccountId"}
    value: str | None = row[column[kind[1]]]
    return value.lower() if value else value


def plain(value: str, kind: tuple[str, str]) -> str:
    return value if kind[0] == "Tag" else value.lower()


def expected(charges: list[Row], rules: list[Rule]) -> list[Row]:
    """All rows that stand once the rules are applied one after another."""
    used = [row for row in charges if row["ChargeCategory"] == "Usage"]
    rows = [{name: row[name] for name in DETAILS} for row in used]
    for number, told in enumerate(rules):
        (source,) = told["details"]["sourceResources"]
        (target,) = told["details"]["targetResources"]
        kind = (source["resourceType"], source["name"])
        named = {plain(value, kind) for value in source["values"]}
        taken = [row for row in rows if value_of(row, kind) in named]
        rows = rows + [moved for row in taken for moved in apply(row, target, used, f"r{number}")]
    return rows


def apply(row: Row, target: Any, used: list[Row], name: str) -> list[Row]:
    kind = (target["resourceType"], target["name"])
    moved = []
    for share in target["values"]:
        own = [r for r in used if value_of(r, kind) == plain(share["name"], kind)]
        places: dict[Any, Decimal] = defaultdict(Decimal)
        for r in own:
            group = r["x_ResourceGroupName"] if kind[1] == "ResourceGroupName" else None
            places[r["SubAccountId"], group] += r["EffectiveCost"]
        if kind[0] == "Tag":
            total = sum(places.values())
            places = {(row["SubAccountId"], row["x_ResourceGroupName"]): Decimal(total)}
        bearing = [place for place, cost in places.items() if cost > 0]
        for place in bearing:
            part = row["BilledCost"] * share["percentage"] / 100 / len(bearing)
            tags = {kind[1]: share["name"]} if kind[0] == "Tag" else {}
            gives = {"BilledCost": -part, "AllocatedMethodId": name}
            gets = {"BilledCost": part, "AllocatedMethodId": name, "ResourceId": None}
            where = {"SubAccountId": place[0], "x_ResourceGroupName": place[1]}
            moved += [row | gives, row | gets | where | {"Tags": json.dumps(tags)}]
    return moved


def summed(rows: list[Row], *columns: str) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[column] or "" for column in columns)] += row["BilledCost"]
    return {key: cost for key, cost in sums.items() if abs(cost) > NEVER}


def alike(found: dict[Any, Decimal], wanted: dict[Any, Decimal]) -> None:
    assert set(found) == set(wanted)
    assert all(abs(found[key] - wanted[key]) < NEVER for key in found), (found, wanted)


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for _ in range(draw(st.integers(0, 4))):
        source, target = draw(st.sampled_from(list(VALUES))), draw(st.sampled_from(list(VALUES)))
        values = draw(st.lists(st.sampled_from(VALUES[source]), min_size=1, unique_by=str.lower))
        same = (source[0], source[1].lower()) == (target[0], target[1].lower())
        free = [v for v in VALUES[target] if not same or v.lower() not in map(str.lower, values)]
        names = draw(st.permutations(sorted({v.lower(): v for v in free}.values())))
        if not names:
            continue
        cuts = draw(st.lists(st.integers(1, 9_999), max_size=len(names) - 1, unique=True))
        bounds = [0, *sorted(cuts), 10_000]
        shares = [Decimal(b - a) / 100 for a, b in pairwise(bounds)]
        rules.append(rule(source, values, target, dict(zip(names, shares, strict=False))))
    return rules


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=rule_lists())
def test_rules_move_what_loops_over_the_rows_say(world: World, rules: list[Rule]) -> None:
    world.only(rules)
    charges = world.rows("charges")
    wanted = expected(charges, rules)
    alike(world.costs("SubscriptionId", "ResourceGroupName"), summed(wanted, *DETAILS[:2]))
    alike(
        world.costs("CostAllocationRuleName", "ResourceId"),
        summed(wanted, "AllocatedMethodId", "ResourceId"),
    )
    teams = [row | {"team": value_of(row, TEAM)} for row in wanted]
    alike(world.costs("tag:team"), summed(teams, "team"))
    moved = world.rows("allocated")
    for column in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"):
        assert sum(row[column] for row in moved) == 0
    assert world.workspace.settle() == 0


# --- single facts -----------------------------------------------------------------------------


def test_both_sides_are_seen_and_the_total_stays(fresh: World) -> None:
    before = fresh.costs("ResourceGroupName", scope="/subscriptions/s-1")
    total = fresh.costs()[()]
    fresh.only([rule(GROUPS, ["RG-AB"], SUBSCRIPTIONS, {"s-2": 100})])
    given_away = before["rg-ab",]
    assert fresh.costs()[()] == total
    after = fresh.costs("ResourceGroupName", "CostAllocationRuleName", scope="/subscriptions/s-1")
    assert (after["rg-ab", ""], after["rg-ab", "r0"]) == (given_away, -given_away)
    assert fresh.costs(scope="/subscriptions/s-1")[()] == before["rg-a",]
    got = fresh.costs("CostAllocationRuleName", scope="/subscriptions/s-2")
    assert got["r0",] == given_away


def test_what_was_given_away_is_gone_for_the_next_rule(fresh: World) -> None:
    fresh.only(
        [
            rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100}),
            rule(GROUPS, ["rg-ab"], GROUPS, {"rg-a": 100}),
        ]
    )
    assert {key[0] for key in fresh.costs("CostAllocationRuleName")} == {""}
    by_rule = fresh.costs("CostAllocationRuleName", scope="/subscriptions/s-2")
    assert set(by_rule) == {("",), ("r0",)}


def test_a_target_without_costs_gets_nothing_and_the_source_keeps_its_share(fresh: World) -> None:
    before = fresh.costs("ResourceGroupName", scope="/subscriptions/s-1")["rg-ab",]
    fresh.only([rule(GROUPS, ["rg-ab"], GROUPS, {"rg-none": 75, "rg-a": 25})])
    after = fresh.costs("ResourceGroupName")["rg-ab",]
    assert abs(after - before * 3 / 4) < NEVER


def test_the_targets_see_what_was_used_and_not_by_whom(fresh: World) -> None:
    fresh.only([rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100})])
    models = fresh.costs("Model", "CostAllocationRuleName", scope="/subscriptions/s-2")
    assert any(model and name == "r0" for model, name in models)
    for row in fresh.rows("allocated"):
        assert (row["ConsumedQuantity"], row["x_Events"]) == (None, 0)
        if row["SubAccountId"] == "s-2":
            told = (row["ResourceId"], row["x_Deployment"], row["x_Series"], row["Tags"])
            assert told == (None, None, None, "{}")


def test_hours_users_and_days_in_another_zone_hold_it_too(fresh: World) -> None:
    fresh.only([rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100})])
    wanted = fresh.costs(scope="/subscriptions/s-2")[()]
    for asked in (
        {"granularity": "Hourly"},
        {"granularity": "Daily", "zone": "Asia/Kolkata"},
    ):
        parts = fresh.costs("CostAllocationRuleName", scope="/subscriptions/s-2", **asked)
        period = {"from": "2026-11-01", "to": "2026-11-06"}
        whole = fresh.costs(
            "CostAllocationRuleName", scope="/subscriptions/s-2", period=period, **asked
        )
        assert sum(whole.values()) == wanted
        assert parts
    by_user = fresh.costs("User", scope="/subscriptions/s-2")
    assert sum(by_user.values()) == wanted
    assert any(key[0] for key in by_user)


def test_invoices_and_what_is_paid_from_lots_know_nothing_of_it(fresh: World) -> None:
    def lines() -> list[Any]:
        invoices = fresh.workspace.invoicing.invoices(fresh.clock.now, ACCOUNT)
        return [invoice.lines for invoice in invoices]

    before = lines()
    fresh.only([rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100})])
    assert before
    assert lines() == before


def test_a_change_acts_from_its_month_on(fresh: World) -> None:
    told = rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100})
    fresh.only([told])
    november = fresh.costs("CostAllocationRuleName", scope="/subscriptions/s-2")
    assert ("r0",) in november
    fresh.clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    fresh.put("r0", told | {"status": "NotActive"})
    fresh.workspace.settle()
    assert fresh.costs("CostAllocationRuleName", scope="/subscriptions/s-2") == november
    later = estate.calls(9, 40)
    for call in later:
        call["id"] = f"later-{call['id']}"
        call["time"] = call["time"].replace("2026-11-", "2026-11-1")[:19] + "Z"
    estate.take(fresh.workspace, later)
    fresh.workspace.settle()
    period = {"from": "2026-11-01", "to": "2026-11-30"}
    source = fresh.costs("ResourceGroupName", scope="/subscriptions/s-1", period=period)
    assert ("rg-ab",) not in source


def test_a_removed_rule_of_this_month_leaves_nothing(fresh: World) -> None:
    before = fresh.costs("ResourceGroupName", "CostAllocationRuleName")
    fresh.only([rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100})])
    assert fresh.costs("ResourceGroupName", "CostAllocationRuleName") != before
    fresh.only([])
    assert fresh.costs("ResourceGroupName", "CostAllocationRuleName") == before


def test_rules_of_one_account_leave_others_alone(fresh: World) -> None:
    other = Place("costAllocationRules", "/providers/microsoft.billing/billingaccounts/ea-12")
    told = rule_told(rule(GROUPS, ["rg-ab"], SUBSCRIPTIONS, {"s-2": 100}))
    now = fresh.clock.now
    fresh.workspace.kept.save(other, "r", lambda found: saved_text("r", told, found, now), "me")
    assert fresh.workspace.settle() == 0
    assert fresh.rows("allocated") == []


def test_who_sees_a_part_sees_its_own_side_alone(fresh: World) -> None:
    fresh.only([rule(GROUPS, ["rg-ab"], GROUPS, {"rg-a": 100})])
    asked = fresh.workspace.definition(estate.body("ResourceGroupName", "SubscriptionId"))
    visible = (parse_scope("/subscriptions/s-2/resourceGroups/rg-a"),)
    page = fresh.workspace.query(parse_scope("/"), asked, visible=visible)
    assert {tuple(row[3:5]) for row in page.rows} == {("rg-a", "s-2")}
