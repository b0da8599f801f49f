"""Scheduled actions over HTTP: private ones and those of a scope."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.azure.kept.kept_client import COST, GROUP, SUBSCRIPTION, Server, error_of

OWN = f"/{COST}/scheduledActions"
SHARED = f"{SUBSCRIPTION}/{COST}/scheduledActions"
VIEW = f"/{COST}/views/swaggerExample"


def schedule(**changes: Any) -> dict[str, Any]:
    told = {
        "frequency": "Monthly",
        "weeksOfMonth": ["First", "Third"],
        "daysOfWeek": ["Monday"],
        "hourOfDay": 10,
        "startDate": "2026-06-19T22:21:51.128714Z",
        "endDate": "2027-06-19T22:21:51.128714Z",
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def action(kind: str = "Email", **changes: Any) -> dict[str, Any]:
    told = {
        "displayName": "Monthly Cost By Resource",
        "fileDestination": {"fileFormats": ["Csv"]},
        "notification": {"to": ["user@gmail.com"], "subject": "Cost by resource this month"},
        "schedule": schedule(),
        "status": "Enabled",
        "viewId": VIEW,
    }
    properties = {name: value for name, value in (told | changes).items() if value is not None}
    return {"kind": kind, "properties": properties}


def anomaly(**changes: Any) -> dict[str, Any]:
    daily = schedule(frequency="Daily", weeksOfMonth=None, daysOfWeek=None)
    return action("InsightAlert", **({"schedule": daily} | changes))


@pytest.mark.parametrize(("path", "scope"), [(OWN, ""), (SHARED, SUBSCRIPTION.strip("/"))])
def test_created_read_updated_removed(server: Server, path: str, scope: str) -> None:
    made = server.call("PUT", f"{path}/Monthly", action(), If_Match="")
    assert made.status_code == 201
    shown = made.json()
    assert shown["properties"] == action()["properties"] | {"scope": scope}
    assert (shown["id"], shown["type"], shown["kind"]) == (
        f"{path}/Monthly",
        "Microsoft.CostManagement/ScheduledActions",
        "Email",
    )
    assert shown["systemData"] == {
        "createdBy": "owner",
        "createdByType": "User",
        "createdAt": "2026-11-20T12:00:00Z",
        "lastModifiedBy": "owner",
        "lastModifiedByType": "User",
        "lastModifiedAt": "2026-11-20T12:00:00Z",
    }
    assert server.call("GET", f"{path}/monthly").json() == shown
    assert server.call("GET", path).json() == {"value": [shown], "nextLink": None}
    assert server.call("PUT", f"{path}/MONTHLY", shown).status_code == 200
    assert server.call("DELETE", f"{path}/monthly").status_code == 200
    assert server.call("DELETE", f"{path}/monthly").status_code == 204
    assert error_of(server.call("GET", f"{path}/monthly"))[:2] == (404, "NotFound")


def test_conditions(server: Server) -> None:
    first = server.call("PUT", f"{OWN}/a", action(), If_None_Match="*").json()["eTag"]
    assert error_of(server.call("PUT", f"{OWN}/a", action(), If_None_Match="*"))[0] == 412
    second = server.call("PUT", f"{OWN}/a", action(), If_Match=first)
    assert second.status_code == 200
    assert error_of(server.call("PUT", f"{OWN}/a", action(), If_Match=first))[:2] == (
        412,
        "PreconditionFailed",
    )
    assert error_of(server.call("PUT", f"{OWN}/new", action(), If_Match="*"))[0] == 412
    assert server.call("PUT", f"{OWN}/a", action()).status_code == 200


def test_private_ones_are_their_owners(server: Server) -> None:
    server.call("PUT", f"{OWN}/a", action())
    server.become("reader", ("Cost Management Reader", GROUP))
    assert server.call("GET", OWN).json()["value"] == []
    assert error_of(server.call("GET", f"{OWN}/a"))[0] == 404
    assert server.call("POST", f"/{COST}/checkNameAvailability", {"name": "a"}).json() == {
        "nameAvailable": True
    }
    assert server.call("PUT", f"{OWN}/a", action(displayName="mine")).status_code == 201
    assert server.call("DELETE", f"{OWN}/a").status_code == 200
    server.become("owner", ("Owner", "/"))
    assert len(server.call("GET", OWN).json()["value"]) == 1


def test_shared_ones_take_a_contributor(server: Server) -> None:
    server.call("PUT", f"{SHARED}/a", action())
    server.become("reader", ("Cost Management Reader", SUBSCRIPTION))
    assert server.call("GET", f"{SHARED}/a").status_code == 200
    for method, path in (("PUT", "a"), ("DELETE", "a"), ("POST", "a/execute")):
        body = action() if method == "PUT" else None
        assert error_of(server.call(method, f"{SHARED}/{path}", body))[0] == 403
    server.become("other", ("Cost Management Contributor", GROUP))
    assert error_of(server.call("GET", SHARED))[0] == 403


def test_nobody_is_sent_a_view_that_they_may_not_see(server: Server) -> None:
    server.become("writer", ("Cost Management Contributor", GROUP))
    path = f"{GROUP}/{COST}/scheduledActions/a"
    hidden = action(viewId=f"{SUBSCRIPTION}/{COST}/views/all")
    assert error_of(server.call("PUT", path, hidden))[:2] == (403, "RBACAccessDenied")
    assert server.call("PUT", path, action(viewId=f"{GROUP}/{COST}/views/x")).status_code == 201


def test_sending_now_is_asked_for(server: Server) -> None:
    server.call("PUT", f"{OWN}/a", action())
    answer = server.call("POST", f"{OWN}/A/execute")
    assert (answer.status_code, answer.content) == (200, b"")
    (run,) = server.workspace.kept.store.everywhere("scheduledActions/runs")
    assert (run.place.parent, run.created_by) == ("a", "owner")
    assert error_of(server.call("POST", f"{OWN}/b/execute"))[0] == 404
    server.call("DELETE", f"{OWN}/a")
    assert server.workspace.kept.store.everywhere("scheduledActions/runs") == []


def test_the_list_of_a_view(server: Server) -> None:
    server.call("PUT", f"{SHARED}/a", action())
    server.call("PUT", f"{SHARED}/b", action(viewId=f"{SUBSCRIPTION}/{COST}/views/other"))
    asked = f"{SHARED}?$filter=properties/viewId eq '{VIEW.upper()}'"
    assert [item["name"] for item in server.call("GET", asked).json()["value"]] == ["a"]
    refused = server.call("GET", f"{SHARED}?$filter=properties/status eq 'x'")
    assert error_of(refused)[2] == "$filter"


def test_what_ran_out_is_expired(whole: Server) -> None:
    past = schedule(startDate="2020-06-19T22:21:51.1287144Z", endDate="2021-06-19T22:21:51Z")
    made = whole.call("PUT", f"{OWN}/past", action(schedule=past))
    assert (made.status_code, made.json()["properties"]["status"]) == (201, "Expired")


def test_whether_a_name_is_free(whole: Server) -> None:
    whole.call("PUT", f"{SHARED}/taken", action())
    path = f"{SUBSCRIPTION}/{COST}/checkNameAvailability"
    body = {"name": "TAKEN", "type": "Microsoft.CostManagement/scheduledActions"}
    taken = whole.call("POST", path, body).json()
    assert (taken["nameAvailable"], taken["reason"]) == (False, "AlreadyExists")
    assert taken["message"].startswith("A shared scheduled action with name 'TAKEN'")
    assert whole.call("POST", path, {"name": "free"}).json() == {"nameAvailable": True}
    bad = whole.call("POST", path, {"name": "a/b"}).json()
    assert (bad["nameAvailable"], bad["reason"]) == (False, "Invalid")
    assert error_of(whole.call("POST", path, {"name": "x", "type": "y"}))[2] == "type"
    assert error_of(whole.call("POST", path, {}))[2] == "name"


def test_anomaly_rules_of_a_subscription(server: Server) -> None:
    for number in range(5):
        assert server.call("PUT", f"{SHARED}/a{number}", anomaly()).status_code == 201
    assert error_of(server.call("PUT", f"{SHARED}/a5", anomaly()))[2] == "kind"
    assert server.call("PUT", f"{SHARED}/a4", anomaly()).status_code == 200
    assert error_of(server.call("PUT", f"{SHARED}/a4", action()))[2] == "kind"
    assert server.call("PUT", f"{SHARED}/mail", action()).status_code == 201
    group = f"{GROUP}/{COST}/scheduledActions/a"
    assert error_of(server.call("PUT", group, anomaly()))[2] == "kind"
    weekly = schedule(frequency="Weekly")
    assert error_of(server.call("PUT", f"{SHARED}/a0", anomaly(schedule=weekly)))[0] == 400


@pytest.mark.parametrize(
    ("changes", "code", "target"),
    [
        ({"displayName": None}, "BadRequest", "properties"),
        ({"displayName": " "}, "BadRequest", "properties.displayName"),
        ({"status": "On"}, "BadRequest", "properties.status"),
        ({"viewId": "swaggerExample"}, "InvalidView", "properties.viewId"),
        ({"viewId": f"{VIEW}/x"}, "InvalidView", "properties.viewId"),
        ({"viewId": f"/nowhere{VIEW}"}, "InvalidView", "properties.viewId"),
        (
            {"notification": {"subject": "x"}},
            "InvalidScheduledActionEmailRecipients",
            "properties.notification.to",
        ),
        (
            {"notification": {"to": ["nobody"], "subject": "x"}},
            "InvalidScheduledActionEmailRecipients",
            "properties.notification.to",
        ),
        (
            {"notification": {"to": ["a@b.de"], "subject": "x" * 71}},
            "BadRequest",
            "properties.notification.subject",
        ),
        (
            {"notification": {"to": ["a@b.de"], "subject": "x\r\nBcc: c@d.de"}},
            "BadRequest",
            "properties.notification.subject",
        ),
        (
            {"notification": {"to": ["a@b.de"], "subject": "x", "message": "x" * 251}},
            "BadRequest",
            "properties.notification.message",
        ),
        ({"schedule": schedule(hourOfDay=24)}, "BadRequest", "properties.schedule.hourOfDay"),
        ({"schedule": schedule(weeksOfMonth=None)}, "BadRequest", "properties.schedule"),
        ({"schedule": schedule(dayOfMonth=32)}, "BadRequest", "properties.schedule.dayOfMonth"),
        (
            {"schedule": schedule(frequency="Weekly", daysOfWeek=None)},
            "BadRequest",
            "properties.schedule.daysOfWeek",
        ),
        (
            {"schedule": schedule(endDate="2020-01-01T00:00:00Z")},
            "BadRequest",
            "properties.schedule.endDate",
        ),
        ({"schedules": {}}, "BadRequest", "properties.schedules"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    whole: Server, changes: dict[str, Any], code: str, target: str
) -> None:
    answer = whole.call("PUT", f"{SHARED}/bad", action(**changes))
    assert error_of(answer) == (400, code, target)
