"""Plans: which tables answer, what is cut, and how a plan reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from costplane.analysis.plan import QueryPlan, ScopeFilter, plan
from costplane.errors import InvalidQuery
from tests.analysis.questions import CARRIED, WHOLE, definition, planned
from tests.analysis.worlds import START


def made(**changes: Any) -> QueryPlan:
    return planned(WHOLE | {"sums": ["Cost"]} | changes)


def test_hourly_rows_answer_what_they_carry() -> None:
    found = made(groups=["Meter", "tag:team"], granularity="Daily", zone="Europe/Berlin")
    assert (found.source, found.cuts, found.request_columns) == ("hourly", (), ())
    assert found.relations == ("charges", "uncharged")


@pytest.mark.parametrize(
    ("name", "columns"),
    [("User", ("user",)), ("HttpStatus", ("http_status",)), ("tag:kind", ("tags",))],
)
def test_facts_of_the_request_come_from_requests(name: str, columns: tuple[str, ...]) -> None:
    kind, key = ("tags", "kind") if name.startswith("tag:") else ("dimensions", name)
    asked = {kind: {"name": key, "operator": "In", "values": ["1"]}}
    for found in (made(groups=[name]), made(filter={"not": asked})):
        assert (found.source, found.request_columns) == ("usage", columns)


def test_days_off_the_full_hour_cut_hours() -> None:
    found = made(zone="Asia/Kolkata", granularity="Daily")
    cuts = [START + timedelta(days=n, hours=18, minutes=30) for n in range(3)]
    assert found.source == "hourly"
    assert list(found.cuts) == cuts
    assert list(found.border_hours) == [cut - timedelta(minutes=30) for cut in cuts]
    assert made(zone="Asia/Kolkata").cuts == ()


def test_months_cut_only_where_months_meet() -> None:
    asked = {"zone": "Asia/Kolkata", "granularity": "Monthly", "end": START + timedelta(days=20)}
    assert made(**asked).cuts == (datetime(2026, 10, 31, 18, 30, tzinfo=UTC),)


def test_hours_off_the_full_hour_come_from_requests() -> None:
    found = made(zone="Asia/Kathmandu", granularity="Hourly")
    assert found.source == "usage"
    assert {cut.minute for cut in found.cuts} == {15}
    with pytest.raises(InvalidQuery, match="10,000"):
        made(zone="Asia/Kathmandu", granularity="Hourly", end=START + timedelta(days=500))


def test_a_range_within_an_hour_cuts_it() -> None:
    end = START + timedelta(hours=10, minutes=20)
    assert made(end=end).border_hours == (START + timedelta(hours=10),)


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ({"groups": ["Model", "User"]}, "usage"),
        ({"scope": {"subscriptions": ["sub-1"], "resource_group": "rg-0"}}, "usage"),
        ({"groups": ["Meter"]}, "lines"),
        ({"groups": ["ResourceId"]}, "lines"),
        ({"groups": ["tag:team"]}, "lines"),
        ({"scope": {"resource_id": "/x"}}, "lines"),
        ({"sums": ["Cost"]}, None),
    ],
)
def test_calls_are_counted_as_events_where_they_can_be(changes: Any, calls: str | None) -> None:
    assert made(**({"sums": ["CallCount"]} | changes)).calls == calls


def test_groups_without_price_appear_where_something_tells_them_apart() -> None:
    assert not made().uncharged
    assert not made(groups=["Meter", "ServiceName", "ChargeType"]).uncharged
    assert made(groups=["Model"]).uncharged
    assert made(groups=["tag:team"]).uncharged
    assert made(sums=["Cost", "TokenCount"]).uncharged


def test_the_dataset_filter_chooses_what_there_is() -> None:
    def with_dataset(*values: str) -> QueryPlan:
        return made(filter={"dimensions": {"name": "Dataset", "operator": "In", "values": values}})

    assert with_dataset("Best").datasets == ("Metered",)
    assert with_dataset("metered").datasets == ("Metered",)
    assert with_dataset("Billed").datasets == ("Billed",)
    assert with_dataset("Billed", "Metered").dataset == "Both"


def test_a_plan_reads_like_a_sentence() -> None:
    asked = WHOLE | {
        "groups": ["Meter", "tag:team"],
        "granularity": "Daily",
        "zone": "Europe/Berlin",
        "filter": {"dimensions": {"name": "Model", "operator": "In", "values": ["a", "b"]}},
    }
    found = plan(
        definition(asked),
        (ScopeFilter(frozenset({"s1"}), "rg"),),
        carried_tags=CARRIED,
        currency="USD",
    )
    assert found.explain().splitlines() == [
        "type         ActualCost",
        "range        2026-10-24 00:00Z up to, not including, 2026-10-27 00:00Z",
        "granularity  Daily, in Europe/Berlin",
        "offset       UTC +2 h from 2026-10-24 00:00Z",
        "offset       UTC +1 h from 2026-10-25 01:00Z",
        "sums         Cost, CostUSD, UsageQuantity, TokenCount, CallCount",
        "groups       Dimension Meter, TagKey TEAM",
        "filter       Model In (a, b)",
        "scope        subscriptions s1, resource group rg",
        "source       hourly rows",
        "calls        events by their lines",
        "reads        charges, uncharged, usage, series",
    ]
