"""The run rate: exact where the past is regular, honest about its error where it is not."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.forecasting.run_rate import FEWEST_DAYS, RunRate, fit

WEEK = (10.0, 12.0, 12.0, 12.0, 9.0, 1.0, 0.0)


def week_of(days: int, weekday: int, scale: float = 1.0) -> list[float]:
    """Days that end the day before `weekday`."""
    return [scale * WEEK[(weekday - days + day) % 7] for day in range(days)]


def test_too_little_is_no_history() -> None:
    assert fit([], 0) is None
    assert fit([1.0] * (FEWEST_DAYS - 1), 0) is None
    assert fit([0.0] * 200, 0) is None
    assert fit([0.0] * 200 + [1.0] * (FEWEST_DAYS - 1), 0) is None
    assert fit([1.0] * FEWEST_DAYS, 0) is not None


@given(level=st.floats(0.001, 1e6), days=st.integers(7, 120), weekday=st.integers(0, 6))
def test_a_constant_goes_on(level: float, days: int, weekday: int) -> None:
    model = fit([level] * days, weekday)
    assert model is not None
    for horizon in (0, 3, 400):
        assert math.isclose(model.total([horizon]).mean, level, rel_tol=1e-9)
    assert model.total(range(30)).high == pytest.approx(30 * level)


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_rhythm_goes_on(weekday: int) -> None:
    model = fit(week_of(84, weekday), weekday)
    assert model is not None
    for day in range(14):
        wanted = WEEK[(weekday + day) % 7]
        # Twelve weeks prove a weekday to within a thirteenth.
        assert abs(model.total([day]).mean - wanted) <= 12 / 13 + 0.1
    assert model.total(range(7)).mean == pytest.approx(sum(WEEK), rel=0.02)


def test_only_three_months_count() -> None:
    assert fit([1e9] * 300 + [2.0] * 91, 2) == fit([2.0] * 91, 2)


def test_the_level_follows_a_change() -> None:
    model = fit([10.0] * 40 + [20.0] * 30, 0)
    assert model is not None
    assert 19 < model.total([0]).mean <= 20.01


def test_credits_may_outweigh_charges() -> None:
    model = fit([-5.0] * 20, 0)
    assert model is not None
    estimate = model.total([0])
    assert estimate.mean == pytest.approx(-5)
    assert estimate.low <= estimate.mean <= estimate.high


def test_a_sum_is_surer_than_its_parts_and_less_sure_than_independent_days() -> None:
    random = Random(1)
    model = fit([random.uniform(5, 15) for _ in range(91)], 0)
    assert model is not None
    spread = [model.total([day]).high - model.total([day]).mean for day in range(30)]
    whole = model.total(range(30))
    width = whole.high - whole.mean
    assert math.sqrt(sum(part * part for part in spread)) < width < sum(spread)
    assert spread[28] > spread[0]


@settings(max_examples=30)
@given(
    days=st.sets(st.integers(0, 40), min_size=1, max_size=20),
    weekdays=st.lists(st.floats(0, 3), min_size=7, max_size=7),
    gain=st.floats(0.01, 0.5),
    first=st.integers(0, 6),
)
def test_the_variance_is_that_of_the_model_s_own_errors(
    days: set[int], weekdays: list[float], gain: float, first: int
) -> None:
    """Against unit shocks, sent through the recursion one by one."""
    model = RunRate(0.0, tuple(weekdays), gain, 1.0, first)
    variance = 0.0
    for shocked in range(41):
        level = total = 0.0
        for day in range(41):
            factor = weekdays[(first + day) % 7]
            error = factor if day == shocked else 0.0
            if day in days:
                total += level * factor + error
            level += gain * error
        variance += total * total
    width = model.total(days).high / 1.2815515655446004
    assert width == pytest.approx(math.sqrt(variance), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("span", "noise"), [(1, 0.3), (7, 0.3), (30, 0.3), (30, 0.8)])
def test_the_range_holds_in_four_cases_of_five(span: int, noise: float) -> None:
    """Over histories of a known rhythm with noise, drawn from fixed seeds."""
    held = 0
    for seed in range(300):
        random = Random(seed)
        drawn = [cost * 100 * random.lognormvariate(0, noise) for cost in week_of(91 + span, 3)]
        model = fit(drawn[:91], (3 - span) % 7)
        assert model is not None
        estimate = model.total(range(span))
        held += estimate.low <= sum(drawn[91:]) <= estimate.high
    assert 0.68 <= held / 300 <= 0.98
