"""Calls are events: each counts once in a group, however many lines it has there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from costplane.analysis.service import CostAnalysis
from tests.analysis.oracle import Question
from tests.analysis.questions import WHOLE, as_answer, ask, engine, planned
from tests.analysis.worlds import CHANGE, SERIES_FACTS, START, Row, tables


def event(number: int, series: int, hours: float, **counts: int) -> Row:
    return {
        "id": str(number),
        "time": START + timedelta(hours=hours),
        "facts": SERIES_FACTS[series],
        "counts": counts,
        "user": None,
        "http_status": 200,
        "kind": None,
    }


def calls(question: Question, world: list[Row]) -> dict[str, int]:
    answer = as_answer(question, ask(question, world))
    return {key[1]: row["CallCount"] for key, row in answer.items() if key[-1] is None}


def by(name: str, **changes: Any) -> Question:
    return WHOLE | {"groups": [name], "sums": ["Cost", "CallCount"]} | changes


def test_an_event_with_two_lines_on_one_meter_is_one_call() -> None:
    world = [event(1, 0, 1, input_text=5, input_text_cached=3), event(2, 0, 1, input_text_cached=2)]
    assert calls(by("Meter"), world)["alpha input"] == 2
    assert calls(by("TokenType"), world) == {"input_text": 1, "input_text_cached": 2, "": 0}


def test_a_price_change_within_the_hour_parts_the_calls() -> None:
    half = (CHANGE - START) / timedelta(hours=1)
    world = [
        event(1, 0, half - 0.1, input_text=5, output_text=1),
        event(2, 0, half + 0.1, input_text=5, output_text=1),
        event(3, 0, half + 0.2, input_text=5),
    ]
    assert calls(by("Meter"), world) == {
        "": 0,
        "alpha input": 1,
        "alpha output": 1,
        "alpha input new": 2,
        "alpha output new": 1,
    }


def test_calls_of_a_provider_model_stand_on_its_marketplace_entry() -> None:
    world = [event(1, 6, 1, input_text=5), event(2, 6, 2, output_text=5), event(3, 0, 2, images=1)]
    entry = "/subscriptions/sub-2/entry-claude"
    assert calls(by("ResourceId"), world)[entry] == 2
    scoped = by("Deployment", scope={"resource_id": entry})
    assert calls(scoped, world) == {"d0": 2}


def test_refused_and_untold_events_are_calls() -> None:
    world = [event(1, 4, 1), event(2, 4, 1, input_text=9), event(3, 5, 1)]
    assert calls(by("BillingStatus"), world) == {"Billed": 0, "NotBilled": 2, "UsageMissing": 1}


def test_calls_stand_beside_the_cost_in_its_currency() -> None:
    world = [event(1, 2, 1, input_text=5), event(2, 6, 1, input_text=5), event(3, 3, 1, images=1)]
    rows = ask(by("Model"), world).rows.to_pylist()
    found = {(row["Model"], row["Currency"]): (row["Cost"], row["CallCount"]) for row in rows}
    cost = Decimal("0.00001")
    assert found[("claude", "EUR")] == (cost, 1)
    assert found[("claude", "USD")] == (cost, 1)
    assert found[("gamma", "USD")] == (None, 1)


def test_what_a_reversal_took_back_is_no_call() -> None:
    world = [event(1, 0, 1, input_text=5)]
    found = tables(world)
    row = found["charges"].to_pylist()[0]
    back = {name: -row[name] for name in ("BilledCost", "x_BilledCostInUsd", "x_Events")}
    again = row | {"SkuMeter": "right meter"}
    rows = [row, row | back, again, *found["charges"].to_pylist()[1:]]
    found["charges"] = pa.Table.from_pylist(rows, found["charges"].schema)
    asked = by("Meter")
    answer = as_answer(asked, CostAnalysis(engine()).run(planned(asked), found))
    assert answer[(None, "alpha input", None)]["CallCount"] == 0
    assert answer[(None, "alpha input", "USD")]["Cost"] == 0
    assert answer[(None, "right meter", None)]["CallCount"] == 1


def test_a_currency_without_rate_has_no_cost_in_dollars() -> None:
    world = [event(1, 2, 1, input_text=5), event(2, 6, 1, input_text=5)]
    rows = ask(WHOLE | {"sums": ["CostUSD"], "type": "Usage"}, world).rows.to_pylist()
    assert rows == [
        {"CostUSD": None, "Currency": "EUR"},
        {"CostUSD": Decimal("0.00001"), "Currency": "USD"},
    ]


def test_a_tag_that_changed_within_the_day_parts_the_calls_by_the_hour() -> None:
    half = (CHANGE - START) / timedelta(hours=1)
    world = [
        event(1, 0, half - 3, input_text=5),
        event(2, 0, half - 3, output_text=5),
        event(3, 0, half + 1, input_text=5, output_text=5),
    ]
    assert calls(by("tag:env"), world) == {"": 0, "test": 2, "prod": 1}


def test_calls_without_cost_make_no_row_of_a_currency() -> None:
    world = [event(1, 2, 1, input_text=5), event(2, 2, 30, output_reasoning=5)]
    rows = ask(by("Model", granularity="Daily", type="Usage"), world).rows.to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (Decimal("0.00001"), 1, 20261024, "claude", "EUR"),
        (None, 1, 20261025, "claude", "USD"),
    ]
