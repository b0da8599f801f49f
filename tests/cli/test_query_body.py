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


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Model,tag:team", "--group-by Model --group-by tag:team"),
        ("tag:team, tag:app", "--group-by tag:team --group-by tag:app"),
    ],
)
def test_several_names_in_one_option_are_told_to_repeat_it(name: str, hint: str) -> None:
    with pytest.raises(InvalidQuery, match="repeat --group-by for each name") as refused:
        query_body(**PLAIN | {"groupings": [name]})
    assert refused.value.message.endswith(hint)
    with pytest.raises(InvalidQuery, match="--aggregation Cost --aggregation CallCount"):
        query_body(**PLAIN | {"aggregations": ["Cost,CallCount"]})


def test_the_key_of_a_tag_may_have_a_comma() -> None:
    body = query_body(**PLAIN | {"groupings": ["tag:a,b"]})
    assert body["dataset"]["grouping"] == [{"type": "TagKey", "name": "a,b"}]  # type: ignore[index]
