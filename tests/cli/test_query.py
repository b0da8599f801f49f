"""`costplane query`: the same digits in every format."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Run
from tests.http.sample import SCOPE, TOTAL

DAY = ("--from", "2026-11-02", "--to", "2026-11-02")


def test_json_is_the_apis_answer(ask: Run) -> None:
    ended = ask("query", "--scope", f"/{SCOPE}", *DAY, "--format", "json")
    assert ended.status == 0
    answer = json.loads(ended.out, parse_float=Decimal)
    assert list(answer) == ["id", "name", "type", "location", "sku", "eTag", "properties"]
    properties = answer["properties"]
    assert properties["rows"] == [[Decimal(TOTAL), "USD"]]
    assert properties["nextLink"] is None
    assert properties["unpriced"][0]["events"] == 1


def test_table(ask: Run) -> None:
    ended = ask("query", "--scope", "/", *DAY, "--group-by", "tag:team", "--group-by", "Model")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["Cost", "TagKey", "TagValue", "Model", "Currency"]
    assert ["0.0268", "team", "assistant", "gpt-4.1", "USD"] in lines
    assert "in-house-7b" in ended.err


def test_csv(ask: Run) -> None:
    ended = ask(
        *("query", "--scope", "/", *DAY, "--granularity", "Daily", "--group-by", "TokenType"),
        *("--filter", "Model=gpt-4.1", "--format", "csv"),
    )
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    costs = {row["TokenType"]: Decimal(row["Cost"]) for row in rows if row["Cost"]}
    assert set(costs) == {"input_text", "input_text_cached", "output_text"}
    assert sum(costs.values()) == Decimal(TOTAL)
    assert {row["UsageDate"] for row in rows} == {"20261102"}


def test_parquet(ask: Run) -> None:
    ended = ask("query", "--scope", "/", *DAY, "--group-by", "Model", "--format", "parquet")
    table = pq.read_table(io.BytesIO(ended.raw))
    costs = [cost for cost in table["Cost"].to_pylist() if cost is not None]
    assert sum(costs) == Decimal(TOTAL)


def test_explain_runs_nothing(ask: Run) -> None:
    ended = ask("query", "--scope", "/", *DAY, "--group-by", "Model", "--explain")
    assert ended.status == 0
    assert "SELECT" in ended.out
    assert TOTAL not in ended.out


def test_an_unknown_scope_names_those_nearby(ask: Run) -> None:
    ended = ask("query", "--scope", f"/{SCOPE}/resourceGroups/rg-serch", *DAY)
    assert (ended.status, ended.out) == (2, "")
    assert "rg-search" in ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--group-by", "Colour"), "Colour"),
        (("--granularity", "Weekly"), "Daily"),
        (("--type", "Guess"), "ActualCost"),
        (("--time-zone", "Mars/Olympus"), "Mars/Olympus"),
        (("--aggregation", "Beauty"), "TokenCount"),
    ],
)
def test_wrong_options(ask: Run, arguments: tuple[str, ...], told: str) -> None:
    ended = ask("query", "--scope", "/", *DAY, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err
    assert arguments[0] in ended.err
    assert "dataset" not in ended.err


def test_aggregations_and_zone(ask: Run) -> None:
    ended = ask(
        *("query", "--scope", "/", *DAY, "--aggregation", "TokenCount"),
        *("--aggregation", "CallCount", "--time-zone", "Europe/Oslo", "--format", "json"),
    )
    ((tokens, calls, _),) = json.loads(ended.out)["properties"]["rows"]
    assert (tokens, calls) == (263 + 128 + 24 + 12_350 + 890, 4)


def test_persons_are_asked_for_by_name(ask: Run) -> None:
    asked = ("query", "--scope", "/", *DAY, "--filter", "User=ana")
    refused = ask(*asked)
    assert refused.status == 1
    assert "Person Reader" in refused.err
    assert ask(*asked, "--persons").status == 0
    assert 'User "ana" at /' in ask("audit", "list").out
