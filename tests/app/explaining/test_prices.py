"""Explanations name the price that a charge was rated with, however prices and owners change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from costplane.catalog.model import BillingAccount, Subscription
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.rating.charge_address import parse_charge_address
from tests.app import estate
from tests.app.explaining.calls import plain_call

DAYS = Period(estate.START, estate.START + timedelta(days=estate.DAYS))
EVERYTHING = parse_scope("/")


def test_prices_are_those_of_the_time_of_rating(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    call = plain_call("early")
    estate.take(opened, [call])
    sheet = tmp_path / "own.yaml"
    sheet.write_text(
        "name: own\nkind: customer\ncurrency: USD\ndeployment_type: GlobalStandard\n"
        "valid_from: 2026-01-01\nunit: 1M Tokens\n"
        "rows:\n  - {model: alpha, quantity: input_text, price: 0.1}\n"
    )
    opened.import_prices(sheet)
    estate.take(opened, [plain_call("late")])
    (early,) = opened.explain_event("s", "early").lines
    (late,) = opened.explain_event("s", "late").lines
    assert early.price
    assert late.price
    assert late.list_price
    assert (early.price.price, early.steps) == (Decimal("0.1234567"), ("list price",))
    assert (late.price.price, late.steps) == (Decimal("0.1"), ("own sheet",))
    assert late.list_price.id == early.price.id
    assert late.list_amount == early.amount == Decimal("0.1234567")
    found = [
        opened.explain_charge(parse_charge_address(c.address))
        for c in opened.charges(EVERYTHING, DAYS).charges
    ]
    assert [(c.amount, c.unexplained, c.behind.events) for c in found] == [
        (Decimal("0.1234567"), Decimal(0), 1),
        (Decimal("0.1"), Decimal(0), 1),
    ]
    opened.close()


def test_at_the_edges_of_bands_and_prices(tmp_path: Path) -> None:
    """A prompt of 3,000 tokens is not long, one of 3,001 is; a price holds from its instant."""
    opened = estate.opened(tmp_path)
    calls = [plain_call(name) for name in ("3000", "3001", "before", "after")]
    for call in calls[:2]:
        asked = {"quantities": {"input_text": int(call["id"])}}
        call["data"] |= {"deployment": "b", "model": "beta", "model_version": "v1"} | asked
        call["data"] |= {"deployment_type": "GlobalStandard"}
    for call, moment in zip(calls[2:], ("17:29.999999", "17:30"), strict=True):
        call["time"] = f"2026-11-03T18:{moment}Z"
        call["data"] |= {"quantities": {"output_text": 1_000_000}}
    estate.take(opened, calls)
    found = {call["id"]: opened.explain_event("s", call["id"]).lines[0] for call in calls}
    assert {name: line.amount for name, line in found.items()} == {
        "3000": Decimal("0.75"),
        "3001": Decimal("1.5005"),
        "before": Decimal(8),
        "after": Decimal("9.5"),
    }
    for name, line in found.items():
        charge = opened.explain_charge(parse_charge_address(line.charge or ""))
        assert [event.id for event in charge.behind.shown] == [name]
        assert (charge.amount, charge.unexplained) == (line.amount, Decimal(0))
    opened.close()


def test_what_the_catalog_no_longer_leads_to_is_said(tmp_path: Path) -> None:
    """A sheet for a billing account, whose subscription then moves to another account."""
    opened = estate.opened(tmp_path)
    accounts = [BillingAccount(n, n, "EnterpriseAgreement", "USD") for n in ("111", "222")]
    opened.catalog.put_billing_account(*accounts)
    opened.catalog.put_subscription(Subscription("s-1", "S", billing_account_id="111"))
    sheet = tmp_path / "own.yaml"
    scope = "/providers/microsoft.billing/billingaccounts/111"
    sheet.write_text(
        f"name: own\nkind: customer\nscope: {scope}\ncurrency: USD\n"
        "deployment_type: GlobalStandard\nvalid_from: 2026-01-01\nunit: 1M Tokens\n"
        "rows:\n  - {model: alpha, quantity: input_text, price: 0.1}\n"
    )
    opened.import_prices(sheet)
    estate.take(opened, [plain_call("a")])
    (listed,) = opened.charges(EVERYTHING, DAYS).charges
    address = parse_charge_address(listed.address)
    assert opened.explain_charge(address).steps == (f"own sheet for {scope}",)
    opened.catalog.put_subscription(Subscription("s-1", "S", billing_account_id="222"))
    charge = opened.explain_charge(address)
    assert charge.price is None
    assert charge.amount == charge.behind.events == 0
    assert charge.unexplained == charge.billed_cost == Decimal("0.1")
    (line,) = opened.explain_event("s", "a").lines
    assert not line.posted
    opened.close()


def test_a_charge_of_a_marketplace_entry(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    sheet = tmp_path / "offer.yaml"
    sheet.write_text(
        "name: offer\ncurrency: EUR\ndeployment_type: GlobalStandard\nvalid_from: 2026-01-01\n"
        "rows:\n  - {model: claude, quantity: input_text, unit: 1M Tokens, price: 3, "
        "publisher_type: Marketplace, publisher: Anthropic, offer: Claude}\n"
    )
    opened.import_prices(sheet)
    call = plain_call("a")
    call["data"] |= {"deployment": "c", "model": "claude", "deployment_type": "GlobalStandard"}
    call["data"] |= {"model_version": "1"}
    estate.take(opened, [call])
    (listed,) = opened.charges(EVERYTHING, DAYS).charges
    charge = opened.explain_charge(parse_charge_address(listed.address))
    assert charge.resource_id == listed.resource_id
    assert "/providers/microsoft.saas/resources/claude-" in charge.resource_id
    facts = {fact.name: fact.value for fact in charge.facts}
    assert facts["resource_id"] == estate.RESOURCES[0]
    assert (charge.service, charge.amount, charge.currency) == ("SaaS", Decimal(3), "EUR")
    assert charge.unexplained == 0
    opened.close()


def test_a_call_outside_azure(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    call = plain_call("a")
    del call["data"]["resource_id"], call["data"]["deployment"]
    call["data"] |= {"account": {"provider": "openai", "project": "p-1"}, "model": "nowhere-1"}
    estate.take(opened, [call])
    event = opened.explain_event("s", "a")
    assert event.resource_id.endswith("/externalsubscriptions/p-1")
    assert (event.without_price, event.totals) == (1, ())
    (line,) = event.lines
    assert (line.reason or "").startswith("NoSuchModel: nowhere-1")
    opened.close()
