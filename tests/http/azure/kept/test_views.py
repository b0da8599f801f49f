"""Views over HTTP: whose they are, what may be saved, and which version an update names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.azure.kept.kept_client import COST, GROUP, SUBSCRIPTION, Server, error_of

PATH = f"{GROUP}/{COST}/views"
OWN = f"/{COST}/views"


def view(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "displayName": "By model",
        "query": {
            "type": "Usage",
            "timeframe": "MonthToDate",
            "dataSet": {
                "granularity": "Daily",
                "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
                "grouping": [{"type": "Dimension", "name": "Model"}],
                "sorting": [{"direction": "Ascending", "name": "UsageDate"}],
                "filter": {
                    "or": [
                        {"tags": {"name": "team", "operator": "In", "values": ["a"]}},
                        {"dimensions": {"name": "Model", "operator": "Contains", "values": ["g"]}},
                    ]
                },
            },
        },
        "chart": "StackedColumn",
        "accumulated": "false",
        "metric": "ActualCost",
        "kpis": [{"type": "Forecast", "id": None, "enabled": True}],
        "pivots": [{"type": "Dimension", "name": "ResourceGroup"}],
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def test_a_view_comes_back_as_it_was_saved(server: Server) -> None:
    created = server.call("PUT", f"{PATH}/Mine", {"properties": view()})
    assert created.status_code == 201
    shown = created.json()
    assert shown["id"] == f"{PATH}/Mine"
    assert (shown["name"], shown["type"]) == ("Mine", "Microsoft.CostManagement/Views")
    assert shown["properties"]["scope"] == GROUP
    wanted = view(kpis=[{"type": "Forecast", "enabled": True}])
    assert {name: shown["properties"][name] for name in wanted} == wanted
    assert server.call("GET", f"{PATH.upper()}/mine".replace(COST.upper(), COST)).status_code == 200
    assert server.call("GET", f"{PATH}/Mine").json() == shown
    assert server.call("GET", PATH).json()["value"] == [shown]


def test_what_was_read_can_be_sent_back(server: Server) -> None:
    server.call("PUT", f"{PATH}/v", {"properties": view()})
    shown = server.call("GET", f"{PATH}/v").json()
    again = server.call("PUT", f"{PATH}/v", shown)
    assert again.status_code == 200
    assert again.json()["eTag"] != shown["eTag"]
    stale = server.call("PUT", f"{PATH}/v", shown)
    assert error_of(stale) == (412, "PreconditionFailed", "eTag")
    untold = server.call("PUT", f"{PATH}/v", {"properties": view()})
    assert error_of(untold) == (400, "BadRequest", "eTag")


def test_a_view_is_forgotten(server: Server) -> None:
    server.call("PUT", f"{PATH}/v", {"properties": view()})
    assert server.call("DELETE", f"{PATH}/v").status_code == 200
    assert server.call("DELETE", f"{PATH}/v").status_code == 204
    assert error_of(server.call("GET", f"{PATH}/v"))[:2] == (404, "NotFound")


def test_private_views_are_each_caller_s_own(server: Server) -> None:
    server.become("ann", ("Cost Management Reader", "/subscriptions/s-1"))
    assert (
        server.call("PUT", f"{OWN}/v", {"properties": view(scope=SUBSCRIPTION)}).status_code == 201
    )
    assert server.call("GET", f"{OWN}/v").json()["properties"]["scope"] == SUBSCRIPTION
    server.become("bob", ("Owner", "/"))
    assert server.call("GET", f"{OWN}/v").status_code == 404
    assert server.call("GET", OWN).json()["value"] == []
    assert server.call("DELETE", f"{OWN}/v").status_code == 204
    server.become("ann", ("Cost Management Reader", "/subscriptions/s-1"))
    assert [v["name"] for v in server.call("GET", OWN).json()["value"]] == ["v"]


def test_a_shared_view_needs_a_contributor(server: Server) -> None:
    server.become("ann", ("Cost Management Reader", "/subscriptions/s-1"))
    refused = server.call("PUT", f"{PATH}/v", {"properties": view()})
    assert error_of(refused)[:2] == (403, "RBACAccessDenied")
    server.become("bob", ("Cost Management Contributor", "/subscriptions/s-1"))
    assert server.call("PUT", f"{PATH}/v", {"properties": view()}).status_code == 201
    server.become("eve", ("Cost Management Reader", f"{GROUP}b"))
    assert server.call("GET", f"{PATH}/v").status_code == 403


def test_views_of_a_scope_are_not_those_of_its_parent(server: Server) -> None:
    server.call("PUT", f"{PATH}/v", {"properties": view()})
    assert server.call("GET", f"{SUBSCRIPTION}/{COST}/views").json()["value"] == []


def test_pages(server: Server) -> None:
    for number in range(5):
        server.call("PUT", f"{PATH}/v{number}", {"properties": view()})
    link: str | None = f"{PATH}?$top=2"
    found = []
    while link:
        page = server.call("GET", link).json()
        found += [item["name"] for item in page["value"]]
        link = page["nextLink"]
    assert found == [f"v{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"chart": "Pie"}, "properties.chart"),
        ({"metric": "Cost"}, "properties.metric"),
        ({"accumulated": "yes"}, "properties.accumulated"),
        ({"colour": "red"}, "properties.colour"),
        ({"query": view()["query"] | {"type": "Unknown"}}, "type"),
        ({"query": view()["query"] | {"timeframe": None}}, "properties.query.timeframe"),
        ({"query": view()["query"] | {"timeframe": "Custom"}}, "timePeriod"),
        (
            {
                "query": view()["query"]
                | {"dataSet": {"grouping": [{"type": "Dimension", "name": "X"}]}}
            },
            "dataset.grouping[0].name",
        ),
        ({"pivots": [{"type": "Column", "name": "Model"}]}, "properties.pivots[0].type"),
        ({"scope": "nonsense"}, "scope"),
    ],
)
def test_what_is_no_view(whole: Server, changes: dict[str, Any], target: str) -> None:
    answer = whole.call("PUT", f"{OWN}/bad", {"properties": view(**changes)})
    status, _, at = error_of(answer)
    assert (status, at) == (400, target)
    assert whole.call("GET", f"{OWN}/bad").status_code == 404


def test_a_deep_filter(whole: Server) -> None:
    deep: dict[str, Any] = {"tags": {"name": "a", "operator": "In", "values": ["b"]}}
    for _ in range(60):
        deep = {"and": [deep, deep]} if _ < 2 else {"not": deep}
    query = view()["query"]
    query["dataSet"]["filter"] = deep
    answer = whole.call("PUT", f"{OWN}/deep", {"properties": view(query=query)})
    assert answer.status_code == 400


def test_bodies_that_are_none(whole: Server) -> None:
    bodies: tuple[Any, ...] = (
        {},
        {"properties": None},
        {"properties": []},
        {"properties": {"query": 3}},
    )
    for body in bodies:
        assert whole.call("PUT", f"{OWN}/bad", body).status_code == 400, body
