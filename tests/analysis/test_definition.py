"""Bodies as clients send them, and bodies as nobody should."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.definition import Grouping, QueryDefinition, Sorting, parse_definition
from costplane.analysis.filters import Junction, Leaf, Not
from costplane.analysis.plan import ScopeFilter, plan
from costplane.analysis.sql import statement
from costplane.errors import InvalidQuery

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "query_usage_examples.json").read_text()
)
DEEP: dict[str, Any] = {"tags": {"name": "a", "operator": "In", "values": ["b"]}}
for _ in range(5_000):
    DEEP = {"not": DEEP}


def parse(**changes: Any) -> QueryDefinition:
    return parse_definition({"type": "ActualCost", "timeframe": "MonthToDate"} | changes, NOW)


def with_dataset(**dataset: Any) -> QueryDefinition:
    summed = {"aggregation": {"total": {"name": "Cost", "function": "Sum"}}}
    return parse(dataset=summed | dataset)


@pytest.mark.parametrize("name", EXAMPLES)
def test_official_examples_are_answered(name: str) -> None:
    definition = parse_definition(EXAMPLES[name], NOW)
    planned = plan(definition, (ScopeFilter(),), carried_tags=frozenset(), currency="USD")
    assert "PreTaxCost" in [a.name for a in definition.aggregations]
    assert statement(planned).sql(dialect="duckdb")


def test_names_are_read_without_regard_to_case() -> None:
    found = parse_definition(
        {
            "Type": "actualcost",
            "TIMEFRAME": "monthtodate",
            "dataSet": {
                "Granularity": "DAILY",
                "Aggregation": {"x": {"Name": "cost", "Function": "SUM"}},
                "Grouping": [
                    {"Type": "DIMENSION", "Name": "resourcegroup"},
                    {"type": "Tag", "name": "Team"},
                ],
                "Filter": {"Dimensions": {"Name": "METER", "Operator": "in", "Values": ["A"]}},
                "Sorting": [{"Direction": "descending", "Name": "X"}],
            },
        },
        NOW,
    )
    assert found.groupings == (
        Grouping("Dimension", "ResourceGroupName", "resourcegroup"),
        Grouping("TagKey", "team", "Team"),
    )
    assert found.filter == Leaf("Dimension", "Meter", "In", ("a",))
    assert found.sorting == (Sorting(found.aggregations[0], "Descending"),)
    assert (found.type, found.granularity) == ("ActualCost", "Daily")


def test_values_of_tags_stay_exact_and_negations_become_not() -> None:
    found = with_dataset(
        filter={
            "and": [
                {"tags": {"name": "Env", "operator": "NotIn", "values": ["Prod", "Prod"]}},
                {"dimension": {"name": "HttpStatus", "values": [429]}},
            ]
        }
    ).filter
    leaf = Leaf("TagKey", "env", "In", ("Prod",))
    status = Leaf("Dimension", "HttpStatus", "In", ("429",))
    assert found == Junction("and", (Not(leaf), status))


def test_regions_are_known_by_their_display_names() -> None:
    leaf = {"name": "Location", "operator": "In", "values": ["Sweden Central"]}
    found = with_dataset(filter={"dimensions": leaf}).filter
    assert found == Leaf("Dimension", "ResourceLocation", "In", ("swedencentral",))


def test_columns_choose_sums_and_groups_where_no_aggregation_is_given() -> None:
    columns = ["UsageDate", "Cost", "ResourceGroup", "Meter", "Currency"]
    found = parse(dataset={"granularity": "Daily", "configuration": {"columns": columns}})
    assert [a.name for a in found.aggregations] == ["Cost"]
    assert [g.written for g in found.groupings] == ["ResourceGroup", "Meter"]


def test_seven_sums_and_nine_groupings_are_taken() -> None:
    names = ["Cost", "CostUSD", "PreTaxCost", "PreTaxCostUSD", "UsageQuantity", "TokenCount"]
    groups = "Model ModelVersion Deployment Meter MeterId ResourceId User HttpStatus Provider"
    found = with_dataset(
        aggregation={n: {"name": n, "function": "Sum"} for n in [*names, "CallCount"]},
        grouping=[{"type": "Dimension", "name": name} for name in groups.split()],
    )
    assert len(found.aggregations) == 7
    assert len(found.groupings) == 9


DIMENSION = {"name": "Model", "operator": "In", "values": ["a"]}
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("type", {"type": "FocusCost"}, "ActualCost"),
    ("type", {"type": 7}, "text"),
    ("timeframe", {"timeframe": "Yesterday"}, "MonthToDate"),
    ("timePeriod", {"timeframe": "Custom"}, "from and to"),
    ("timePeriod.to", {"timeframe": "Custom", "timePeriod": {"from": "2026-10-01"}}, "missing"),
    ("dataset", {"dataset": []}, "object"),
    ("dataset", {"dataset": {}, "dataSet": {}}, "once"),
    ("dataset.granularity", {"dataset": {"granularity": "Weekly"}}, "Daily"),
    ("dataset.aggregation.a.name", {"dataset": {"aggregation": {"a": {}}}}, "TokenCount"),
    (
        "dataset.aggregation.a.function",
        {"dataset": {"aggregation": {"a": {"name": "Cost", "function": "Avg"}}}},
        "Sum",
    ),
    (
        "dataset.aggregation.b",
        {"dataset": {"aggregation": {x: {"name": "Cost", "function": "Sum"} for x in "ab"}}},
        "twice",
    ),
    (
        "dataset.grouping",
        {"dataset": {"grouping": [{"type": "Dimension", "name": n} for n in ("Meter", "meter")]}},
        "twice",
    ),
    (
        "dataset.grouping",
        {
            "dataset": {
                "grouping": [
                    {"type": "Dimension", "name": n} for n in ("ResourceGroup", "ResourceGroupName")
                ]
            }
        },
        "twice",
    ),
    (
        "dataset.grouping[0].type",
        {"dataset": {"grouping": [{"type": "Column", "name": "Meter"}]}},
        "TagKey",
    ),
    (
        "dataset.grouping[0].name",
        {"dataset": {"grouping": [{"type": "Dimension", "name": "Colour"}]}},
        "DeploymentType",
    ),
    (
        "dataset.grouping[0].name",
        {"dataset": {"grouping": [{"type": "Dimension", "name": "a\0b"}]}},
        "no text",
    ),
    ("dataset.filter", {"dataset": {"filter": {}}}, "exactly one"),
    ("dataset.filter", {"dataset": {"filter": {"and": [], "or": []}}}, "exactly one"),
    ("dataset.filter.or", {"dataset": {"filter": {"or": []}}}, "1 to"),
    (
        "dataset.filter.and[1].dimensions.operator",
        {
            "dataset": {
                "filter": {
                    "and": [
                        {"dimensions": DIMENSION},
                        {"dimensions": DIMENSION | {"operator": "<"}},
                    ]
                }
            }
        },
        "NotContains",
    ),
    (
        "dataset.filter.dimensions.values[0]",
        {"dataset": {"filter": {"dimensions": DIMENSION | {"values": [True]}}}},
        "true or false",
    ),
    (
        "dataset.filter.dimensions.values[0]",
        {"dataset": {"filter": {"dimensions": DIMENSION | {"values": ["\ud800"]}}}},
        "no text",
    ),
    (
        "dataset.filter.dimensions.values",
        {"dataset": {"filter": {"dimensions": DIMENSION | {"values": ["a"] * 10_001}}}},
        "10,000",
    ),
    (
        "dataset.sorting[0].name",
        {"dataset": {"sorting": [{"name": "UsageDate", "direction": "Ascending"}]}},
        "Currency",
    ),
    (
        "dataset.configuration.timeZone",
        {"dataset": {"configuration": {"timeZone": "../../etc/passwd"}}},
        "Europe/Berlin",
    ),
    (
        "dataset.configuration.columns[0]",
        {"dataset": {"configuration": {"columns": ["Colour"]}}},
        "Meter",
    ),
]


@pytest.mark.parametrize(("target", "changes", "hint"), FAULTS)
def test_faults_name_their_place_and_what_is_allowed(
    target: str, changes: dict[str, Any], hint: str
) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse(**changes)
    assert raised.value.target == target
    assert hint in raised.value.message


def test_too_many_different_values_are_refused() -> None:
    values = [str(n) for n in range(9_000)]
    leaves = [{"dimensions": DIMENSION | {"values": values}}] * 2
    with pytest.raises(InvalidQuery, match="18,000 values"):
        with_dataset(filter={"or": leaves})


def test_hostile_depth_ends_at_once() -> None:
    started = time.process_time()
    with pytest.raises(InvalidQuery, match="20 levels"):
        with_dataset(filter=DEEP)
    assert time.process_time() - started < 0.5


def test_an_empty_aggregation_is_none() -> None:
    found = with_dataset(aggregation={}, sorting=[{"name": "PreTaxCost"}])
    assert found.aggregations == with_dataset(aggregation=None).aggregations


_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_NAMES = """
    type timeframe timePeriod from to dataset granularity aggregation grouping filter sorting
    configuration timeZone columns and or not dimensions tags name operator values function a"""
_WORDS = """
    ActualCost Custom MonthToDate Daily Sum Cost CallCount Dimension TagKey Model In Contains
    2026-10-01 2026-10-31T00:00:00Z Europe/Berlin UsageDate"""
_names = st.sampled_from(_NAMES.split())
_words = st.sampled_from(_WORDS.split())
_json = st.recursive(
    _scalars | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=120)
@given(st.dictionaries(_names, _json, max_size=5), st.dictionaries(_names, _json, max_size=6))
def test_any_body_is_a_definition_or_a_clear_error(body: Any, dataset: Any) -> None:
    base = {"type": "ActualCost", "timeframe": "MonthToDate"}
    for tried in (body, base | {"dataset": dataset}):
        try:
            found = parse_definition(tried, NOW)
        except InvalidQuery:
            continue
        assert found.period.start < found.period.end
