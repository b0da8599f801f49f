"""Every answer equals loops over the events: at each grouping, day, hour and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.app import estate
from tests.app.estate import Event, answer, body, calls, costs, model_of, priced, time_of

CALLS = calls(seed=7, count=500)
Answer = dict[tuple[Any, ...], tuple[Any, ...]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = estate.opened(tmp_path_factory.mktemp("totals"))
    estate.take(opened, CALLS[:300], CALLS[300:])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The same calls in another order, some of them twice, in four goes."""
    opened = estate.opened(tmp_path_factory.mktemp("shuffled"))
    random = Random(8)
    again = random.sample(CALLS, len(CALLS)) + random.sample(CALLS, 100)
    for n in range(4):
        estate.take(opened, again[n::4])
    yield opened
    opened.close()


def fact(name: str, event: Event) -> str:
    return event["data"].get(name) or ""


def tag(key: str, event: Event) -> str:
    value: str = event["data"]["tags"].get(key, "")
    return value


KEYS: dict[str, Any] = {
    "Model": lambda e, _: (model_of(e),),
    "Deployment": lambda e, _: (fact("deployment", e).lower(),),
    "TokenType": lambda _, q: (q,),
    "ResourceId": lambda e, _: (fact("resource_id", e).lower(),),
    "User": lambda e, _: (fact("user", e),),
    "HttpStatus": lambda e, _: (str(e["data"]["http_status"]),),
    "tag:team": lambda e, _: (tag("team", e),),
    "tag:run": lambda e, _: (tag("run", e),),
}


@pytest.mark.parametrize("name", KEYS)
def test_groups_cost_what_their_events_do(
    workspace: Workspace, shuffled: Workspace, name: str
) -> None:
    found = answer(workspace, body(name))
    assert costs(found) == priced(CALLS, KEYS[name])
    assert answer(shuffled, body(name)) == found
    assert column_sums(found, 1) == column_sums(answer(workspace, body()), 1)


def column_sums(found: Answer, column: int) -> int:
    return sum(row[column] or 0 for row in found.values())


def test_meters_sum_to_the_whole(workspace: Workspace, shuffled: Workspace) -> None:
    (whole,) = priced(CALLS, lambda _e, _q: ()).values()
    for names in (("Meter",), ("Meter", "Model", "Session")):
        found = answer(workspace, body(*names))
        assert sum(costs(found).values()) == whole
        assert answer(shuffled, body(*names)) == found


def test_calls_are_counted_once_whatever_their_status(workspace: Workspace) -> None:
    (whole,) = answer(workspace, body()).values()
    assert whole[2] == len(CALLS)
    told = sum(
        amount
        for event in CALLS
        for name, amount in (event["data"].get("quantities") or {}).items()
        if name != "audio_seconds"
    )
    assert whole[1] == told
    for name in ("HttpStatus", "Deployment"):
        assert column_sums(answer(workspace, body(name)), 2) == len(CALLS)


ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns")


@pytest.mark.parametrize(
    ("zone", "name"), [*((zone, None) for zone in ZONES), ("Asia/Kathmandu", "User")]
)
def test_each_local_day_costs_what_its_events_do(
    workspace: Workspace, zone: str, name: str | None
) -> None:
    groups = (name,) if name else ()

    def key(event: Event, quantity: str) -> tuple[Any, ...]:
        local = time_of(event).astimezone(ZoneInfo(zone))
        return (int(f"{local:%Y%m%d}"), *(KEYS[name](event, quantity) if name else ()))

    asked = body(*groups, granularity="Daily", zone=zone, period=WIDE)
    found = costs(answer(workspace, asked))
    assert found == priced(CALLS, key)
    whole = costs(answer(workspace, body(*groups, zone=zone, period=WIDE)))
    assert sum(found.values()) == sum(whole.values())


WIDE = {"from": "2026-11-01", "to": "2026-11-06"}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_each_local_hour_costs_what_its_events_do(workspace: Workspace, zone: str) -> None:
    def key(event: Event, _: str) -> tuple[Any, ...]:
        return (f"{time_of(event).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:00:00}",)

    asked = body(granularity="Hourly", zone=zone, period=WIDE)
    assert costs(answer(workspace, asked)) == priced(CALLS, key)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_a_range_cuts_where_it_says(workspace: Workspace, zone: str) -> None:
    """`to` is inclusive; a time inside an hour takes its calls up to that second."""
    first = datetime(2026, 11, 2, 7, 20, 5, tzinfo=UTC)
    last = datetime(2026, 11, 3, 18, 17, 29, tzinfo=UTC)
    period = {"from": first.isoformat(), "to": last.isoformat()}
    inside = [e for e in CALLS if first <= time_of(e) < last + timedelta(seconds=1)]
    for groups in ((), ("User",)):
        found = costs(answer(workspace, body(*groups, zone=zone, period=period)))
        key = KEYS[groups[0]] if groups else lambda _e, _q: ()
        assert found == priced(inside, key)


def test_scopes_hold_their_own_alone(workspace: Workspace) -> None:
    for resource in estate.RESOURCES:
        inside = [e for e in CALLS if e["data"]["resource_id"].lower() == resource]
        want = priced(inside, lambda _e, _q: ())
        assert costs(answer(workspace, body(), resource)) == want
        group = resource.partition("/providers/")[0]
        assert costs(answer(workspace, body(), group)) == want


def test_what_has_no_price_is_told_beside_every_answer(workspace: Workspace) -> None:
    unpriced = [
        e
        for e in CALLS
        if e["data"]["http_status"] != 429
        and any(
            n and estate.price_of(model_of(e), q, time_of(e), 0) is None
            for q, n in (e["data"].get("quantities") or {}).items()
        )
    ]
    missing = [
        e for e in CALLS if not e["data"].get("quantities") and e["data"]["http_status"] == 200
    ]
    for groups in ((), ("Model",), ("User",)):
        asked = workspace.definition(body(*groups))
        told = workspace.query_whole(parse_scope(estate.SUBSCRIPTION), asked).unpriced
        counted = dict.fromkeys(("Unpriced", "UsageMissing"), 0)
        for item in told:
            counted[item.status] += item.events
        assert counted == {"Unpriced": len(unpriced), "UsageMissing": len(missing)}


def test_the_ledger_counts_every_line_once(workspace: Workspace) -> None:
    """Quantities of `charges` and `uncharged` together are those of the events."""
    snapshot = workspace.ledger.snapshot()
    told: dict[str, Decimal] = {}
    for event in CALLS:
        for name, amount in (event["data"].get("quantities") or {}).items():
            told[name] = told.get(name, Decimal(0)) + Decimal(str(amount))
    found: dict[str, Decimal] = {}
    for table in ("charges", "uncharged"):
        statement = estate.select(
            f'SELECT "x_TokenType" AS name, SUM("ConsumedQuantity") AS amount FROM {table} '
            'WHERE "x_TokenType" IS NOT NULL GROUP BY ALL'
        )
        relations = {table: snapshot.relation(table)}
        for row in workspace.engine.execute(statement, relations).to_pylist():
            found[row["name"]] = found.get(row["name"], Decimal(0)) + row["amount"]
    assert found == {name: amount for name, amount in told.items() if amount}
