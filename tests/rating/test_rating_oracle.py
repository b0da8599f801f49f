"""Rating equals a naive oracle to the last digit, however its input is batched and ordered."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.period import Period
from costplane.core.tables import SERIES_FACTS, USAGE
from costplane.engine.duckdb import DuckDBEngine
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import PriceRow
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval
from costplane.rating.rate_usage import Rater
from costplane.rating.rows import RatedRows
from tests.rating import worlds

ENGINE = DuckDBEngine(threads=1)
RESOURCE = "/subscriptions/s/resourcegroups/g/providers/microsoft.cognitiveservices/accounts/a"


class OneHolder:
    """A catalog with one subscription, whose tags change inside an hour."""

    change = worlds.START + timedelta(minutes=95)

    def holder(self, _: Facts) -> Holder:
        return Holder("1", "Account", "Billing Account", "USD", "Demo", "Subscription", "a")

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        return frozenset({self.change})

    def tags(self, _: Facts, period: Period) -> list[TagInterval]:
        halves = (
            (Period(datetime(2026, 1, 1, tzinfo=UTC), self.change), {"team": "old"}),
            (Period(self.change, datetime(2027, 1, 1, tzinfo=UTC)), {"team": "new"}),
        )
        shared = ((period.intersection(half), tags) for half, tags in halves)
        return [TagInterval(part, tags) for part, tags in shared if part]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        return [UnitsInterval(period, None)]


def book_of(rows: list[dict[str, Any]]) -> PriceBook:
    return PriceBook((offer_of(row, line) for line, row in enumerate(rows)), 1)


def offer_of(row: dict[str, Any], line: int) -> Offer:
    key = ModelKey(
        row["model"],
        row["version"],
        row["scope"],
        "Standard",
        row["quantity"],
        row["band"],
        worlds.THRESHOLD if row["band"] else None,
    )
    price = PriceRow(
        sheet="random",
        product="p",
        meter_id=str(line),
        meter_name=f"meter {line}",
        category="c",
        sub_category="s",
        sku_id=None,
        sku_name=None,
        publisher_type="Azure",
        publisher=None,
        offer=None,
        service_name="Foundry Models",
        region=None,
        unit_of_measure="any",
        block_size=Decimal(row["block"]),
        unit="Tokens",
        tier_minimum=Decimal(0),
        price=row["price"],
        currency="USD",
        valid_from=row["from"],
        valid_to=row["until"],
        kind="usage",
        source_line=line,
    )
    return Offer(key, price, 1, "list", None)


def usage_of(events: list[dict[str, Any]]) -> tuple[pa.Table, dict[int, Facts]]:
    series: dict[tuple[Any, ...], int] = {}
    rows = []
    for number, event in enumerate(events):
        facts = _facts(event)
        place = series.setdefault(tuple(facts.values()), len(series) + 1)
        prompt = sum(n for name, n in event["counts"].items() if name.startswith("input"))
        told = event["counts"] | {"audio_seconds": event["seconds"]}
        rows.append(
            facts
            | (told if event["status"] != "UsageMissing" else {})
            | dict(source="t", id=str(number), time=event["time"], http_status=200, tags="{}")
            | dict(gateway_cache_hit=False, estimated=False, context_tokens=prompt)
            | dict(
                series=place, segment=1, price_version=1, content_digest=0, received_at=worlds.START
            )
        )
    known: dict[int, Facts] = {
        n: dict(zip(SERIES_FACTS, facts, strict=True)) for facts, n in series.items()
    }
    return pa.Table.from_pylist(rows, USAGE), known


def _facts(event: dict[str, Any]) -> dict[str, str | None]:
    told = {
        "subscription_id": "s",
        "resource_group": "g",
        "resource_id": RESOURCE,
        "deployment": event["deployment"],
        "model": event["model"],
        "model_version": event["version"],
        "deployment_type": event["type"],
        "billing_status": event["status"],
        "status_reason": None if event["status"] == "Billed" else event["status"],
        "allocation_tags": "{}",
    }
    return {fact: told.get(fact) for fact in SERIES_FACTS}


def rate(events: list[dict[str, Any]], rows: list[dict[str, Any]]) -> RatedRows:
    usage, series = usage_of(events)
    rater = Rater(ENGINE, book_of(rows), OneHolder())
    return rater.rate(usage, series, rater.grain(), date(2026, 10, 16))


def costs(rated: RatedRows, column: str = "BilledCost") -> dict[tuple[Any, ...], Fraction]:
    found: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for row in rated.charges.to_pylist():
        hour = row["ChargePeriodStart"].replace(minute=0, second=0, microsecond=0)
        key = (hour.astimezone(UTC), row["x_Deployment"], row["x_Model"], row["x_TokenType"])
        found[key] += Fraction(row[column])
    return dict(found)


worlds_of = st.tuples(
    st.lists(worlds.events, min_size=1, max_size=40), st.lists(worlds.price_rows, max_size=12)
)


@settings(max_examples=40, deadline=None)
@given(worlds_of)
def test_rating_equals_the_oracle(world: tuple[list[Any], list[Any]]) -> None:
    events, rows = world
    expected = worlds.oracle(events, rows)
    rated = rate(events, rows)
    assert costs(rated) == expected["costs"]
    assert costs(rated, "EffectiveCost") == costs(rated, "ListCost") == expected["costs"]
    unpriced: Counter[str] = Counter()
    uncharged: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in rated.uncharged.to_pylist():
        if row["x_TokenType"]:
            uncharged[(row["x_Model"], row["x_TokenType"])] += Fraction(row["ConsumedQuantity"])
    reasons = defaultdict(set)
    for row in rated.uncharged.to_pylist():
        if row["x_BillingStatus"] == "Unpriced" and row["x_TokenType"] is None:
            reasons[row["x_Model"]].add(row["x_StatusReason"])
            unpriced[row["x_Model"]] += row["x_Events"]
    assert uncharged == expected["uncharged"]
    for model, count in expected["unpriced"].items():
        several = len(reasons[model]) > 1
        assert unpriced[model] == count or (several and unpriced[model] >= count)
    assert set(unpriced) == set(expected["unpriced"])


@settings(max_examples=12, deadline=None)
@given(worlds_of, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_batches_do_not_matter(
    world: tuple[list[Any], list[Any]], random: Any, batches: int
) -> None:
    events, rows = world
    whole = costs(rate(events, rows))
    shuffled = random.sample(events, len(events))
    parts = [shuffled[n::batches] for n in range(batches)]
    total: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for part in parts:
        if part:
            for key, amount in costs(rate(part, rows)).items():
                total[key] += amount
    assert dict(total) == whole


def test_a_price_that_changes_inside_an_hour_parts_it() -> None:
    event = dict(
        time=worlds.START + timedelta(minutes=29, seconds=59),
        model="alpha",
        version="2025-01-01",
        type="GlobalStandard",
        deployment="d1",
        status="Billed",
        counts={"input_text": 10},
        seconds=None,
    )
    later = event | {"time": worlds.START + timedelta(minutes=30)}
    row = dict(
        model="alpha", version=None, scope="Global", quantity="input_text", band=None, block=1
    )
    first = row | {"price": Decimal(1), "from": worlds.START - timedelta(days=1), "until": None}
    second = first | {"price": Decimal(3), "from": worlds.START + timedelta(minutes=30)}
    rated = rate([event, later], [first, second])
    assert sorted(row["BilledCost"] for row in rated.charges.to_pylist()) == [10, 30]
    assert {row["Tags"] for row in rated.charges.to_pylist()} == {'{"team":"old"}'}


def test_ties_go_to_the_even_digit_event_by_event() -> None:
    counts = (1, 3, 5, 7, 8)
    events = [
        dict(
            time=worlds.START + timedelta(minutes=n),
            model="alpha",
            version="2025-01-01",
            type="GlobalStandard",
            deployment="d1",
            status="Billed",
            counts={"input_text": count},
            seconds=None,
        )
        for n, count in enumerate(counts)
    ]
    row = dict(
        model="alpha", version=None, scope="Global", quantity="input_text", band=None, block=1
    )
    half = row | {
        "price": Decimal("5E-13"),
        "from": worlds.START - timedelta(days=1),
        "until": None,
    }
    # 0.5, 1.5, 2.5, 3.5 and 4 of the last place come to 0 + 2 + 2 + 4 + 4.
    assert sum(line["BilledCost"] for line in rate(events, [half]).charges.to_pylist()) == Decimal(
        "12E-12"
    )
