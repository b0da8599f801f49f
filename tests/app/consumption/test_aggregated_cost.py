"""A management group with all that is below it, in one currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from costplane.app.consumption.charge_sums import BillingMonth
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.errors import NotFound
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER
from tests.app.consumption.billed_world import GROUPS, Row, World, nonzero, publisher

DAYS = Period(OCTOBER, NOVEMBER)


def test_a_tree_of_two_currencies_is_in_usd(world: World) -> None:
    found = world.workspace.consumption.aggregated.of(parse_scope(f"{GROUPS}/root"), DAYS)
    assert found.currency == "USD"
    assert found.included == ("s-1", "s-2", "s-3")
    assert found.excluded == ()
    expected = world.sums(
        publisher, lambda row: row["ChargePeriodStart"] in DAYS, "x_BilledCostInUsd"
    )
    assert {"azure": found.azure, "marketplace": found.marketplace} == expected
    below, none = sorted(found.children, key=lambda child: child.group)
    assert (below.group, none.group) == ("below", "none")
    assert (none.azure, none.marketplace, none.included) == (Decimal(0), Decimal(0), ())

    def is_below(row: Row) -> bool:
        return row["ChargePeriodStart"] in DAYS and row["SubAccountId"] in ("s-2", "s-3")

    expected = world.sums(publisher, is_below, "x_BilledCostInUsd")
    assert {"azure": below.azure, "marketplace": below.marketplace} == expected


def test_a_tree_of_one_currency_keeps_it(world: World) -> None:
    scope = parse_scope(f"{GROUPS}/below")
    found = world.workspace.consumption.aggregated.of(scope, BillingMonth(NOVEMBER))
    assert found.currency == "EUR"
    expected = world.sums(
        publisher,
        lambda row: row["BillingPeriodStart"] == NOVEMBER and row["SubAccountId"] in ("s-2", "s-3"),
    )
    assert nonzero({"azure": found.azure, "marketplace": found.marketplace}) == nonzero(expected)
    assert expected


def test_a_group_that_is_not_known(world: World) -> None:
    with pytest.raises(NotFound):
        world.workspace.consumption.aggregated.of(parse_scope(f"{GROUPS}/other"), DAYS)
