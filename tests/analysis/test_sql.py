"""What every statement keeps: exact amounts, literals for users' text, bounded size."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.definition import parse_definition
from costplane.analysis.plan import ScopeFilter, plan
from costplane.analysis.service import CostAnalysis, sql_text
from costplane.analysis.sql import statement
from costplane.analysis.unpriced import unpriced_statement
from costplane.core.relation import Files
from costplane.core.tables import CHARGES, MONEY, UNCHARGED
from tests.analysis.oracle import Question
from tests.analysis.questions import CARRIED, SUMS, WHOLE, ask, engine, planned, questions
from tests.analysis.worlds import SERIES_FACTS, START, tables

INEXACT = (exp.Div, exp.Avg, exp.Round, exp.SafeDivide)
FLOATS = {"DOUBLE", "FLOAT"}
NOW = datetime(2026, 10, 26, tzinfo=UTC)
WORLD = [
    {
        "id": "1",
        "time": START,
        "facts": SERIES_FACTS[0],
        "counts": {"input_text": 100, "output_reasoning": 7},
        "user": "u1",
        "http_status": 200,
        "kind": "it's",
    }
]


@settings(max_examples=40)
@given(questions())
def test_no_statement_divides_averages_or_rounds(question: Question) -> None:
    for built in (statement(planned(question)), unpriced_statement(planned(question))):
        assert not list(built.find_all(*INEXACT))
        types = {node.this.value for node in built.find_all(exp.DataType)}
        assert not types & FLOATS


def test_amounts_come_out_as_they_went_in() -> None:
    rows = ask(WHOLE, WORLD).rows
    expected = {"Cost": MONEY, "CostUSD": MONEY, "UsageQuantity": MONEY}
    expected |= {"TokenCount": pa.int64(), "CallCount": pa.int64(), "Currency": pa.string()}
    assert dict(zip(rows.schema.names, rows.schema.types, strict=True)) == expected


def test_every_dimension_is_answered_at_once() -> None:
    names = [dimension.name for dimension in dimensions.DIMENSIONS]
    result = ask(WHOLE | {"sums": list(SUMS), "groups": names}, WORLD)
    assert [column.name for column in result.columns] == [*SUMS, *names, "Currency"]
    calls = {(row["TokenType"], row["BillingStatus"]): row["CallCount"] for row in _rows(result)}
    assert calls[("input_text", "Billed")] == 1
    assert calls[("output_reasoning", "Unpriced")] == 1


def test_dimensions_name_columns_that_stand_in_the_tables() -> None:
    names: list[str] = []
    for dimension in dimensions.DIMENSIONS:
        names += [dimension.name.lower(), *(alias.lower() for alias in dimension.aliases)]
        assert dimension.meaning.endswith((".", "..."))
        for place, schema in ((dimension.charges, CHARGES), (dimension.uncharged, UNCHARGED)):
            if isinstance(place, str) and not dimension.is_request:
                assert place in schema.names
    assert len(set(names)) == len(names)


HOSTILE = ("it's", "'; DROP TABLE charges; --", '"', "\\", "$1", ":a", "{}", "%", "ünï\u202e", "*/")


@pytest.mark.parametrize("text", HOSTILE)
def test_users_text_is_data(text: str) -> None:
    leaves = [
        {kind: {"name": name, "operator": operator, "values": [text]}}
        for kind, name in (("tags", text), ("dimensions", "Model"))
        for operator in ("In", "Contains")
    ]
    for filter_ in leaves:
        built = statement(_plan({"filter": {"not": filter_}, "grouping": _tag(text)}))
        assert text.lower() in {n.this.lower() for n in built.find_all(exp.Literal)}
        found = engine().execute(built, tables(WORLD))
        assert found["k0"].to_pylist() == [text] * found.num_rows


def test_a_tag_of_any_case_and_sign_is_found() -> None:
    asked = WHOLE | {"groups": ["tag:kind"], "sums": ["TokenCount"], "type": "Usage"}
    assert _rows(ask(asked, WORLD)) == [
        {"TokenCount": 107, "TagKey": "KIND", "TagValue": "it's", "Currency": "USD"}
    ]


@pytest.mark.parametrize("operator", ["In", "Contains"])
def test_the_largest_filters_are_answered_in_bounded_time(operator: str) -> None:
    leaf = {"name": "Model", "operator": operator, "values": [f"m{n}" for n in range(9_000)]}
    many = [{"dimensions": {"name": "Meter", "values": [f"x{n}"]}} for n in range(999)]
    tree: dict[str, Any] = {"or": [{"dimensions": leaf}, *many]}
    for _ in range(18):
        tree = {"not": tree}
    started = time.process_time()
    found = engine().execute(statement(_plan({"filter": tree})), tables(WORLD))
    assert found.num_rows == 0
    assert time.process_time() - started < 20


def test_time_is_asked_of_the_files_before_anything_else(tmp_path: Path) -> None:
    """Row groups outside of the range are not read."""
    charges = tables(WORLD)["charges"]
    path = tmp_path / "charges.parquet"
    pq.write_table(charges, path)
    relations = tables(WORLD) | {"charges": Files((str(path),), CHARGES)}
    found = CostAnalysis(engine()).run(planned(WHOLE | {"sums": ["Cost"]}), relations)
    assert (
        found.rows["Cost"].to_pylist()
        == ask(WHOLE | {"sums": ["Cost"]}, WORLD).rows["Cost"].to_pylist()
    )
    where = sql_text(planned(WHOLE)).partition("WHERE")[2]
    assert re.match(r"\s*\(?\s*\"ChargePeriodStart\" >= CAST\('2026-10-24", where)


def _tag(key: str) -> list[dict[str, str]]:
    return [{"type": "TagKey", "name": key}]


def _plan(dataset: dict[str, Any]) -> Any:
    summed = {"aggregation": {"c": {"name": "Cost", "function": "Sum"}}}
    body = {"type": "ActualCost", "timeframe": "MonthToDate", "dataset": summed | dataset}
    asked = CARRIED | {tag["name"].lower() for tag in dataset.get("grouping", [])}
    tags = {leaf.lower() for leaf in HOSTILE}
    return plan(
        parse_definition(body, NOW), (ScopeFilter(),), carried_tags=asked | tags, currency="USD"
    )


def _rows(result: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result.rows.to_pylist()
    return found
