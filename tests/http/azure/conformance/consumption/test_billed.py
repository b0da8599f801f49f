"""charges, balances, credits, lots, events, aggregated cost and tags, as their clients see them.

Amounts are checked against loops over the ledger's rows (billed_world), by Azure's client where a
float tells them, digit by digit where not.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.consumption.models import LegacyChargeSummary, ModernChargeSummary

from tests.app.billing.billed_estate import NOVEMBER, OCTOBER
from tests.app.consumption.billed_world import BILLING, EA, GROUPS, MCA, Row, World, publisher
from tests.http.azure.conformance.consumption.conftest import Ask
from tests.http.azure.conformance.registry import case

CONSUMPTION = "providers/Microsoft.Consumption"
LAST = "2026-10-31"


def near(found: object, expected: Decimal | int) -> bool:
    """Equal as far as a float can tell."""
    return math.isclose(float(str(found)), float(expected), rel_tol=1e-12, abs_tol=1e-12)


def of_october(account: str) -> Any:
    def wanted(row: Row) -> bool:
        started = row["ChargePeriodStart"]
        return bool(row["BillingAccountId"] == account and OCTOBER <= started < NOVEMBER)

    return wanted


@case(
    "consumption.charges.list",
)
def test_legacy_charges(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.charges.list(
        f"{BILLING}/{EA}/departments/D-1",
        filter=f"usageStart eq '2026-10-01' AND usageEnd eq '{LAST}'",
    )
    expected = world.sums(lambda row: (row["BillingPeriodStart"], publisher(row)), of_october(EA))
    assert found.value is not None
    assert [summary.name for summary in found.value] == ["202610-usd", "202611-usd"]
    for summary, month in zip(found.value, (OCTOBER, NOVEMBER), strict=True):
        assert isinstance(summary, LegacyChargeSummary)
        told = summary.properties
        assert near(told.azure_charges, expected[month, "azure"])
        assert near(told.azure_marketplace_charges, expected[month, "marketplace"])
        assert (told.usage_start, told.usage_end, told.currency) == ("2026-10-01", LAST, "USD")
        assert (told.billing_period_id or "").endswith(f"billingPeriods/{month:%Y%m}")


@case(
    "consumption.charges.list",
)
def test_modern_charges_by_profile(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.charges.list(
        f"{BILLING}/{MCA}",
        start_date="2026-10-01",
        end_date=LAST,
        apply="groupby((properties/billingProfileId))",
    )
    expected = world.sums(lambda row: row["x_BillingProfileId"], of_october(MCA))
    assert found.value is not None
    assert len(found.value) == 2
    for summary in found.value:
        assert isinstance(summary, ModernChargeSummary)
        told = summary.properties
        profile = (told.billing_profile_id or "").rpartition("/")[2]
        amounts = (told.azure_charges, told.charges_billed_separately, told.marketplace_charges)
        assert near(sum(a.value for a in amounts if a and a.value is not None), expected[profile])
        assert {a.currency for a in amounts if a} == {"EUR"}
        assert told.is_invoiced is False


def test_charges_have_all_their_digits(ask: Ask, world: World) -> None:
    path = f"{BILLING}/{EA}/providers/Microsoft.Billing/billingPeriods/202611/{CONSUMPTION}/charges"
    (summary,) = ask(path)["value"]
    expected = world.sums(
        publisher,
        lambda row: row["BillingAccountId"] == EA and row["BillingPeriodStart"] == NOVEMBER,
    )
    told = summary["properties"]
    assert Decimal(told["azureCharges"]) == expected["azure"]
    assert Decimal(told["azureMarketplaceCharges"]) == expected["marketplace"]
    assert summary["id"] == f"{BILLING}/{EA}/{CONSUMPTION}/charges/202611-usd"


def test_charges_of_now_are_of_the_current_period(ask: Ask) -> None:
    path = f"{BILLING}/{EA}/enrollmentAccounts/e-1"
    named = ask(f"{path}/providers/Microsoft.Billing/billingPeriods/202611/{CONSUMPTION}/charges")
    assert ask(f"{path}/{CONSUMPTION}/charges")["value"] == named["value"]
    section = f"{BILLING}/{MCA}/invoiceSections/is-1/{CONSUMPTION}/charges"
    (summary,) = ask(section)["value"]
    assert summary["properties"]["invoiceSectionId"].endswith(
        "billingProfiles/bp-1/invoiceSections/is-1"
    )


@pytest.mark.parametrize(
    "params",
    [
        {"dollar_filter": "colour eq 'red'"},
        {"dollar_filter": "usageStart ge 'soon'"},
        {"dollar_filter": "usageStart ge '2026-10-02' and usageEnd le '2026-10-01'"},
        {"dollar_filter": "usageEnd le '9999-12-31'"},
        {"dollar_apply": "groupby((properties/colour))"},
        {"dollar_apply": "aggregate(x)"},
        {"startDate": "2026-13-01"},
    ],
)
def test_charges_that_cannot_be_told(ask: Ask, params: dict[str, str]) -> None:
    answer = ask(f"{BILLING}/{MCA}/{CONSUMPTION}/charges", 400, **params)
    assert answer["error"]["code"] == "BadRequest"
    assert answer["error"]["target"]


@case(
    "consumption.balances.get_by_billing_account",
    "consumption.balances.get_for_billing_period_by_billing_account",
)
def test_a_balance(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.balances.get_for_billing_period_by_billing_account(EA, "202610")
    assert found.properties is not None
    told = found.properties
    closed = world.sums(
        publisher,
        lambda row: row["BillingAccountId"] == EA and row["BillingPeriodStart"] == OCTOBER,
    )
    draws = world.workspace.prepayment.store.drawn(EA)
    drawn = sum((d.amount for d in draws if d.day < NOVEMBER), Decimal(0))
    assert near(told.utilized, drawn)
    assert near(told.total_usage, closed["azure"])
    assert near(told.azure_marketplace_service_charges, closed["marketplace"])
    assert near(told.new_purchases, Decimal("30003.75"))
    assert told.new_purchases_details is not None
    assert {d.name for d in told.new_purchases_details} == {"granted", "prepaid", "later"}
    assert (told.billing_frequency, told.price_hidden, told.currency) == ("Month", False, "USD")
    ending = told.beginning_balance + told.new_purchases + told.adjustments - told.utilized  # type: ignore[operator]
    assert near(told.ending_balance, Decimal(str(ending)))
    following = consumption.balances.get_by_billing_account(EA).properties
    assert following is not None
    assert following.beginning_balance == told.ending_balance


def test_a_balance_that_there_is_none_of(ask: Ask) -> None:
    assert ask(f"{BILLING}/{MCA}/{CONSUMPTION}/balances", 400)["error"]["target"]
    late = f"{BILLING}/{EA}/billingPeriods/202612/{CONSUMPTION}/balances"
    assert ask(late, 404)["error"]["target"] == "billingPeriodName"
    assert ask(f"{BILLING}/nobody/{CONSUMPTION}/balances", 404)["error"]["code"] == "NotFound"


@case(
    "consumption.credits.get",
)
def test_credits(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.credits.get(MCA, "BP-1")
    assert found is not None
    assert found.properties is not None
    told = found.properties
    draws = world.workspace.prepayment.store.drawn(f"{MCA}:bp-1")
    used = {lot: sum(d.amount for d in draws if d.lot_id == lot) for lot in ("europe", "europe-2")}
    assert told.balance_summary is not None
    assert told.balance_summary.estimated_balance is not None
    assert near(told.balance_summary.estimated_balance.value, 100_000 - used["europe-2"])
    assert told.expired_credit is not None
    assert near(told.expired_credit.value, 40 - used["europe"])
    assert (told.credit_currency, told.is_estimated_balance) == ("EUR", True)


@case(
    "consumption.lots.list_by_billing_account",
    "consumption.lots.list_by_billing_profile",
    "consumption.lots.list_by_customer",
)
def test_lots(consumption: ConsumptionManagementClient, ask: Ask) -> None:
    names = [lot.name for lot in consumption.lots.list_by_billing_account(EA)]
    assert sorted(str(name) for name in names) == [
        *("future", "granted", "later", "macc", "prepaid", "shared"),
    ]
    told = "status eq 'active' AND source eq 'consumptioncommitment'"
    (macc,) = consumption.lots.list_by_billing_account(EA, filter=told)
    assert (macc.name, macc.type) == ("macc", "Microsoft.Consumption/lots")
    assert macc.properties is not None
    assert macc.properties.source == "ConsumptionCommitment"
    profile = list(consumption.lots.list_by_billing_profile(MCA, "bp-1"))
    assert [lot.name for lot in profile] == ["europe", "europe-2"]
    assert str(profile[0].id).endswith(
        "/billingProfiles/bp-1/providers/Microsoft.Consumption/lots/europe"
    )
    (partner,) = consumption.lots.list_by_customer(MCA, "c-1")
    assert partner.name == "partner"
    path = f"{BILLING}/{EA}/{CONSUMPTION}/lots"
    first = ask(path, dollar_top="4")
    assert len(first["value"]) == 4
    rest = ask(path, **link(first))
    assert [lot["name"] for lot in first["value"] + rest["value"]] == names
    assert ask(path, 400, dollar_filter="colour eq 'red'")["error"]["target"] == "$filter"


def link(answer: dict[str, Any]) -> dict[str, str]:
    """The parameters of a nextLink."""
    query = answer["nextLink"].partition("?")[2]
    told = dict(parse_qsl(query))
    return {name.replace("$", "dollar_"): value for name, value in told.items()}


@case(
    "consumption.events.list_by_billing_account",
    "consumption.events.list_by_billing_profile",
)
def test_events(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.events.list_by_billing_account(EA, filter="lotId eq 'later'")
    first, *charged = list(found)
    assert first.properties is not None
    assert first.properties.event_type == "NewCredit"
    draws = [d for d in world.workspace.prepayment.store.drawn(EA) if d.lot_id == "later"]
    told = [e.properties.charges.value for e in charged if e.properties and e.properties.charges]
    assert len(told) == len(draws)
    assert near(
        sum(value for value in told if value is not None),
        sum((d.amount for d in draws), Decimal(0)),
    )
    assert len({event.id for event in (first, *charged)}) == len(draws) + 1
    october = list(
        consumption.events.list_by_billing_profile(
            MCA, "bp-1", start_date="2026-10-01", end_date=LAST
        )
    )
    assert {str(e.properties.lot_id).rpartition("/")[2] for e in october if e.properties} == {
        "europe"
    }
    sources = consumption.events.list_by_billing_account(
        EA, filter="lotid eq 'macc' AND lotsource eq 'consumptioncommitment'"
    )
    assert next(iter(sources)).properties.lot_source == "ConsumptionCommitment"  # type: ignore[union-attr]


@case(
    "consumption.aggregated_cost.get_by_management_group",
    "consumption.aggregated_cost.get_for_billing_period_by_management_group",
)
def test_aggregated_cost(consumption: ConsumptionManagementClient, world: World) -> None:
    found = consumption.aggregated_cost.get_by_management_group(
        "root", filter=f"usageStart ge '2026-10-01' and properties/usageStart le '{LAST}'"
    )
    told = found.properties
    assert told is not None
    expected = world.sums(
        publisher, lambda row: row["ChargePeriodStart"] < NOVEMBER, "x_BilledCostInUsd"
    )
    assert near(told.azure_charges, expected["azure"])
    assert near(told.marketplace_charges, expected["marketplace"])
    assert (told.currency, told.included_subscriptions) == ("USD", ["s-1", "s-2", "s-3"])
    assert told.children is not None
    assert len(told.children) == 2
    period = consumption.aggregated_cost.get_for_billing_period_by_management_group(
        "below", "202611"
    )
    assert period.properties is not None
    assert period.properties.currency == "EUR"
    assert str(period.properties.billing_period_id).endswith("billingPeriods/202611")


@case(
    "consumption.tags.get",
)
def test_tags(consumption: ConsumptionManagementClient, ask: Ask) -> None:
    found = consumption.tags.get("subscriptions/s-1")
    assert found is not None
    assert found.properties is not None
    assert found.properties.tags is not None
    assert [tag.key for tag in found.properties.tags] == ["run", "team"]
    path = f"/subscriptions/s-1/{CONSUMPTION}/tags"
    told = {"dollar_expand": "properties/tags/value", "startDate": "2026-10-01", "endDate": LAST}
    first = ask(path, dollar_top="1", **told)["properties"]
    assert [(t["key"], sorted(t["value"])) for t in first["tags"]] == [("run", ["x", "y"])]
    rest = ask(path, **link(first))["properties"]
    assert [(t["key"], sorted(t["value"])) for t in rest["tags"]] == [
        ("team", ["Grün", "blue", "レッド"])
    ]
    assert rest["nextLink"] is None


def test_an_unknown_scope_is_not_found(consumption: ConsumptionManagementClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        consumption.charges.list(f"{BILLING}/{MCA}/customers/nobody")
    assert caught.value.status_code == 404


def test_where_an_operation_is_not_answered(ask: Ask) -> None:
    assert ask(f"{GROUPS}/root/{CONSUMPTION}/charges", 400)["error"]["code"] == "InvalidScope"
    assert ask(f"/subscriptions/s-1/{CONSUMPTION}/lots", 400)["error"]["code"] == "InvalidScope"
