"""Seeing persons over HTTP: off for everybody, Owners too, until the role is given (rule 30)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from costplane.access.roles import Role
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.metering.formats import open_events
from tests.http.azure.kept.kept_client import COST, Server, serving
from tests.http.azure.kept.test_budgets import budget
from tests.http.azure.kept.test_views import view
from tests.http.sample import SCOPE, definition, event, write_prices

SUBSCRIPTION = f"/{SCOPE}"
SEARCH, AGENTS = (f"/{SCOPE}/resourcegroups/{name}" for name in ("rg-search", "rg-agents"))
SECRET = "jane.roe"
READER: Role = "Cost Management Reader"
BY_USER = [{"type": "Dimension", "name": "User"}]
DAYS = "from=2026-11-02&to=2026-11-02"
MENU = "$filter=properties/category eq 'User'&$expand=properties/data"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("persons")
    with serving(folder / "data") as server:
        server.workspace.import_prices(write_prices(folder))
        server.workspace.ingest(open_events(_usage(folder), "auto", None))
        yield server


def _usage(folder: Path) -> Path:
    events = [
        event(
            f"{group}-{n}",
            group,
            "search",
            user=f"{SECRET}-{n}",
            session=f"chat of {SECRET}-{n}",
            quantities={"input_text": 1_000 * (n + 1)},
        )
        for group in ("rg-search", "rg-agents")
        for n in range(6)
    ]
    path = folder / "persons.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in events))
    return path


def filtered(name: str, *values: str) -> dict[str, Any]:
    return {"dimensions": {"name": name, "operator": "In", "values": list(values)}}


def query(server: Server, scope: str, **dataset: Any) -> Any:
    return server.call("POST", f"{scope}/{COST}/query", definition(**dataset))


def paths(scope: str) -> list[tuple[str, str, Any]]:
    """Every way to costs by person at a scope."""
    asked = definition(grouping=BY_USER)
    forecast = definition(granularity="Daily") | {
        "timePeriod": {"from": "2026-11-02", "to": "2026-11-30"}
    }
    return [
        ("POST", f"{scope}/{COST}/query", asked),
        ("POST", f"{scope}/{COST}/query?$top=1", definition(grouping=[*BY_USER, *_session()])),
        ("POST", f"{scope}/{COST}/query", definition(grouping=_session(), granularity="Daily")),
        ("POST", f"{scope}/{COST}/forecast", forecast),
        ("GET", f"{scope}/{COST}/dimensions?$expand=properties/data", None),
        ("GET", f"{scope}/{COST}/dimensions?{MENU}", None),
        ("GET", f"/v1/dimensions/User/values?scope={scope}&{DAYS}", None),
        ("GET", f"/v1/dimensions/Session/values?scope={scope}&{DAYS}", None),
        ("GET", f"{scope}/providers/Microsoft.Consumption/usageDetails", None),
        ("GET", f"{scope}/providers/Microsoft.Consumption/tags", None),
        ("GET", "/v1/explain?event=gateway/eu-1%23rg-search-3", None),
    ]


def _session() -> list[dict[str, str]]:
    return [{"type": "Dimension", "name": "Session"}]


@pytest.mark.parametrize("roles", [[("Owner", "/")], [(READER, SUBSCRIPTION)]])
def test_no_path_names_a_person(server: Server, roles: list[tuple[Role, str]]) -> None:
    server.become("reader", *roles)
    for scope in (SUBSCRIPTION, SEARCH):
        for method, path, body in paths(scope):
            answer = server.call(method, path, body)
            assert answer.status_code == 200, (path, answer.text)
            assert SECRET not in answer.text.lower(), path
    shown = query(server, SEARCH, grouping=BY_USER).json()["properties"]["rows"]
    assert len(shown) == 6
    assert all(row[1].startswith("user-") for row in shown)


def test_with_the_role_they_show(server: Server) -> None:
    server.become("analyst", (READER, SUBSCRIPTION), ("Person Reader", SUBSCRIPTION))
    for method, path, body in paths(SEARCH)[:3] + paths(SEARCH)[5:8]:
        assert SECRET in server.call(method, path, body).text, path
    found = query(server, SEARCH, filter=filtered("User", f"{SECRET}-2")).json()["properties"]
    assert [row[0] for row in found["rows"]] == [0.006]
    looks = [e for e in server.workspace.accounts.store.audit(100) if e.action == "PersonsSeen"]
    assert {(look.actor, look.target) for look in looks} >= {
        ("analyst", f"User at {SEARCH}"),
        ("analyst", f'User "{SECRET}-2" at {SEARCH}'),
    }


def test_the_role_reaches_downward_only_and_lets_nobody_read(server: Server) -> None:
    server.become("narrow", (READER, SUBSCRIPTION), ("Person Reader", SEARCH))
    assert SECRET in query(server, SEARCH, grouping=BY_USER).text
    for scope in (AGENTS, SUBSCRIPTION, ""):
        answer = query(server, scope, grouping=BY_USER)
        assert answer.status_code == 200
        assert SECRET not in answer.text
    server.become("person reader", ("Person Reader", "/"))
    for scope in (SEARCH, ""):
        assert query(server, scope, grouping=BY_USER).status_code == 403
    server.become("whole", (READER, SEARCH), ("Person Reader", SUBSCRIPTION))
    assert SECRET in query(server, "", grouping=BY_USER).text


@pytest.mark.parametrize("name", [f"{SECRET}-2", "nobody"])
def test_a_filter_tells_nothing(server: Server, name: str) -> None:
    """The same refusal whether there is such a person or not, by every way to filter."""
    server.become("reader", (READER, SUBSCRIPTION), ("Cost Management Contributor", SEARCH))
    told = filtered("user", name)
    asked = definition(filter={"not": told})
    refusals = [
        query(server, SEARCH, filter=told),
        server.call("POST", f"{SEARCH}/{COST}/query", asked),
        server.call(
            "POST",
            f"{SEARCH}/{COST}/forecast",
            definition(filter=told, granularity="Daily")
            | {"timePeriod": {"from": "2026-11-02", "to": "2026-11-30"}},
        ),
        server.call("PUT", f"{SEARCH}/{COST}/views/by-user", _view(told)),
        server.call("PUT", f"{SEARCH}/{COST}/budgets/by-user", _budget(told)),
    ]
    for answer in refusals:
        assert answer.status_code == 403, answer.text
        assert answer.json()["error"]["code"] == "RBACAccessDenied"
        assert "Person Reader" in answer.text
        assert name not in answer.text


def _view(told: dict[str, Any]) -> dict[str, Any]:
    made = view()
    made["query"]["dataSet"]["filter"] = told
    return {"properties": made}


def _budget(told: dict[str, Any]) -> dict[str, Any]:
    return budget(filter=told)


def test_what_others_keep_names_nobody(server: Server) -> None:
    roles: list[tuple[Role, str]] = [("Owner", SEARCH), ("Person Reader", SEARCH)]
    server.become("keeper", *roles)
    kept = {
        "views": (_view(filtered("User", SECRET)), f"{SEARCH}/{COST}/views"),
        "budgets": (_budget(filtered("User", SECRET)), f"{SEARCH}/{COST}/budgets"),
    }
    for body, path in kept.values():
        made = server.call("PUT", f"{path}/mine", body)
        assert made.status_code == 201, made.text
        assert SECRET in made.text
    server.become("reader", (READER, SEARCH))
    for _, path in kept.values():
        for address in (path, f"{path}/mine"):
            answer = server.call("GET", address)
            assert answer.status_code == 200
            assert SECRET not in answer.text
            assert "********" in answer.text
    server.become("keeper", *roles)
    assert all(SECRET in server.call("GET", path).text for _, path in kept.values())


@pytest.mark.parametrize("persons", [False, True])
def test_a_server_without_authentication(server: Server, persons: bool) -> None:
    """Everybody is Owner; only `--persons` shows persons."""
    app = create_app(server.workspace, authentication=AnonymousOwner(persons=persons))
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.post(
            f"{SEARCH}/{COST}/query?api-version=2025-03-01", json=definition(grouping=BY_USER)
        )
    assert answer.status_code == 200
    assert (SECRET in answer.text) == persons


def test_an_owner_of_everything_erases_a_person(server: Server) -> None:
    """Whether there was such a person is told to nobody."""
    path, wish = "/v1/persons/erase", {"user": f"{SECRET}-5", "sessions": True}
    server.become("part", ("Owner", SUBSCRIPTION), ("Person Reader", "/"))
    for address in (path, f"{path}?scope={SUBSCRIPTION}"):
        refused = server.call("POST", address, wish)
        assert refused.status_code == 403, refused.text
    server.become("whole", ("Owner", "/"))
    answers = [server.call("POST", path, {"user": name}) for name in ("nobody", f"{SECRET}-4")]
    answers.append(server.call("POST", path, wish))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.text for answer in answers} == {'{"erased":true}'}
    assert server.call("POST", path, {"user": " "}).status_code == 400
    server.become("analyst", (READER, "/"), ("Person Reader", "/"))
    shown = query(server, SUBSCRIPTION, grouping=BY_USER).text
    assert f"{SECRET}-3" in shown
    assert f"{SECRET}-4" not in shown
    assert f"{SECRET}-5" not in shown
    entries = server.workspace.accounts.store.audit(20)
    assert {e.actor for e in entries if e.action == "PersonErased"} == {"whole"}
