"""Random questions over random worlds, answered by the product and by naive loops."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.dimensions import DIMENSIONS
from costplane.analysis.plan import Scopes
from costplane.analysis.service import CostAnalysis
from costplane.app.queries.places import Place
from tests.analysis import oracle
from tests.analysis.questions import (
    WHOLE,
    ZONES,
    as_answer,
    ask,
    engine,
    planned,
    questions,
)
from tests.analysis.worlds import END, SERIES_FACTS, START, Row, events, tables


@settings(max_examples=60)
@given(questions(), events)
def test_answer_equals_the_naive_one(question: dict[str, Any], world: list[Row]) -> None:
    result = ask(question, world)
    expected = oracle.answer(question, world)
    found = as_answer(question, result)
    if "CallCount" not in question["sums"]:
        expected = {key: row for key, row in expected.items() if key[-1] is not None}
        found = {key: row for key, row in found.items() if key[-1] is not None}
    assert found == expected
    told = {(u.status, u.reason): (u.events, dict(u.quantities)) for u in result.unpriced}
    assert told == oracle.unpriced(question, world)


@settings(max_examples=12)
@given(questions(), events)
def test_one_currency_changes_no_answer(question: dict[str, Any], world: list[Row]) -> None:
    """Whatever others' charges are in."""
    ways = [planned(question, one_currency=known) for known in (True, False)]
    of_one = [event for event in world if not _has_another_currency(event, ways[0].scopes)]
    keys = ways[0].request_columns if ways[0].source == "usage" else ()
    relations = tables(of_one, keys=keys, cuts=ways[0].cuts)
    one, several = (CostAnalysis(engine()).run(way, relations) for way in ways)
    assert one.rows.equals(several.rows)
    assert one.unpriced == several.unpriced


def _has_another_currency(event: Row, scopes: Scopes) -> bool:
    charges = tables([event])["charges"].filter(pc.field("BillingCurrency") != "USD").to_pylist()
    names = ("SubAccountId", "x_ResourceGroupName", "ResourceId")
    return any(Place(*(row[name] for name in names)).lies_in(scopes) for row in charges)


def test_a_part_of_a_meters_name_keeps_what_has_no_meter() -> None:
    event = {"time": START, "facts": SERIES_FACTS[0], "counts": {"output_reasoning": 7}, "id": "0"}
    world = [event | {"user": None, "http_status": 200, "kind": None}]
    part = {"name": "Meter", "operator": "Contains", "values": ["alpha input"]}
    (told,) = ask(WHOLE | {"sums": ["Cost"], "filter": {"dimensions": part}}, world).unpriced
    assert (told.reason, told.events, told.quantities) == (
        "NoSuchTokenType",
        1,
        (("output_reasoning", Decimal(7)),),
    )


@settings(max_examples=20)
@given(events, st.sampled_from([d.name for d in DIMENSIONS] + ["tag:team", "tag:kind"]))
def test_totals_equal_the_sums_of_every_grouping(world: list[Row], name: str) -> None:
    sums = ["Cost", "UsageQuantity", "TokenCount"]
    whole = ask(WHOLE | {"sums": sums}, world).rows
    parts = ask(WHOLE | {"sums": sums, "groups": [name]}, world).rows
    for column in sums:
        assert _total(parts[column].to_pylist()) == _total(whole[column].to_pylist())


@settings(max_examples=20)
@given(events, st.sampled_from(ZONES), st.sampled_from(("Hourly", "Daily", "Monthly")))
def test_sums_over_days_equal_the_range_in_every_zone(
    world: list[Row], zone: str, granularity: str
) -> None:
    asked = WHOLE | {"zone": zone, "start": START + timedelta(hours=5), "end": END}
    whole = ask(asked, world).rows
    days = ask(asked | {"granularity": granularity}, world).rows
    for column in ("Cost", "UsageQuantity", "TokenCount", "CallCount"):
        assert _total(days[column].to_pylist()) == _total(whole[column].to_pylist())


def _total(amounts: list[Any]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
