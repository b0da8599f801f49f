"""Budgets of both providers over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.azure.kept.kept_client import (
    ACCOUNT,
    CONSUMPTION,
    COST,
    GROUP,
    SUBSCRIPTION,
    Server,
    error_of,
)

PATH = f"{SUBSCRIPTION}/{COST}/budgets"


def notification(**changes: Any) -> dict[str, Any]:
    told = {
        "enabled": True,
        "operator": "GreaterThan",
        "threshold": 80,
        "contactEmails": ["a@contoso.com"],
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def budget(**changes: Any) -> dict[str, Any]:
    told = {
        "category": "Cost",
        "amount": 100.65,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z", "endDate": "2027-10-31T00:00:00Z"},
        "filter": {
            "and": [
                {"dimensions": {"name": "Model", "operator": "In", "values": ["gpt-4.1"]}},
                {"tags": {"name": "team", "operator": "In", "values": ["Search", "Assistant"]}},
            ]
        },
        "notifications": {"Actual_80": notification()},
    }
    return {"properties": {k: v for k, v in (told | changes).items() if v is not None}}


def reservation(**changes: Any) -> dict[str, Any]:
    values = {"name": "ReservationId", "operator": "In", "values": ["r-1"]}
    told = {
        "category": "ReservationUtilization",
        "timeGrain": "Last7Days",
        "amount": None,
        "timePeriod": {"startDate": "2026-11-01"},
        "filter": {"dimensions": values},
        "notifications": {"low": notification(operator="LessThan", threshold=99)},
    }
    return budget(**(told | changes))


def test_created_read_updated_removed(server: Server) -> None:
    made = server.call("PUT", f"{PATH}/B-1", budget())
    assert made.status_code == 201
    shown = made.json()
    assert (shown["id"], shown["name"], shown["type"]) == (
        f"{PATH}/B-1",
        "B-1",
        "Microsoft.CostManagement/budgets",
    )
    wanted = budget()["properties"]
    wanted["notifications"]["Actual_80"]["thresholdType"] = "Actual"
    assert shown["properties"] == wanted
    assert server.call("GET", f"{PATH.lower()}/b-1").json()["properties"] == wanted
    raised = server.call("PUT", f"{PATH}/b-1", budget(amount=200) | {"eTag": shown["eTag"]})
    assert (raised.status_code, raised.json()["name"]) == (200, "B-1")
    assert raised.json()["properties"]["amount"] == 200
    assert server.call("DELETE", f"{PATH}/B-1").status_code == 200
    assert error_of(server.call("DELETE", f"{PATH}/B-1"))[:2] == (404, "NotFound")
    assert error_of(server.call("GET", f"{PATH}/B-1"))[:2] == (404, "NotFound")


def test_what_get_answers_can_be_sent_back(server: Server) -> None:
    server.call("PUT", f"{PATH}/b", budget())
    read = server.call("GET", f"{PATH}/b").json()
    again = server.call("PUT", f"{PATH}/b", read)
    assert again.status_code == 200
    assert again.json()["properties"] == read["properties"]


def test_an_old_etag_changes_nothing(server: Server) -> None:
    first = server.call("PUT", f"{PATH}/b", budget() | {"eTag": '"of another time"'}).json()
    server.call("PUT", f"{PATH}/b", budget(amount=2))
    stale = server.call("PUT", f"{PATH}/b", budget(amount=3) | {"eTag": first["eTag"]})
    assert error_of(stale)[:2] == (412, "PreconditionFailed")
    stale = server.call("PUT", f"{PATH}/b", budget(amount=3), If_Match=first["eTag"])
    assert error_of(stale)[:2] == (412, "PreconditionFailed")
    assert server.call("GET", f"{PATH}/b").json()["properties"]["amount"] == 2


def test_both_providers_keep_the_same_budgets_of_costs(server: Server) -> None:
    other = f"{SUBSCRIPTION}/{CONSUMPTION}/budgets"
    server.call("PUT", f"{other}/shared", budget())
    server.call("PUT", f"{PATH}/low-use", reservation())
    assert [b["name"] for b in server.call("GET", PATH).json()["value"]] == ["low-use", "shared"]
    (shared,) = server.call("GET", other).json()["value"]
    assert (shared["name"], shared["type"]) == ("shared", "Microsoft.Consumption/budgets")
    assert error_of(server.call("GET", f"{other}/low-use"))[0] == 404
    assert error_of(server.call("DELETE", f"{other}/low-use"))[0] == 404
    assert error_of(server.call("PUT", f"{other}/x", reservation()))[2] == "properties.category"
    assert server.call("GET", f"{PATH}/low-use").status_code == 200


def test_the_list_by_category(server: Server) -> None:
    server.call("PUT", f"{PATH}/costs", budget())
    server.call("PUT", f"{PATH}/use", reservation())
    asked = f"{PATH}?$filter=properties/category eq 'ReservationUtilization'"
    assert [b["name"] for b in server.call("GET", asked).json()["value"]] == ["use"]
    refused = server.call("GET", f"{PATH}?$filter=properties/amount gt 5")
    assert error_of(refused) == (400, "BadRequest", "$filter")


def test_a_scope_has_its_own_budgets(server: Server) -> None:
    for scope in (SUBSCRIPTION, GROUP, ACCOUNT, f"{SUBSCRIPTION}2"):
        body = budget()
        made = server.call("PUT", f"{scope}/{COST}/budgets/b", body)
        assert made.status_code == 201
    for scope in (SUBSCRIPTION, GROUP, ACCOUNT):
        assert len(server.call("GET", f"{scope}/{COST}/budgets").json()["value"]) == 1
    assert error_of(server.call("GET", f"/{COST}/budgets"))[:2] == (400, "InvalidScope")


def test_the_list_in_pages(server: Server) -> None:
    for number in range(5):
        server.call("PUT", f"{PATH}/b{number}", budget())
    link, names = f"{PATH}?$top=2", []
    while link:
        page = server.call("GET", link).json()
        names += [b["name"] for b in page["value"]]
        link = page["nextLink"]
    assert names == [f"b{number}" for number in range(5)]


def test_defaults(whole: Server) -> None:
    period = {"startDate": "2026-11-01T09:30:00Z"}
    made = whole.call("PUT", f"{PATH}/defaults", budget(timePeriod=period)).json()["properties"]
    assert made["timePeriod"] == {
        "startDate": "2026-11-01T00:00:00Z",
        "endDate": "2036-11-01T00:00:00Z",
    }
    made = whole.call("PUT", f"{PATH}/use", reservation()).json()["properties"]
    assert made["timePeriod"]["endDate"] == "2029-11-01T00:00:00Z"
    assert made["notifications"]["low"]["frequency"] == "Weekly"
    assert "thresholdType" not in made["notifications"]["low"]
    made = whole.call("PUT", f"{PATH}/use30", reservation(timeGrain="Last30Days")).json()
    assert made["properties"]["notifications"]["low"]["frequency"] == "Monthly"


def test_the_start_stays(whole: Server) -> None:
    whole.call("PUT", f"{PATH}/start", budget())
    earlier = {"startDate": "2026-10-01", "endDate": "2027-10-31"}
    refused = whole.call("PUT", f"{PATH}/start", budget(timePeriod=earlier))
    assert refused.json()["error"]["message"] == (
        "Start date of budgets cannot be updated. Please delete and create a new budget."
    )
    same = {"startDate": "2026-11-01T23:59:59Z", "endDate": "2028-10-31"}
    assert whole.call("PUT", f"{PATH}/start", budget(timePeriod=same)).status_code == 200
    refused = whole.call("PUT", f"{PATH}/start", reservation())
    assert error_of(refused)[2] == "properties.category"


@pytest.mark.parametrize(
    ("grain", "start", "later", "status"),
    [
        ("Monthly", "2026-10-01", "2026-11-01", 200),
        ("Quarterly", "2026-07-01", "2026-10-01", 200),
        ("Quarterly", "2026-07-01", "2026-11-01", 400),
        ("Annually", "2026-01-01", "2027-01-01", 200),
        ("Annually", "2026-01-01", "2026-11-01", 400),
        ("BillingMonth", "2026-10-17", "2026-11-17", 200),
        ("BillingMonth", "2026-10-17", "2026-11-16", 400),
    ],
)
def test_a_start_may_move_to_where_a_period_begins(
    whole: Server, grain: str, start: str, later: str, status: int
) -> None:
    path = f"{PATH}/{grain}-{later}"
    answers = [
        whole.call("PUT", path, budget(timeGrain=grain, timePeriod={"startDate": day}))
        for day in (start, later)
    ]
    assert [answer.status_code for answer in answers] == [201, status]
    kept = whole.call("GET", path).json()["properties"]["timePeriod"]["startDate"]
    assert kept == f"{later if status == 200 else start}T00:00:00Z"


def test_a_start_in_the_past_is_taken_so_that_a_deployment_repeats(whole: Server) -> None:
    period = {"startDate": "2023-04-01", "endDate": "2030-01-01"}
    assert whole.call("PUT", f"{PATH}/past", budget(timePeriod=period)).status_code == 201


def test_billing_periods_start_on_any_day(whole: Server) -> None:
    period = {"startDate": "2026-11-17"}
    made = whole.call("PUT", f"{PATH}/bp", budget(timeGrain="BillingMonth", timePeriod=period))
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": "100"}, "amount"),
        ({"timeGrain": "Daily"}, "timeGrain"),
        ({"timeGrain": "Last7Days"}, "timeGrain"),
        ({"timePeriod": {"startDate": "2026-11-02"}}, "timePeriod.startDate"),
        ({"timePeriod": {"startDate": "2017-05-01"}}, "timePeriod.startDate"),
        ({"timePeriod": {"startDate": "2027-12-01"}}, "timePeriod.startDate"),
        ({"timePeriod": {"startDate": "9999-12-01"}}, "timePeriod.startDate"),
        ({"timePeriod": {"startDate": "2026-13-01"}}, "timePeriod.startDate"),
        (
            {"timePeriod": {"startDate": "2026-12-01", "endDate": "2026-12-01"}},
            "timePeriod.endDate",
        ),
        (
            {"timePeriod": {"startDate": "2025-12-01", "endDate": "2026-11-01"}},
            "timePeriod.endDate",
        ),
        ({"filter": {"and": [{"tags": {"name": "a", "operator": "In", "values": ["b"]}}]}}, None),
        ({"filter": {"or": []}}, "filter.or"),
        ({"filter": {"tags": {"name": "a", "operator": "In", "values": []}}}, "filter"),
        (
            {"filter": {"tags": {"name": "a", "operator": "Contains", "values": ["b"]}}},
            "filter.tags.operator",
        ),
        (
            {"filter": {"dimensions": {"name": "Modell", "operator": "In", "values": ["b"]}}},
            "filter",
        ),
        ({"notifications": {str(n): notification() for n in range(6)}}, "notifications"),
        ({"notifications": {"x": notification(operator="LessThan")}}, "notifications.x"),
        ({"notifications": {"x": notification(operator="EqualTo")}}, "notifications.x"),
        ({"notifications": {"x": notification(threshold=1000.01)}}, "notifications.x"),
        ({"notifications": {"x": notification(threshold=-1)}}, "notifications.x"),
        ({"notifications": {"x": notification(threshold=0.001)}}, "notifications.x"),
        ({"notifications": {"x": notification(contactEmails=[])}}, "notifications.x"),
        ({"notifications": {"x": notification(contactEmails=["a b"])}}, "notifications.x"),
        (
            {"notifications": {"x": notification(contactEmails=["a@b.de"] * 51)}},
            "notifications.x",
        ),
        ({"notifications": {"x": notification(contactGroups=["mine"])}}, "notifications.x"),
        ({"notifications": {"x": notification(locale="xx")}}, "notifications.x.locale"),
        ({"amountt": 5}, "amountt"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    whole: Server, changes: dict[str, Any], target: str | None
) -> None:
    status, code, told = error_of(whole.call("PUT", f"{PATH}/bad", budget(**changes)))
    assert (status, code) == (400, "BadRequest")
    assert told == f"properties.{target or 'filter.and'}"
    assert whole.call("GET", f"{PATH}/bad").status_code == 404


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"timeGrain": "Monthly"}, "timeGrain"),
        (
            {"timePeriod": {"startDate": "2026-11-01", "endDate": "2029-11-02"}},
            "timePeriod.endDate",
        ),
        ({"notifications": {n: notification(operator="LessThan") for n in "ab"}}, "notifications"),
        ({"notifications": {"x": notification()}}, "notifications.x"),
        (
            {"notifications": {"x": notification(operator="LessThan", threshold=101)}},
            "notifications.x",
        ),
        ({"filter": {"tags": {"name": "a", "operator": "In", "values": ["b"]}}}, "filter"),
        (
            {"filter": {"dimensions": {"name": "Model", "operator": "In", "values": ["b"]}}},
            "filter",
        ),
    ],
)
def test_alerts_of_a_reservations_use_have_their_own_limits(
    whole: Server, changes: dict[str, Any], target: str
) -> None:
    answer = error_of(whole.call("PUT", f"{ACCOUNT}/{COST}/budgets/bad", reservation(**changes)))
    assert answer == (400, "BadRequest", f"properties.{target}")


def test_limits_that_differ_by_provider_and_scope(whole: Server) -> None:
    kinds = ("Actual", "Forecasted")
    ten = {f"{k}{n}": notification(thresholdType=k) for k in kinds for n in range(5)}
    assert whole.call("PUT", f"{PATH}/ten", budget(notifications=ten)).status_code == 201
    other = f"{SUBSCRIPTION}/{CONSUMPTION}/budgets"
    refused = whole.call("PUT", f"{other}/ten", budget(notifications=ten))
    assert error_of(refused)[2] == "properties.notifications"
    equal = budget(notifications={"x": notification(operator="EqualTo")})
    assert whole.call("PUT", f"{other}/equal", equal).status_code == 201
    people = budget(notifications={"x": notification(contactEmails=[], contactRoles=["Owner"])})
    assert whole.call("PUT", f"{PATH}/people", people).status_code == 201
    refused = whole.call("PUT", f"{ACCOUNT}/{COST}/budgets/people", people)
    assert error_of(refused)[2] == "properties.notifications.x"


@pytest.mark.parametrize("name", ["a b", "a.b", "x" * 65, "%C3%A4"])
def test_names(whole: Server, name: str) -> None:
    assert error_of(whole.call("PUT", f"{PATH}/{name}", budget())) == (400, "BadRequest", "name")


def test_readers_read_and_contributors_write(server: Server) -> None:
    server.call("PUT", f"{PATH}/b", budget())
    server.call("PUT", f"{GROUP}/{COST}/budgets/b", budget())
    server.become("reader", ("Cost Management Reader", GROUP))
    assert server.call("GET", f"{GROUP}/{COST}/budgets/b").status_code == 200
    for method, path in (
        ("GET", f"{PATH}/b"),
        ("GET", PATH),
        ("GET", f"{GROUP}b/{COST}/budgets"),
        ("PUT", f"{GROUP}/{COST}/budgets/b"),
        ("DELETE", f"{GROUP}/{COST}/budgets/b"),
    ):
        refused = server.call(method, path, budget() if method == "PUT" else None)
        assert error_of(refused)[:2] == (403, "RBACAccessDenied")
    server.become("writer", ("Cost Management Contributor", GROUP))
    assert server.call("PUT", f"{GROUP}/{COST}/budgets/b", budget()).status_code == 200
    assert error_of(server.call("PUT", f"{PATH}/b", budget()))[0] == 403


def test_changes_are_audited(server: Server) -> None:
    server.call("PUT", f"{PATH}/b", budget())
    server.call("DELETE", f"{PATH}/b")
    entries = server.workspace.accounts.store.audit(10)
    assert [(e.action, e.actor, e.target) for e in entries] == [
        ("ResourceRemoved", "owner", f"budgets b at {SUBSCRIPTION.lower()}"),
        ("ResourceSaved", "owner", f"budgets b at {SUBSCRIPTION.lower()}"),
    ]
