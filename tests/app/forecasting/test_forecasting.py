"""Forecasts as a whole: which days are told how, currencies apart, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.result import QueryResult, ResultColumn
from costplane.app.forecasting.definition import parse_forecast
from costplane.app.forecasting.forecasting import Forecast, days_asked, forecast
from costplane.errors import FailedDependency, InvalidQuery

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
Cost = tuple[date, str, str, Decimal]


def body(**more: Any) -> dict[str, Any]:
    summed = {"totalCost": {"name": "Cost", "function": "Sum"}}
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-11-01", "to": "2026-11-30"},
        "dataset": {"granularity": "Daily", "aggregation": summed},
    } | more


def answer(costs: Iterable[Cost]) -> QueryResult:
    """What cost analysis answers: sum, day, type of charge, currency."""
    rows = [(cost, int(f"{day:%Y%m%d}"), kind, unit) for day, kind, unit, cost in costs]
    names = ("Cost", "UsageDate", "ChargeType", "Currency")
    types = (pa.decimal128(38, 12), pa.int64(), pa.string(), pa.string())
    columns = [pa.array([row[n] for row in rows], type_) for n, type_ in enumerate(types)]
    described = tuple(ResultColumn(name, "String") for name in names)
    return QueryResult(described, pa.table(dict(zip(names, columns, strict=True))), (), ())


def days(first: date, count: int, cost: str = "10", unit: str = "USD") -> list[Cost]:
    found = (first + timedelta(days=n) for n in range(count))
    return [(day, "Usage", unit, Decimal(cost)) for day in found]


def told(asked: dict[str, Any], costs: Iterable[Cost]) -> Forecast:
    return forecast(parse_forecast(asked, NOW), answer(costs), NOW)


def shown(found: Forecast) -> list[tuple[Any, ...]]:
    return [(row.day, row.status, row.currency, *row.amounts) for row in found.rows]


def test_days_before_today_are_told_and_later_ones_foretold() -> None:
    found = told(body(), [*days(date(2026, 9, 1), 80), (TODAY, "Usage", "USD", Decimal(4))])
    wanted = [(date(2026, 11, day), "Actual", "USD", Decimal(10)) for day in range(1, 20)]
    wanted += [(TODAY, "Actual", "USD", Decimal(4)), (TODAY, "Forecast", "USD", Decimal(6))]
    wanted += [(date(2026, 11, day), "Forecast", "USD", Decimal(10)) for day in range(21, 31)]
    assert shown(found) == wanted
    assert found.unavailable is None
    assert [row.ranges[0] is None for row in found.rows] == [r[1] == "Actual" for r in wanted]


def test_a_day_that_cost_more_than_expected_leaves_nothing() -> None:
    found = told(body(), [*days(date(2026, 9, 1), 80), (TODAY, "Usage", "USD", Decimal(40))])
    assert (TODAY, "Forecast", "USD", Decimal(0)) in shown(found)


def test_without_the_partial_day_today_is_foretold_whole() -> None:
    asked = body(includeFreshPartialCost=False)
    found = told(asked, [*days(date(2026, 9, 1), 80), (TODAY, "Usage", "USD", Decimal(4))])
    assert [r for r in shown(found) if r[0] == TODAY] == [(TODAY, "Forecast", "USD", Decimal(10))]


def test_without_actual_costs_there_is_only_what_is_to_come() -> None:
    asked = body(includeActualCost=False, includeFreshPartialCost=False)
    found = told(asked, days(date(2026, 9, 1), 80))
    assert {row.status for row in found.rows} == {"Forecast"}
    assert len(found.rows) == 11


def test_months_and_the_whole() -> None:
    period = {"from": "2026-10-01", "to": "2026-12-31"}
    costs = days(date(2026, 9, 1), 80)
    asked = body(timePeriod=period)
    asked["dataset"]["granularity"] = "Monthly"
    assert shown(told(asked, costs)) == [
        (date(2026, 10, 1), "Actual", "USD", Decimal(310)),
        (date(2026, 11, 1), "Actual", "USD", Decimal(190)),
        (date(2026, 11, 1), "Forecast", "USD", Decimal(110)),
        (date(2026, 12, 1), "Forecast", "USD", Decimal(310)),
    ]
    del asked["dataset"]["granularity"]
    assert shown(told(asked, costs)) == [
        (None, "Actual", "USD", Decimal(500)),
        (None, "Forecast", "USD", Decimal(420)),
    ]


def test_currencies_are_not_mixed() -> None:
    costs = [*days(date(2026, 9, 1), 80), *days(date(2026, 11, 1), 19, "3", "EUR")]
    found = {row.currency: row.amounts[0] for row in told(body(), costs).rows if row.day == TODAY}
    assert found == {"USD": Decimal(10), "EUR": Decimal(3)}


def test_what_is_bought_at_once_is_not_foretold() -> None:
    bought = (date(2026, 11, 2), "Purchase", "USD", Decimal(5_000))
    found = shown(told(body(), [*days(date(2026, 9, 1), 80), bought]))
    assert (date(2026, 11, 2), "Actual", "USD", Decimal(5_010)) in found
    assert {row[3] for row in found if row[1] == "Forecast"} == {Decimal(10)}


def test_too_little_history() -> None:
    costs = days(TODAY - timedelta(days=6), 6)
    found = told(body(), costs)
    assert {row.status for row in found.rows} == {"Actual"}
    assert found.unavailable is not None
    assert "7 days" in found.unavailable
    with pytest.raises(FailedDependency):
        told(body(includeActualCost=False), costs)
    assert told(body(), []).rows == ()


@settings(max_examples=40)
@given(
    costs=st.lists(
        st.tuples(
            st.integers(0, 80),
            st.sampled_from(("Usage", "Purchase")),
            st.sampled_from(("USD", "EUR")),
            st.decimals(0, 1000, places=6),
        ),
        max_size=60,
    ),
    granularity=st.sampled_from(("Daily", "Monthly", "None")),
    partial=st.booleans(),
)
def test_actual_rows_are_the_costs_of_the_days(
    costs: list[tuple[int, str, str, Decimal]], granularity: str, partial: bool
) -> None:
    dated = [(TODAY - timedelta(days=n), k, u, c) for n, k, u, c in costs]
    asked = body(includeFreshPartialCost=partial)
    asked["dataset"]["granularity"] = granularity
    found = told(asked, dated)
    last = TODAY if partial else TODAY - timedelta(days=1)
    for unit in ("USD", "EUR"):
        wanted = sum(
            (c for day, _, u, c in dated if u == unit and date(2026, 11, 1) <= day <= last),
            Decimal(0),
        )
        rows = [r for r in found.rows if r.currency == unit and r.status == "Actual"]
        assert sum((r.amounts[0] or Decimal(0) for r in rows), Decimal(0)) == wanted
    for row in found.rows:
        for amount, within in zip(row.amounts, row.ranges, strict=True):
            if row.status == "Forecast" and amount is not None:
                assert within is not None
                assert within[0] <= amount <= within[1]


def test_the_question_reaches_back_three_months() -> None:
    asked = days_asked(parse_forecast(body(), NOW), NOW)
    assert asked.period.start == datetime(2026, 8, 21, tzinfo=UTC)
    assert asked.period.end == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "EmptyForecastRequestBody"),
        ({"type": "Usage", "timeframe": "Custom"}, "DontContainsDataSet"),
        (body(timePeriod=None), "DontContainsValidTimeRangeWhileContainsPeriod"),
        (
            body(timePeriod={"from": "2026-12-01", "to": "2026-11-01"}),
            "DontContainsValidTimeRangeWhileContainsPeriod",
        ),
        (body(timePeriod={"from": "2026-10-01", "to": "2026-10-31"}), "CantForecastOnThePast"),
        (body(timeframe="TheLastMonth"), "CantForecastOnThePast"),
        (
            body(includeActualCost=False, includeFreshPartialCost=True),
            "DontContainIncludeActualCostWhileIncludeFreshPartialCost",
        ),
        (body(type="Nonsense"), "InvalidForecastRequestBody"),
        (body(dataset={"granularity": "Daily"}), "InvalidForecastRequestBody"),
        (body(includeActualCost=3), "InvalidForecastRequestBody"),
        (
            body(
                dataset=body()["dataset"] | {"grouping": [{"type": "Dimension", "name": "Model"}]}
            ),
            "InvalidForecastRequestBody",
        ),
        (body(dataset=body()["dataset"] | {"granularity": "Hourly"}), "InvalidForecastRequestBody"),
    ],
)
def test_bad_bodies(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_forecast(asked, NOW)
    assert caught.value.error_code == code


def test_month_to_date_is_the_whole_month() -> None:
    found = parse_forecast(body(timeframe="MonthToDate"), NOW)
    assert (found.first, found.last) == (date(2026, 11, 1), date(2026, 11, 30))
