"""Offers for tests of resolution, written by the facts that matter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, PriceQuestion, Resolution, Unresolved
from costplane.pricing.resolution import resolve

SUBSCRIPTION = "/subscriptions/s"
GROUP = f"{SUBSCRIPTION}/resourcegroups/g"
RESOURCE = f"{GROUP}/providers/microsoft.cognitiveservices/accounts/a"
ACCOUNT = "/providers/microsoft.billing/billingaccounts/1"
NOW = datetime(2026, 10, 15, 9, tzinfo=UTC)


def day(month: int, number: int = 1) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def offer(price: object, **facts: Any) -> Offer:
    """A list price for a million input tokens of gpt-x, Global, from January, unless told."""
    told: dict[str, Any] = {
        "model": "gpt-x",
        "version": None,
        "deployment_scope": "Global",
        "service_tier": "Standard",
        "quantity": "input_text",
        "context_band": None,
        "context_threshold": None,
        "variant": None,
        "provider": "azure",
        "sheet": "list",
        "line": 1,
        "import_": 1,
        "kind": "list",
        "scope": None,
        "region": None,
        "currency": "USD",
        "block": 1_000_000,
        "valid_from": day(1),
        "valid_to": None,
        "meter": "x Inp",
        "price_kind": "usage",
        "unit_of_price": None,
    } | facts
    key = ModelKey(**{name: told[name] for name in ModelKey.__dataclass_fields__ if name in told})
    row = PriceRow(
        sheet=told["sheet"],
        product="p",
        meter_id=f"{told['meter']}-{told['region']}",
        meter_name=told["meter"],
        category="c",
        sub_category="p",
        sku_id=None,
        sku_name=None,
        publisher_type="Azure",
        publisher=None,
        offer=None,
        service_name="Foundry Models",
        region=told["region"],
        unit_of_measure="1M",
        block_size=Decimal(told["block"]),
        unit="Tokens",
        tier_minimum=Decimal(0),
        price=Decimal(str(price)),
        currency=told["currency"],
        valid_from=told["valid_from"],
        valid_to=told["valid_to"],
        kind=told["price_kind"],
        source_line=told["line"],
        consumption_unit=told["unit_of_price"],
    )
    return Offer(key, row, told["import_"], told["kind"], told["scope"])


def own(price: object, **facts: Any) -> Offer:
    """A price of the customer's own sheet."""
    return offer(price, **{"sheet": "own", "kind": "customer", "import_": 2} | facts)


def question(**facts: Any) -> PriceQuestion:
    """A use of gpt-x's input, all facts told, unless told otherwise."""
    told: dict[str, Any] = {
        "scopes": (RESOURCE, GROUP, SUBSCRIPTION, ACCOUNT),
        "model": "gpt-x",
        "model_version": "v1",
        "deployment_type": "GlobalStandard",
        "service_tier": None,
        "region": "swedencentral",
        "quantity": "input_text",
        "context_tokens": 0,
    }
    return PriceQuestion(**told | facts)


def book(*offers: Offer) -> PriceBook:
    return PriceBook(offers, max((o.version for o in offers), default=0))


def ask(*offers: Offer, at: datetime = NOW, **facts: Any) -> Answer:
    return resolve(book(*offers), question(**facts), at)


def price_of(*offers: Offer, at: datetime = NOW, **facts: Any) -> Decimal:
    answer = ask(*offers, at=at, **facts)
    assert isinstance(answer, Resolution), answer
    return answer.offer.row.price


def reason_of(*offers: Offer, at: datetime = NOW, **facts: Any) -> str:
    answer = ask(*offers, at=at, **facts)
    assert isinstance(answer, Unresolved), answer
    return answer.reason
