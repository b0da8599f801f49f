"""What cost allocation moved stands in cost details, as rows of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from costplane.app.cost_details.selection import Metric, Selection
from costplane.core.scope import parse_scope
from tests.app.allocation.test_allocation import GROUPS, rule
from tests.app.allocation.world import WHOLE, World
from tests.app.billing.billed_estate import ACCOUNT

Row = dict[str, Any]
CENTRAL = "rg-a"
RULE = rule(GROUPS, [CENTRAL], GROUPS, {"RG-AB": 60, "rg-none": 40})


def told(world: World, metric: Metric = "ActualCost", scope: str = WHOLE, **more: Any) -> list[Row]:
    """The rows of cost details, over pages of seven."""
    reader = world.workspace.cost_details
    selection = Selection(reader.scopes(parse_scope(scope)), metric, **more)
    found: list[Row] = []
    page = reader.page(selection, (), 7)
    found += page.rows
    while page.next is not None:
        page = reader.page(selection, (), 7, page.next)
        found += page.rows
    return found


def summed(rows: list[Row], key: Callable[[Row], Any], amount: str) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[key(row)] += row[amount]
    return {key: total for key, total in sums.items() if total}


def test_rows_of_a_rule_are_those_of_the_ledger(fresh: World) -> None:
    before = {row["id"]: row for row in told(fresh)}
    fresh.only([RULE])
    for metric, amount in (("ActualCost", "BilledCost"), ("AmortizedCost", "EffectiveCost")):
        rows = told(fresh, metric)  # type: ignore[arg-type]
        assert len({row["id"] for row in rows}) == len(rows)
        moved = [row for row in rows if row["allocation_rule"]]
        assert moved
        of_ledger = fresh.rows("allocated")
        assert summed(
            moved, lambda r: (r["allocation_rule"], r["resource_group"], r["day"]), "cost"
        ) == summed(
            of_ledger,
            lambda r: (
                r["AllocatedMethodId"],
                r["x_ResourceGroupName"],
                r["ChargePeriodStart"].date(),
            ),
            amount,
        )
        whole = summed(fresh.rows("charges"), lambda _: 0, amount)
        assert summed(rows, lambda _: 0, "cost") == whole
        assert {row["quantity"] for row in moved} == {0}
        assert {row["invoice"] for row in moved} == {None}
    kept = {row["id"]: row for row in told(fresh) if not row["allocation_rule"]}
    assert kept == before


def test_the_target_sees_what_it_was_given(fresh: World) -> None:
    fresh.only([RULE])
    scope = "/subscriptions/s-1/resourceGroups/rg-ab"
    rows = [row for row in told(fresh, scope=scope) if row["allocation_rule"]]
    assert {row["resource_group"].lower() for row in rows} == {"rg-ab"}
    assert sum(row["cost"] for row in rows) > 0
    assert {row["resource_id"] for row in rows} == {None}


def test_an_invoice_s_rows_are_the_charges_alone(fresh: World) -> None:
    fresh.only([RULE])
    for invoice in fresh.workspace.invoicing.invoices(fresh.clock.now, ACCOUNT):
        rows = told(fresh, invoice=invoice.number)
        assert not any(row["allocation_rule"] for row in rows)
        assert sum(row["cost"] for row in rows) == invoice.ledger_total


def test_pages_go_on_in_the_state_that_they_began_in(fresh: World) -> None:
    reader = fresh.workspace.cost_details
    selection = Selection(reader.scopes(parse_scope(WHOLE)))
    whole = told(fresh)
    first = reader.page(selection, (), 3)
    fresh.only([RULE])
    assert first.next is not None
    rest = reader.page(selection, (), len(whole), first.next)
    assert [*first.rows, *rest.rows] == whole
    assert len(told(fresh)) > len(whole)
