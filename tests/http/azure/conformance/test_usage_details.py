"""usageDetails and marketplaces at every kind of scope, against plain SQL over the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from azure.mgmt.consumption import ConsumptionManagementClient

from tests.http.azure.conformance.estate import SCOPES
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books
from tests.http.azure.conformance.test_query import expected

SINCE = "properties/usageStart ge '2026-09-01'"
_PLACES = Decimal("1e-9")


@pytest.mark.parametrize("kind", SCOPES)
@pytest.mark.parametrize(
    ("metric", "column"), [("actualcost", "BilledCost"), ("amortizedcost", "EffectiveCost")]
)
@case("consumption.usage_details.list")
def test_usage_details(
    consumption: ConsumptionManagementClient, books: Books, kind: str, metric: str, column: str
) -> None:
    found: dict[str, Decimal] = {}
    ids = set()
    for item in consumption.usage_details.list(SCOPES[kind], filter=SINCE, metric=metric, top=700):
        told = item["properties"]
        legacy = item["kind"] == "legacy"
        currency = told["billingCurrency" if legacy else "billingCurrencyCode"]
        cost = Decimal(str(told["cost" if legacy else "costInBillingCurrency"]))
        found[currency] = found.get(currency, Decimal()) + cost
        ids.add(item["id"])
        assert legacy == (currency == "USD" and told.get("billingAccountId") == "100001")
    wanted = expected(books, kind, column)
    assert found.keys() == wanted.keys()
    assert all(abs(found[currency] - wanted[currency]) < _PLACES for currency in wanted)
    assert ids


@case("consumption.marketplaces.list")
def test_marketplaces(consumption: ConsumptionManagementClient, books: Books) -> None:
    found: dict[str, Decimal] = {}
    for item in consumption.marketplaces.list(SCOPES["ManagementGroup"], filter=SINCE, top=50):
        told = item["properties"]
        found[told["currency"]] = found.get(told["currency"], Decimal()) + Decimal(
            str(told["pretaxCost"])
        )
        assert told["publisherName"] == "Anthropic"
    rows = books.rows(
        "SELECT BillingCurrency, sum(BilledCost) FROM charges "
        "WHERE x_PublisherType = 'Marketplace' GROUP BY 1"
    )
    wanted = {currency: Decimal(units).scaleb(-12) for currency, units in rows}
    assert found.keys() == wanted.keys()
    assert all(abs(found[currency] - wanted[currency]) < _PLACES for currency in wanted)
