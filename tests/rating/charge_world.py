"""Events of one account beside some offers, and the rows that rating makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from costplane.core.period import Period
from costplane.core.tables import CHARGES, SERIES_FACTS, UNCHARGED, USAGE
from costplane.engine.duckdb import DuckDBEngine
from costplane.pricing.book import Offer
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import RatedRows
from tests.pricing.offers import RESOURCE, book

ENGINE = DuckDBEngine(threads=1)
HOUR = datetime(2026, 10, 15, 9, tzinfo=UTC)
GROUP, ACCOUNT = RESOURCE.partition("/providers/")[0], RESOURCE
Event = Mapping[str, Any]


class Account:
    """A catalog with one billing account and no tags of its own."""

    def __init__(self, currency: str = "USD") -> None:
        self.currency = currency

    def holder(self, facts: Facts) -> Holder:
        kind = "Subscription" if facts["resource_group"] else "Project"
        return Holder("1", "Contoso", "Billing Account", self.currency, "Demo", kind, "a")

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        return frozenset()

    def tags(self, facts: Facts, period: Period) -> list[TagInterval]:
        return [TagInterval(period, json.loads(facts["allocation_tags"] or "{}"))]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        return [UnitsInterval(period, None)]


FACTS: dict[str, str | None] = {
    "subscription_id": "s",
    "resource_group": "g",
    "resource_id": RESOURCE,
    "deployment": "chat",
    "model": "gpt-x",
    "model_version": "v1",
    "provider": "azure.ai.openai",
    "deployment_type": "GlobalStandard",
    "region": "swedencentral",
    "operation": "chat",
    "service_tier": "default",
    "billing_status": "Billed",
    "allocation_tags": '{"team":"blue"}',
}


def rate(
    *events: Event,
    offers: tuple[Offer, ...] = (),
    cuts: tuple[datetime, ...] = (),
    currency: str = "USD",
) -> RatedRows:
    """The rows of `events`: facts of the series, quantities, `at` (minutes after nine)."""
    known: dict[tuple[str | None, ...], int] = {}
    rows = []
    for number, event in enumerate(events):
        facts = {f: event.get(f, FACTS.get(f)) for f in SERIES_FACTS}
        series = known.setdefault(tuple(facts.values()), len(known) + 1)
        told = {name: value for name, value in event.items() if name in USAGE.names}
        rows.append(
            {
                "source": "s",
                "id": str(number),
                "time": HOUR + timedelta(minutes=event.get("at", 0)),
                "http_status": 200,
                "gateway_cache_hit": False,
                "estimated": False,
                "tags": "{}",
                "content_digest": 0,
                "series": series,
                "segment": 1,
                "price_version": 1,
                "received_at": HOUR,
            }
            | facts
            | told
        )
    usage = pa.Table.from_pylist(rows, USAGE)
    series_facts: dict[int, Facts] = {
        n: dict(zip(SERIES_FACTS, facts, strict=True)) for facts, n in known.items()
    }
    rater = Rater(ENGINE, book(*offers), Account(currency))
    return rater.rate(usage, series_facts, rater.grain(cuts), date(2026, 10, 16))


def charges(
    *events: Event, offers: tuple[Offer, ...], currency: str = "USD"
) -> list[dict[str, Any]]:
    rated = rate(*events, offers=offers, currency=currency)
    found: list[dict[str, Any]] = rated.charges.select(CHARGES.names).cast(CHARGES).to_pylist()
    return found


def uncharged(*events: Event, offers: tuple[Offer, ...] = ()) -> list[dict[str, Any]]:
    table = rate(*events, offers=offers).uncharged.select(UNCHARGED.names).cast(UNCHARGED)
    shown = ("x_BillingStatus", "x_StatusReason", "x_TokenType", "ConsumedQuantity", "x_Events")
    return sorted(({name: row[name] for name in shown} for row in table.to_pylist()), key=str)


def line(status: str, reason: str, type_: str | None, quantity: int | None, events: int) -> Any:
    return {
        "x_BillingStatus": status,
        "x_StatusReason": reason,
        "x_TokenType": type_,
        "ConsumedQuantity": None if quantity is None else Decimal(quantity),
        "x_Events": events,
    }
