"""Nothing outside the granted scopes influences an answer.

Each example is answered twice: over a whole random estate, and over what is left of it when
everything that the caller may not see was never there. Every operation must say the same, to the
letter. What it must say is held to plain Python as well, so that no answer is empty by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import READER, parse_role
from costplane.app.access.callers import Caller
from costplane.app.access.visible import EVERYTHING
from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from tests.http.estates import ENTERPRISE, START, Estate, World, call, opened, worlds
from tests.http.sample import NOW

COST = "/providers/Microsoft.CostManagement"
VERSION = "api-version=2025-03-01"
ACCOUNT = "/providers/microsoft.cognitiveservices/accounts/ai"
DIMENSIONS = (
    "ResourceGroup",
    "ResourceId",
    "SubscriptionId",
    "Model",
    "HttpStatus",
    "User",
    "Meter",
)
CONSUMPTION = "/providers/Microsoft.Consumption"
READS = (
    "charges?",
    "balances?",
    "lots?",
    "events?",
    "aggregatedCost?",
    "tags?$expand=properties/tags/value&",
    "reservationSummaries?grain=monthly&",
    "reservationTransactions?",
    "reservationRecommendations?",
)
"""Lists of Microsoft.Consumption, and what each takes."""
TAGS = ("env", "team", "run-1", "of-rg", "of-s1")

FORECAST = {
    "type": "ActualCost",
    "timeframe": "Custom",
    "timePeriod": {"from": f"{START:%F}", "to": "2026-12-31"},
    "dataset": {"granularity": "Daily", "aggregation": {"c": {"name": "Cost", "function": "Sum"}}},
}


@dataclass(frozen=True, eq=False)
class Known:
    """Takes every call for one caller's."""

    caller: Caller

    def authenticate(self, *_: Any, **__: Any) -> Caller:
        return self.caller


@contextmanager
def asking(
    estate: Estate,
    kept: set[str],
    world: World,
    folder: Path,
    filled: Callable[[Workspace, Estate, set[str]], None] = lambda *_: None,
) -> Iterator[TestClient]:
    """A client of a server over a part of the estate, with the roles of `world`; `filled` puts
    further things into it."""
    workspace = opened(estate, kept, folder)
    filled(workspace, estate, kept)
    me = Assignee("User", "test:me")
    held = tuple(Assignment(me, parse_role(role), scope) for role, scope in world.held)
    app = create_app(workspace, authentication=Known(Caller("me", held, workspace.catalog)))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield client
    workspace.close()


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """The body of a query over the estate's days."""
    names = [("Dimension", n) for n in DIMENSIONS] + [("TagKey", n) for n in TAGS]
    pairs = st.sampled_from(names)
    dataset: dict[str, Any] = {
        "granularity": draw(st.sampled_from(("None", "Daily"))),
        "aggregation": {
            "cost": {"name": "Cost", "function": "Sum"},
            "calls": {"name": "CallCount", "function": "Sum"},
        },
        "grouping": [
            {"type": kind, "name": name}
            for kind, name in draw(st.lists(pairs, max_size=2, unique=True))
        ],
    }
    if draw(st.booleans()):
        kind, name = draw(pairs)
        values = draw(
            st.sampled_from((["rg-a"], ["alpha", "claude"], ["u1"], [""], ["t1", "sent"]))
        )
        leaf = {"name": name, "operator": draw(st.sampled_from(("In", "NotIn"))), "values": values}
        dataset["filter"] = {"dimensions" if kind == "Dimension" else "tags": leaf}
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{START:%F}", "to": f"{NOW:%F}"},
        "dataset": dataset,
    }


def answers(
    client: TestClient, world: World, asked: list[dict[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """What every operation says, by what was asked."""
    for path in ("/v1/scopes", "/v1/status"):
        yield path, said(client.get(path))
    for scope in world.asked:
        for number, body in enumerate(asked):
            path = f"{scope}{COST}/query?{VERSION}&$top=3".replace("//", "/")
            yield f"{path} {number}", said(client.post(path, json=body))
        coming = f"{scope}{COST}/forecast?{VERSION}".replace("//", "/")
        yield coming, said(client.post(coming, json=FORECAST))
        category = "$filter=properties/category eq 'ResourceId'&$expand=properties/data"
        menus = f"{scope}{COST}/dimensions?{VERSION}&{category}".replace("//", "/")
        yield menus, said(client.get(menus))
        for name in READS:
            path = f"{scope}{CONSUMPTION}/{name}{VERSION}".replace("//", "/")
            yield path, said(client.get(path))
        paths = [f"/v1/dimensions?scope={scope}"]
        paths += [f"/v1/dimensions/{n}/values?scope={scope}" for n in ("User", "Model", "tag:env")]
        for path in paths:
            yield path, said(client.get(path))
    yield "/subscriptions", said(client.get(f"/subscriptions?{VERSION}"))
    for calls in world.estate.events.values():
        for made in calls:
            path = f"/v1/explain?event={made['source']}%23{made['id']}"
            yield path, said(client.get(path))


def said(response: Any) -> Any:
    """An answer without what is another one each time: names of answers, links, and the number
    of a series, which counts what came before."""
    text = re.sub(r"(charge:[^/]+)/\d+/", r"\1/N/", response.text)
    text = re.sub(r"\(Request ID: [^)]*\)|[0-9a-f]{8}-[0-9a-f-]{27}", "#", text)
    body = re.sub(r'"nextLink":"[^"]*"', '"nextLink":"#"', text)
    return response.status_code, body


def check(world: World, asked: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        everything = set(world.estate.over)
        with asking(world.estate, everything, world, folder / "whole") as client:
            whole = dict(answers(client, world, asked))
            check_totals(client, world)
            check_refusals(client, world)
            check_explanations(whole, world)
        with asking(world.estate, world.kept(), world, folder / "part") as client:
            part = dict(answers(client, world, asked))
    assert whole == part


def check_totals(client: TestClient, world: World) -> None:
    """Each visible call is counted at `/`, and no other."""
    calls = {"calls": {"name": "CallCount", "function": "Sum"}}
    body = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{START:%F}", "to": f"{NOW:%F}"},
        "dataset": {"aggregation": calls, "grouping": [{"type": "Dimension", "name": "User"}]},
    }
    response = client.post(f"{COST}/query?{VERSION}", json=body)
    if all(role == "Ingest Writer" for role, _ in world.held):
        assert response.status_code == 403
        return
    rows = msgspec.json.decode(response.content)["properties"]["rows"]
    seen = [resource for resource in world.estate.events if world.sees(resource)]
    assert sum(Decimal(row[0]) for row in rows) == sum(len(world.estate.events[r]) for r in seen)


def check_refusals(client: TestClient, world: World) -> None:
    for scope in world.asked:
        status = client.get(f"/v1/dimensions?scope={scope}").status_code
        if scope != "/":
            assert (status != 403) == world.sees(scope), scope


def check_explanations(whole: dict[str, Any], world: World) -> None:
    for resource, calls in world.estate.events.items():
        for made in calls:
            status, _ = whole[f"/v1/explain?event={made['source']}%23{made['id']}"]
            assert status == (200 if world.sees(resource) else 404)


# A smaller example takes as long to try as any: examples are told as they were found.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=4, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(worlds(), st.lists(questions(), min_size=2, max_size=3))
def test_what_may_not_be_seen_might_as_well_not_be_there(
    world: World, asked: list[dict[str, Any]]
) -> None:
    check(world, asked)


@pytest.mark.torture
@settings(max_examples=500, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(worlds(), st.lists(questions(), min_size=2, max_size=6))
def test_it_is_not_there_in_many_estates(world: World, asked: list[dict[str, Any]]) -> None:
    check(world, asked)


def test_the_check_notices_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `/` standing for everything, the two servers differ."""
    seen, hidden = (f"/subscriptions/{name}/resourcegroups/rg-a" for name in ("s1", "s11"))
    over: dict[str, tuple[str, ...]] = {
        "/subscriptions/s1": (ENTERPRISE,),
        "/subscriptions/s11": (ENTERPRISE,),
        seen: ("/subscriptions/s1",),
        hidden: ("/subscriptions/s11",),
        f"{seen}{ACCOUNT}": (seen,),
        f"{hidden}{ACCOUNT}": (hidden,),
    }
    events = {
        f"{scope}{ACCOUNT}": [call(f"{scope}{ACCOUNT}", number)]
        for number, scope in enumerate((seen, hidden))
    }
    estate = Estate({ENTERPRISE: (), **over}, events, {})
    world = World(estate, ((READER, seen),), ("/", seen))
    check(world, [])
    monkeypatch.setattr(Caller, "granted", lambda *_: EVERYTHING)
    with pytest.raises(AssertionError):
        check(world, [])
