"""Menus: values with their cost, keys of tags; and the shape and order of answers."""

from __future__ import annotations

from decimal import Decimal

from costplane.analysis.definition import Grouping, parse_definition
from costplane.analysis.plan import ScopeFilter, plan
from costplane.analysis.service import CostAnalysis
from costplane.analysis.values import DimensionValue, values_definition, values_of
from costplane.core.period import Period
from tests.analysis.questions import CARRIED, NOW, WHOLE, ask, engine
from tests.analysis.test_calls import event
from tests.analysis.worlds import END, START, tables

WORLD = [
    event(1, 0, 1, input_text=10),
    event(2, 1, 2, input_text=1_000),
    event(3, 3, 30, input_text=7),
    event(4, 4, 40, input_text=7),
]


def values(grouping: Grouping) -> list[DimensionValue]:
    found = plan(
        values_definition(grouping, Period(START, END)),
        (ScopeFilter(),),
        carried_tags=CARRIED,
        currency="USD",
    )
    return values_of(CostAnalysis(engine()).run(found, tables(WORLD)))


def test_values_come_with_their_cost_the_dearest_first() -> None:
    assert values(Grouping("Dimension", "Model", "Model")) == [
        DimensionValue("", Decimal("9.5"), "USD"),
        DimensionValue("beta", Decimal("0.002"), "USD"),
        DimensionValue("alpha", Decimal("0.00002"), "USD"),
        DimensionValue("gamma", None, "USD"),
    ]


def test_values_of_tags_are_exact() -> None:
    found = values(Grouping("TagKey", "team", "team"))
    assert [v.value for v in found] == ["", "Search", "search"]


def test_columns_stand_in_azures_order() -> None:
    asked = WHOLE | {
        "sums": ["UsageQuantity", "Cost"],
        "groups": ["tag:team", "ResourceGroup", "tag:env"],
        "granularity": "Daily",
    }
    result = ask(asked, WORLD)
    names = ["UsageQuantity", "Cost", "UsageDate", "TagKey", "TagValue", "ResourceGroup"]
    assert [c.name for c in result.columns] == [*names, "TagKey", "TagValue", "Currency"]
    assert result.rows.column_names == [*names, "TagKey2", "TagValue2", "Currency"]
    kinds = ["Number", "Number", "Number", *["String"] * 6]
    assert [c.type for c in result.columns] == kinds
    assert ask(asked | {"granularity": "Hourly"}, WORLD).columns[2].type == "Datetime"


def test_dates_are_written_as_azure_writes_them() -> None:
    first = [
        ask(WHOLE | {"granularity": g, "sums": ["Cost"]}, WORLD).rows.column(1)[0].as_py()
        for g in ("Hourly", "Daily", "Monthly")
    ]
    assert first == ["2026-10-24T01:00:00", 20261024, "2026-10-01T00:00:00"]


def test_rows_are_sorted_as_asked_then_by_date_and_group() -> None:
    body = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-10-24", "to": "2026-10-26"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"total": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "Model"}],
            "sorting": [
                {"name": "UsageDate", "direction": "Descending"},
                {"name": "total", "direction": "descending"},
            ],
        },
    }
    definition = parse_definition(body, NOW)
    found = plan(definition, (ScopeFilter(),), carried_tags=CARRIED, currency="USD")
    rows = CostAnalysis(engine()).run(found, tables(WORLD)).rows
    assert list(zip(rows["UsageDate"].to_pylist(), rows["Model"].to_pylist(), strict=True)) == [
        (20261025, ""),
        (20261025, "alpha"),
        (20261025, "gamma"),
        (20261024, "beta"),
        (20261024, "alpha"),
    ]
