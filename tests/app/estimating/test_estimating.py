"""An estimate equals the rating of the calls that it stands for, one by one, to the last digit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costplane.app.estimating import groups as made
from costplane.app.estimating.result import Estimate, PlannedMonth
from costplane.app.estimating.workload import Plan
from costplane.app.workspace import Workspace
from costplane.errors import NotFound
from tests.app.estimating.plans import NOW, OWN, PRICES, plan, workspace


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    found = workspace(tmp_path_factory.mktemp("prices"), PRICES, OWN)
    yield found
    found.close()


def estimate(opened: Workspace, told: Plan, at: datetime | None = NOW) -> Estimate:
    return opened.estimating.estimate(told, at)


def test_a_month_by_hand(opened: Workspace) -> None:
    found = estimate(
        opened, plan(calls_per_day=100, input_tokens=1_000, cached_share="40%", output_tokens=200)
    )
    # 30 days x 100 calls; 600 x 2 + 400 x 0.5 + 200 x 8 for a million calls
    assert found.planned == (PlannedMonth(date(2026, 11, 1), "w", 3_000),)
    assert sorted(line.cost for line in found.lines) == [
        Decimal("0.6"),
        Decimal("3.6"),
        Decimal("4.8"),
    ]
    assert found.totals() == {"USD": Decimal("9.0")}
    assert found.complete


def test_growth_and_weekends(opened: Workspace) -> None:
    found = estimate(
        opened,
        plan(
            calls_per_weekday=100,
            calls_per_weekend_day=10,
            months=3,
            start="2027-01",
            growth_per_month="10%",
            input_tokens=1,
        ),
    )
    # January 2027 has 21 weekdays and 10 days of weekends, February 20 and 8, March 23 and 8
    assert [planned.calls for planned in found.planned] == [2_200, 2_288, 2_880]


def test_a_price_that_is_known_for_later_holds_from_then(opened: Workspace) -> None:
    told = plan(calls_per_day=10, output_tokens=100_000, start="2027-01", months=2)
    of_today = estimate(opened, told)
    of_their_time = estimate(opened, told, None)
    assert of_today.totals(date(2027, 1, 1)) == {"USD": Decimal(31 * 8)}
    # 15 days at 8, then 16 at 6
    assert of_their_time.totals(date(2027, 1, 1)) == {"USD": Decimal(15 * 8 + 16 * 6)}
    assert of_their_time.totals(date(2027, 2, 1)) == {"USD": Decimal(28 * 6)}


def test_the_customers_own_price_first(opened: Workspace) -> None:
    own = estimate(opened, plan(output_tokens=1_000_000, scope="/subscriptions/S1"))
    assert own.totals() == {"EUR": Decimal("1950")}
    in_usd = plan(output_tokens=1_000_000, scope="/subscriptions/S1", currency="USD")
    assert [gap.reason for gap in estimate(opened, in_usd).gaps] == [
        "NoExchangeRate: EUR to USD for 2026-11"
    ]
    assert estimate(opened, plan(output_tokens=1_000_000)).totals() == {"USD": Decimal("2400")}


def test_batch_has_its_own_price_and_no_cache(opened: Workspace) -> None:
    found = estimate(opened, plan(input_tokens=1_000_000, cached_share="50%", batch_share="20%"))
    # 300 calls, 60 as batch: 60 x 1.00 and 240 x (0.5 x 2.00 + 0.5 x 0.50)
    assert found.totals() == {"USD": Decimal(60 + 300)}


def test_what_has_no_price_is_listed_and_never_zero(opened: Workspace) -> None:
    found = estimate(opened, plan(input_tokens=1, reasoning_tokens=5, quantities={"pages": "1"}))
    assert not found.complete
    assert [(gap.token_type, gap.calls) for gap in found.gaps] == [("pages", 300)]
    assert "NoPriceForTokenType" in found.gaps[0].reason
    unknown = estimate(opened, plan(model="gamma", input_tokens=7))
    assert unknown.lines == ()
    assert [(g.quantity, g.reason) for g in unknown.gaps] == [
        (Decimal(2_100), "NoSuchModel: gamma")
    ]


def test_images_of_a_model_without_rule_are_a_gap(opened: Workspace) -> None:
    found = estimate(opened, plan(input_tokens=1, images=[{"width": "10", "height": "10"}]))
    assert [gap.token_type for gap in found.gaps] == ["input_image"]
    assert "no rule is known for images of alpha" in found.gaps[0].reason


def test_without_prices_it_says_what_to_do(tmp_path: Path) -> None:
    empty = workspace(tmp_path)
    with pytest.raises(NotFound, match="costplane prices import"):
        empty.estimating.estimate(plan(input_tokens=1), NOW)
    empty.close()


def test_tiers_count_the_plans_month(opened: Workspace) -> None:
    found = estimate(opened, plan(model="delta", input_tokens=7, output_tokens=7, months=2))
    # 300 and 310 calls, a block of seven tokens each: 100 at 1, the others at 0.50
    assert [line.cost for line in found.lines if line.token_type == "input_text"] == [
        Decimal(100),
        Decimal(100),
        Decimal(100),
        Decimal(105),
    ]
    # 2,100 and 2,170 tokens reach the second tier, which prices all of them
    answers = [line.cost for line in found.lines if line.token_type == "output_text"]
    assert answers == [Decimal("4.2"), Decimal("4.34")]
    assert found.complete


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 20))
def test_tiers_call_by_call(opened: Workspace, a_day: int, each: int, said: int) -> None:
    """Loops over every token of every call, and rounds the part of each call at each tier."""
    told = plan(model="delta", calls_per_day=a_day, input_tokens=each, output_tokens=said)
    prices = ((0, Fraction(1, 7)), (700, Fraction(1, 14)), (6_300, Fraction(1, 28)))
    expected, count = Fraction(0), 0
    for _ in range(30 * a_day):
        parts: dict[Fraction, int] = defaultdict(int)
        for _ in range(each):
            price = next(p for begins, p in reversed(prices) if count >= begins)
            parts[price] += 1
            count += 1
        expected += sum(Fraction(round(p * n * 10**12), 10**12) for p, n in parts.items())
    answers = 30 * a_day * said
    expected += Fraction(answers * (2 if answers >= 2_000 else 3), 1_000)
    assert Fraction(estimate(opened, told).totals()["USD"]) == expected


# The second way: every call of the plan as an event of its own, sent through intake.

shapes = st.fixed_dictionaries(
    {
        "model": st.sampled_from(("alpha", "beta", "gamma")),
        "calls_per_day": st.fractions(0, 3, max_denominator=7).map(lambda f: f"{float(f):.3f}"),
        "input_tokens": st.decimals("0.01", 50, places=2).map(str),
        "cached_share": st.sampled_from(("0", "33%", "0.125", "100%")),
        "output_tokens": st.decimals(0, 9, places=1).map(str),
        "growth_per_month": st.sampled_from(("0", "10%", "-50%")),
        "batch_share": st.sampled_from(("0", "20%", "1")),
        "months": st.integers(1, 2).map(str),
    }
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shapes, st.sampled_from((NOW, None)))
def test_an_estimate_is_the_sum_of_its_calls(
    opened: Workspace, fields: dict[str, Any], at: datetime | None
) -> None:
    told = plan(**{"start": "2026-12", **fields})
    found = estimate(opened, told, at)
    assert found == estimate(opened, told, at)
    assert sums_of(found) == one_by_one(opened, told, at)


def sums_of(found: Estimate) -> dict[tuple[Any, ...], Decimal]:
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for line in found.lines:
        sums[(line.month, line.meter, line.token_type)] += line.cost
    for gap in found.gaps:
        sums[(gap.month, gap.reason, gap.token_type)] += gap.quantity or 0
    return dict(sums)


def one_by_one(
    opened: Workspace, told: Plan, at: datetime | None
) -> dict[tuple[Any, ...], Decimal]:
    """Each call rated as an event of its own, at a time inside its stretch."""
    planned = made.planned_calls(told.workloads, opened.estimating.book().changes, at)
    singles = tuple(
        replace(
            group,
            calls=1,
            instant=at or group.instant + timedelta(seconds=number % 3_600),
        )
        for group in planned.groups
        for number in range(group.calls)
    )
    whole = replace(planned, groups=singles)
    if not singles:
        return {}
    rated = opened.estimating.rated(
        whole, opened.estimating.book(), opened.estimating.payers(told.workloads)
    )
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in rated.charges.to_pylist():
        month = singles[row[made.GROUP]].month
        sums[(month, row["SkuMeter"], row["x_TokenType"])] += row["BilledCost"]
    for row in rated.uncharged.to_pylist():
        if row["x_TokenType"]:
            month = singles[row[made.GROUP]].month
            sums[(month, row["x_StatusReason"], row["x_TokenType"])] += row["ConsumedQuantity"]
    return dict(sums)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 900),
    st.decimals(0, 5_000, places=2),
    st.integers(0, 100),
    st.decimals("0.1", 900, places=1),
    st.integers(-20, 20),
    st.integers(1, 14),
)
def test_the_oracle_agrees(
    opened: Workspace,
    a_day: int,
    tokens: Decimal,
    cached: int,
    answer: Decimal,
    growth: int,
    months: int,
) -> None:
    told = plan(
        calls_per_day=a_day,
        input_tokens=tokens,
        cached_share=f"{cached}%",
        output_tokens=answer,
        growth_per_month=f"{growth}%",
        months=months,
    )
    expected = Fraction(0)
    lengths = (30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    for month, days in enumerate(lengths[:months]):
        calls = round(Fraction(a_day * days) * Fraction(100 + growth, 100) ** month)
        prompt = round(Fraction(tokens) * calls)
        read = round(Fraction(tokens) * cached / 100 * calls)
        said = round(Fraction(answer) * calls)
        expected += Fraction((prompt - read) * 4 + read * 1 + said * 16, 2_000_000)
    found = estimate(opened, told)
    assert Fraction(found.totals().get("USD", Decimal(0))) == expected
    assert len(found.months) <= months
