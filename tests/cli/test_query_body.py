"""The options of `query` become a QueryDefinition's body."""

from __future__ import annotations

from typing import Any

import pytest

from costplane.cli.query_body import query_body
from costplane.errors import InvalidQuery

PLAIN: dict[str, Any] = {
    "type_": "ActualCost",
    "timeframe": None,
    "first": None,
    "last": None,
    "granularity": "None",
    "groupings": (),
    "filters": (),
    "aggregations": ("Cost",),
    "time_zone": None,
}


def test_everything() -> None:
    body = query_body(
        **PLAIN
        | {
            "first": "2026-11-01",
            "last": "2026-11-02",
            "granularity": "Daily",
            "groupings": ["Model", "tag:team"],
            "filters": ['Meter="a, b",c', "TAG:team=search"],
            "time_zone": "Europe/Oslo",
        }
    )
    meter = {"name": "Meter", "operator": "In", "values": ["a, b", "c"]}
    team = {"name": "team", "operator": "In", "values": ["search"]}
    assert body == {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-11-01", "to": "2026-11-02"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"Cost": {"name": "Cost", "function": "Sum"}},
            "grouping": [
                {"type": "Dimension", "name": "Model"},
                {"type": "TagKey", "name": "team"},
            ],
            "filter": {"and": [{"dimensions": meter}, {"tags": team}]},
            "configuration": {"timeZone": "Europe/Oslo"},
        },
    }


def test_month_to_date_is_the_default() -> None:
    assert query_body(**PLAIN)["timeframe"] == "MonthToDate"
    assert query_body(**PLAIN | {"timeframe": "TheLastMonth"})["timeframe"] == "TheLastMonth"


def test_one_filter_stands_alone() -> None:
    dataset: Any = query_body(**PLAIN | {"filters": ["Model="]})["dataset"]
    assert dataset["filter"] == {"dimensions": {"name": "Model", "operator": "In", "values": [""]}}


@pytest.mark.parametrize(
    ("wrong", "target"),
    [
        ({"first": "2026-11-01"}, "--from"),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "--to"),
        ({"first": "soon", "last": "2026-11-01"}, "--from"),
        (
            {"first": "2026-11-01", "last": "2026-11-01", "timeframe": "MonthToDate"},
            "--timeframe",
        ),
        ({"filters": ["Model"]}, "--filter"),
        ({"filters": ["=x"]}, "--filter"),
    ],
)
def test_what_it_cannot_mean(wrong: dict[str, Any], target: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        query_body(**PLAIN | wrong)
    assert caught.value.target == target
