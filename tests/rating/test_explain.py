"""Explained lines are the rating's own: in random worlds they sum to every charge, digit for
digit, by event and by charge; what has no price has the rating's reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from costplane.app.explaining.charge_events import ChargeEvents
from costplane.app.explaining.ledger_rows import LedgerRows
from costplane.core.exact_text import exact_text
from costplane.core.period import hour_start
from costplane.pricing.ports import StoredSheet
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explain import Pricing, slices, tag_origins
from costplane.rating.explanation import TagOrigin
from costplane.rating.line_explanation import LineExplanation
from costplane.rating.rows import RatedRows
from tests.rating import worlds
from tests.rating.test_rating_oracle import (
    ENGINE,
    OneHolder,
    book_of,
    rate,
    usage_of,
    worlds_of,
)

SHEET = StoredSheet(1, "random", "list", None, "random.csv", "0" * 64, worlds.START, "USD", 1)
World = tuple[list[Any], list[Any]]


def pricing_of(rows: list[dict[str, Any]]) -> Pricing:
    return Pricing(book_of(rows), OneHolder(), {1: SHEET})


def charges_of(rated: RatedRows) -> dict[str, list[dict[str, Any]]]:
    """Rows of `charges` by address."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rated.charges.to_pylist():
        found[str(address_of(row))].append(row)
    return dict(found)


def address_of(row: dict[str, Any]) -> ChargeAddress:
    hour = hour_start(row["ChargePeriodStart"].astimezone(UTC))
    return ChargeAddress(hour, row["x_Series"], row["x_TokenType"], row["SkuPriceId"])


def lines_of(world: World, posted: Collection[str] = ()) -> list[LineExplanation]:
    """Every line of every event, explained."""
    events, rows = world
    usage, series = usage_of(events)
    pricing = pricing_of(rows)
    return [
        line
        for event in usage.to_pylist()
        for line in pricing.lines(event, series[event["series"]], posted)
    ]


@settings(max_examples=25, deadline=None)
@given(worlds_of)
def test_explained_lines_sum_to_what_is_charged_and_what_is_not(world: World) -> None:
    rated = rate(*world)
    posted = charges_of(rated)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    listed: dict[str, Decimal] = defaultdict(Decimal)
    uncharged: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
    for line in lines_of(world, posted):
        if line.charge is None:
            assert (line.price, line.amount, line.exact) == (None, None, None)
            uncharged[(line.quantity, line.status, line.reason)] += line.count
        else:
            assert line.posted
            sums[line.charge] += line.amount or 0
            listed[line.charge] += line.list_amount or 0
    assert sums == {a: sum(row["BilledCost"] for row in rows) for a, rows in posted.items()}
    assert listed == {a: sum(row["ListCost"] for row in rows) for a, rows in posted.items()}
    assert uncharged == uncharged_of(rated)


def uncharged_of(rated: RatedRows) -> dict[tuple[str | None, ...], Decimal]:
    """Quantities without a charge, by quantity, status and reason."""
    found: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
    for row in rated.uncharged.to_pylist():
        if row["x_TokenType"]:
            key = (row["x_TokenType"], row["x_BillingStatus"], row["x_StatusReason"])
            found[key] += row["ConsumedQuantity"]
    return found


@settings(max_examples=12, deadline=None)
@given(worlds_of)
def test_the_events_behind_sum_to_their_charge(world: World) -> None:
    events, rows = world
    usage, series = usage_of(events)
    ledger_rows = LedgerRows(ENGINE, {"usage": usage})
    for posted in charges_of(rate(*world)).values():
        address = address_of(posted[0])
        parts = slices(address, series[address.series], pricing_of(rows))
        behind = ChargeEvents(ledger_rows, address, parts)
        sums = behind.sums()
        assert sums.amount == sum(row["BilledCost"] for row in posted)
        assert sums.events == sum(row["x_Events"] for row in posted)
        pages = [behind.behind(sums, skip, most=3) for skip in range(0, sums.events, 3)]
        shown = [event for page in pages for event in page.shown]
        assert [e.time for e in shown] == sorted(e.time for e in shown)
        assert len({e.id for e in shown}) == sums.events
        assert sum(e.count for e in shown) == sum(row["ConsumedQuantity"] for row in posted)
        for page in pages:
            amounts = sum((event.amount for event in page.shown), Decimal(0))
            assert amounts + page.amount_of_others == sums.amount
            assert page.others == sums.events - len(page.shown)


def test_a_line_that_is_rounded_says_by_how_much() -> None:
    line = one_line(price=Decimal(1), block=3, count=1)
    assert (line.exact, line.amount) == ("1/3", Decimal("0.333333333333"))
    assert line.rounding == str(Fraction(333333333333, 10**12) - Fraction(1, 3))
    even = one_line(price=Decimal("0.000001"), block=1_000_000, count=Decimal("0.5"))
    assert (even.exact, even.amount) == ("0.0000000000005", Decimal(0))
    assert even.rounding == "-0.0000000000005"
    whole = one_line(price=Decimal("2.5"), block=1_000, count=4)
    assert (whole.exact, whole.amount, whole.rounding) == ("0.01", Decimal("0.01"), "0")


def one_line(price: Decimal, block: int, count: Decimal | int) -> LineExplanation:
    """The line of an event that used `count` audio seconds at this price."""
    event = dict(
        time=worlds.START + timedelta(minutes=5),
        model="alpha",
        version="2025-01-01",
        type="GlobalStandard",
        deployment="d1",
        status="Billed",
        counts={},
        seconds=Decimal(count),
    )
    row = dict(
        model="alpha",
        version=None,
        scope="Global",
        quantity="audio_seconds",
        band=None,
        block=block,
        price=price,
        until=None,
    )
    (line,) = lines_of(([event], [row | {"from": worlds.START - timedelta(days=1)}]))
    return line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(12), "12"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(2, 3), "2/3"),
        (Fraction(10**40 + 1, 10**12), f"1{'0' * 28}.{'0' * 11}1"),
    ],
)
def test_exact_values_as_text(value: Fraction, text: str) -> None:
    assert exact_text(value) == text
    assert Fraction(text) == value


def test_the_strongest_layer_that_agrees_is_a_tags_origin() -> None:
    layers = [
        ("event", {"Team": "blue"}),
        ("/r", {"team": "red", "env": "prod"}),
        ("/g", {"env": "test", "owner": "Ada"}),
    ]
    tags = {"Team": "blue", "env": "prod", "owner": "Bob", "gone": "x"}
    assert tag_origins(tags, layers) == (
        TagOrigin("Team", "blue", "event"),
        TagOrigin("env", "prod", "/r"),
        TagOrigin("gone", "x", None),
        TagOrigin("owner", "Bob", None),
    )
