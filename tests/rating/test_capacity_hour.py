"""One hour of capacity against a naive oracle: coverage, idle share, split; sums to the digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.catalog.reservations import Reservation
from costplane.core.apportion import apportion, nth_part
from costplane.core.period import Period
from costplane.core.tables import SERIES_FACTS
from costplane.pricing.book import Offer
from costplane.pricing.model_key import ModelKey
from costplane.pricing.throughput import throughput
from costplane.rating.answers import Use
from costplane.rating.capacity import HOURS, CapacityLine, Reserved, Standing
from costplane.rating.capacity_hour import capacity_hour
from costplane.rating.holder import Holder
from costplane.rating.rates import Rate
from costplane.rating.reservation_payments import payments
from tests.store.values import ROW

HOUR = datetime(2026, 3, 1, 7, tzinfo=UTC)
WHOLE = Period(HOUR, HOUR + timedelta(hours=1))
HOLDER = Holder("ba", "BA", "Billing Account", "USD", "sub", "Subscription", "one")
TERM = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))

prices = st.decimals(min_value=0, max_value=9, places=5)
deployments = st.fixed_dictionaries(
    {
        "name": st.sampled_from("abc"),
        "from": st.integers(0, 59),
        "minutes": st.integers(1, 60),
        "units": st.integers(0, 7),
        "price": st.one_of(st.none(), prices),
        "calls": st.dictionaries(st.integers(1, 4), st.integers(0, 9_000_000_000), max_size=3),
    }
)
reservations = st.fixed_dictionaries(
    {
        "units": st.integers(1, 9),
        "width": st.sampled_from((None, "/subscriptions/s", "/subscriptions/s/resourcegroups/g")),
        "day": st.integers(0, 3),
        "covers": st.sets(st.sampled_from("abc")),
        "total": st.integers(0, 10**15),
    }
)


def rate(name: str, price: Decimal | None) -> Rate:
    facts = dict.fromkeys(SERIES_FACTS) | {
        "resource_id": "/r",
        "deployment": name,
        "deployment_type": "GlobalProvisionedManaged",
    }
    use = Use(0, HOURS, 0, WHOLE)
    offer = None if price is None else offer_of(price)
    return Rate(use, WHOLE, facts, HOLDER, {}, offer, offer, "Billed", None)


def offer_of(price: Decimal) -> Offer:
    row = replace(
        ROW,
        meter_name="Provisioned Managed Global Unit",
        unit_of_measure="1/Hour",
        block_size=Decimal(1),
        unit="Hours",
        price=price,
        kind="hourly",
    )
    key = ModelKey("provisioned", None, "Global", "Standard", "hours")
    return Offer(key, row, 1, "list", None)


def standings(world: list[dict[str, Any]]) -> list[Standing]:
    """What stands in the hour, each deployment once."""
    found = {one["name"]: one for one in world}
    return [
        Standing(
            rate(one["name"], one["price"]),
            Period(
                HOUR + timedelta(minutes=one["from"]),
                HOUR + timedelta(minutes=min(60, one["from"] + one["minutes"])),
            ),
            one["units"],
            throughput("gpt-4o"),
        )
        for one in found.values()
    ]


def reserved(number: int, one: dict[str, Any]) -> Reserved:
    start = TERM.start + timedelta(days=one["day"] - 3)
    reservation = Reservation(
        f"r{number}",
        "o",
        f"res {number}",
        "Global",
        "eastus",
        one["units"],
        "P1M",
        "Upfront",
        start,
        start + timedelta(days=31),
        "ba",
        applied_scope=one["width"],
    )
    covers = frozenset(("/r", name, "globalprovisionedmanaged") for name in one["covers"])
    total = one["total"]
    price = rate("", Decimal(1))
    return Reserved(
        reservation, price, total, total, start, start + timedelta(days=31), 31 * 24, covers
    )


def oracle(world: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Any]:
    """Unit-minutes billed and covered by deployment, and unused, minute by minute of units."""
    open_: dict[str, int] = {}
    for one in {one["name"]: one for one in world}.values():
        minutes = min(60, one["from"] + one["minutes"]) - one["from"]
        open_[one["name"]] = one["units"] * minutes
    unpriced = {
        one["name"] for one in {o["name"]: o for o in world}.values() if one["price"] is None
    }
    widths = {None: 3, "/subscriptions/s": 1, "/subscriptions/s/resourcegroups/g": 0}
    order = sorted(
        range(len(bought)), key=lambda n: (widths[bought[n]["width"]], bought[n]["day"], f"r{n}")
    )
    covered: dict[str, dict[str, int]] = {name: {} for name in open_}
    unused = {}
    for number in order:
        left = bought[number]["units"] * 60
        for name in sorted(open_):
            while (
                name in bought[number]["covers"] and name not in unpriced and left and open_[name]
            ):
                step = min(left, open_[name])
                left -= step
                open_[name] -= step
                covered[name][f"r{number}"] = covered[name].get(f"r{number}", 0) + step
        unused[f"r{number}"] = left
    return {"open": open_, "covered": covered, "unused": unused}


def lines_of(world: list[dict[str, Any]], bought: list[dict[str, Any]]) -> list[CapacityLine]:
    calls = {("/r", one["name"], "gpt-4o"): one["calls"] for one in world}
    return capacity_hour(
        WHOLE,
        standings(world),
        [reserved(number, one) for number, one in enumerate(bought)],
        calls,
        lambda series: (str(series),),
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(deployments, max_size=4), st.lists(reservations, max_size=3))
def test_an_hour_is_that_of_the_oracle(
    world: list[dict[str, Any]], bought: list[dict[str, Any]]
) -> None:
    lines, want = lines_of(world, bought), oracle(world, bought)
    for one in {one["name"]: one for one in world}.values():
        own = [line for line in lines if line.rate.facts["deployment"] == one["name"]]
        price = Fraction(one["price"] or 0)
        minutes = want["open"][one["name"]] + sum(want["covered"][one["name"]].values())
        # Sum of parts equals units x hours x rate to the last digit.
        assert sum(line.contracted for line in own) == round(price * minutes / 60 * 10**12)
        assert sum(line.quantity for line in own) == round(Fraction(minutes, 60) * 10**12)
        billed = sum(line.billed for line in own)
        assert abs(billed - price * want["open"][one["name"]] / 60 * 10**12) < 2
        for number in range(len(bought)):
            covered = want["covered"][one["name"]].get(f"r{number}", 0)
            taken = sum(
                line.quantity
                for line in own
                if line.reserved is not None and line.reserved.reservation.id == f"r{number}"
            )
            assert abs(taken - Fraction(covered, 60) * 10**12) < 2
        assert all(line.billed == 0 for line in own if line.reserved)
    for number, reservation in enumerate(bought):
        own = [ln for ln in lines if ln.reserved and ln.reserved.reservation.id == f"r{number}"]
        hour = nth_part(
            reservation["total"],
            31 * 24,
            int((HOUR - TERM.start).seconds / 3600) + (3 - reservation["day"]) * 24,
        )
        assert sum(line.effective or 0 for line in own) == hour
        unused = sum(line.quantity for line in own if line.kind == "unused")
        assert unused == round(Fraction(want["unused"][f"r{number}"], 60) * 10**12)


@settings(max_examples=50, deadline=None)
@given(deployments)
def test_callers_pay_for_what_they_used_and_the_rest_is_idle(one: dict[str, Any]) -> None:
    lines = lines_of([one], [])
    minutes = one["units"] * (min(60, one["from"] + one["minutes"]) - one["from"])
    room = minutes * 2500 * 10**6
    used = sum(one["calls"].values())
    whole = max(room, used)
    for line in lines:
        if one["price"] is None or whole == 0:
            assert line.kind in ("whole", "used", "idle")
            continue
        weight = max(0, room - used) if line.series is None else one["calls"][line.series]
        share = Fraction(weight, whole) * Fraction(one["price"]) * minutes / 60 * 10**12
        assert abs(line.billed - share) < 2
    assert len({line.series for line in lines}) == len(lines)


def test_the_order_of_callers_and_deployments_changes_nothing() -> None:
    world = [
        {"name": "b", "from": 0, "minutes": 60, "units": 3, "price": Decimal(1), "calls": {2: 7}},
        {"name": "a", "from": 5, "minutes": 50, "units": 2, "price": Decimal(1), "calls": {}},
    ]
    bought = [{"units": 4, "width": None, "day": 0, "covers": {"a", "b"}, "total": 744}]

    def shown(lines: list[CapacityLine]) -> list[tuple[Any, ...]]:
        return [
            (ln.rate.facts["deployment"], ln.series, ln.kind, ln.quantity, ln.billed, ln.effective)
            for ln in lines
        ]

    assert shown(lines_of(world, bought)) == shown(lines_of(world[::-1], bought))


@given(st.integers(0, 10**18), st.integers(1, 9_000))
def test_a_term_is_amortized_to_its_price(total: int, hours: int) -> None:
    assert sum(nth_part(total, hours, place) for place in range(hours)) == total


@given(st.integers(0, 10**20), st.lists(st.integers(0, 10**12), min_size=1, max_size=9))
def test_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    if any(weights):
        parts = apportion(total, weights)
        assert sum(parts) == total
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_monthly_payments_sum_to_the_price_of_the_term() -> None:
    start = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    reservation = Reservation(
        "r",
        "o",
        "res",
        "Global",
        "eastus",
        50,
        "P1Y",
        "Monthly",
        start,
        datetime(2027, 1, 31, 8, 30, tzinfo=UTC),
        "ba",
    )
    total = 132_600 * 10**12 + 7
    one = Reserved(
        reservation, rate("", Decimal(1)), total, total, start, start, 8_760, frozenset()
    )
    paid = list(payments(one, Period(start, datetime(2028, 1, 1, tzinfo=UTC))))
    assert len(paid) == 12
    assert sum(line.billed for line in paid) == total
    assert [line.period.start.day for line in paid[:4]] == [31, 28, 31, 30]
    assert {line.effective for line in paid} == {0}
