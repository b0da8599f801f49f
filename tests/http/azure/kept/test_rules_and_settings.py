"""Cost allocation rules and tag inheritance over HTTP: kept, validated, removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.azure.kept.kept_client import (
    ACCOUNT,
    COST,
    GROUP,
    SUBSCRIPTION,
    Server,
    error_of,
)

RULES = f"{ACCOUNT}/{COST}/costAllocationRules"
SETTING = f"{SUBSCRIPTION}/{COST}/settings/taginheritance"


def source(**changes: Any) -> dict[str, Any]:
    told = {"resourceType": "Tag", "name": "category", "values": ["devops"]}
    return told | changes


def target(*percentages: float, **changes: Any) -> dict[str, Any]:
    values = [{"name": f"rg-{n}", "percentage": p} for n, p in enumerate(percentages)]
    told = {
        "resourceType": "Dimension",
        "name": "ResourceGroupName",
        "policyType": "FixedProportion",
        "values": values,
    }
    return told | changes


def rule(
    given: dict[str, Any] | None = None, to: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    details = {
        "sourceResources": [given or source()],
        "targetResources": [to or target(33.33, 33.33, 33.34)],
    }
    told = {"description": "This is a testRule", "status": "Active", "details": details}
    return {"properties": told | changes}


def test_created_read_updated_removed(server: Server) -> None:
    made = server.call("PUT", f"{RULES}/testRule", rule())
    assert made.status_code == 201
    shown = made.json()
    dates = {"createdDate": "2026-11-20T12:00:00Z", "updatedDate": "2026-11-20T12:00:00Z"}
    assert shown["properties"] == rule()["properties"] | dates
    assert (shown["id"], shown["type"]) == (
        f"{RULES}/testRule",
        "Microsoft.CostManagement/costAllocationRules",
    )
    assert server.call("GET", f"{RULES}/TESTRULE").json() == shown
    assert server.call("GET", RULES).json() == {"value": [shown], "nextLink": None}
    assert server.call("PUT", f"{RULES}/testrule", shown).status_code == 200
    off = server.call("PUT", f"{RULES}/testRule", rule(status="NotActive"))
    assert off.json()["properties"]["status"] == "NotActive"
    assert server.call("DELETE", f"{RULES}/testRule").status_code == 200
    assert server.call("DELETE", f"{RULES}/testRule").status_code == 204
    assert server.call("DELETE", f"{RULES}/another").status_code == 204
    assert error_of(server.call("GET", f"{RULES}/testRule"))[:2] == (404, "NotFound")
    assert server.call("GET", RULES).json()["value"] == []
    assert server.call("PUT", f"{RULES}/testRule", rule()).status_code == 201


def test_what_a_rule_moves_is_due_at_once(server: Server) -> None:
    due = server.workspace.settling_due
    due.clear()
    server.call("PUT", f"{RULES}/testRule", rule())
    assert due.is_set()
    due.clear()
    server.call("DELETE", f"{RULES}/testRule")
    assert due.is_set()
    due.clear()
    server.call("DELETE", f"{RULES}/testRule")
    assert not due.is_set()


def test_names_are_checked(server: Server) -> None:
    path = f"{RULES}/checkNameAvailability"
    body = {"name": "testRule", "type": "Microsoft.CostManagement/costAllocationRules"}
    assert server.call("POST", path, body).json() == {"nameAvailable": True}
    server.call("PUT", f"{RULES}/testRule", rule())
    taken = server.call("POST", path, body).json()
    assert (taken["nameAvailable"], taken["reason"]) == (False, "AlreadyExists")
    server.call("DELETE", f"{RULES}/testRule")
    assert server.call("POST", path, body).json() == {"nameAvailable": True}


def test_dimensions_are_written_as_azure_does(whole: Server) -> None:
    given = source(resourceType="dimension", name="subscriptionid", values=["s-1"])
    made = whole.call("PUT", f"{RULES}/spelling", rule(given)).json()["properties"]
    assert made["details"]["sourceResources"][0] == {
        "resourceType": "Dimension",
        "name": "SubscriptionId",
        "values": ["s-1"],
    }


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (rule(status="Processing"), "status"),
        (rule(status="On"), "status"),
        (rule(details={"sourceResources": [], "targetResources": [target(100)]}), "s"),
        (rule(details={"sourceResources": [source()], "targetResources": [target(100)] * 2}), "t"),
        (rule(source(name="Meter", resourceType="Dimension")), "s[0].name"),
        (rule(source(values=[])), "s[0].values"),
        (rule(source(values=["a", "A"])), "s[0].values"),
        (rule(source(values=[str(n) for n in range(26)])), "s[0].values"),
        (rule(source(values=[" "])), "s[0].values"),
        (rule(to=target(45, 54)), "t[0].values"),
        (rule(to=target(50, 50.01)), "t[0].values"),
        (rule(to=target(100, 0)), "t[0].values"),
        (rule(to=target(33.333, 66.667)), "t[0].values"),
        (rule(to=target(-10, 110)), "t[0].values"),
        (rule(to=target(100, policyType="Even")), "t[0].policyType"),
        (rule(source(resourceType="Dimension", name="ResourceGroupName", values=["RG-0"])), ""),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    whole: Server, body: dict[str, Any], place: str
) -> None:
    status, code, told = error_of(whole.call("PUT", f"{RULES}/bad", body))
    assert (status, code) == (400, "BadRequest")
    names = {"s": "details.sourceResources", "t": "details.targetResources", "": "details"}
    wanted = names.get(place) or names.get(place[0], "") + place[1:]
    assert told == f"properties.{place if place == 'status' else wanted}"


def test_rules_are_a_billing_accounts(whole: Server) -> None:
    refused = whole.call("PUT", f"{SUBSCRIPTION}/{COST}/costAllocationRules/r", rule())
    assert error_of(refused)[:2] == (400, "InvalidScope")


def test_the_setting_of_a_scope(server: Server) -> None:
    body = {"kind": "taginheritance", "properties": {"preferContainerTags": True}}
    assert error_of(server.call("GET", SETTING))[:2] == (404, "NotFound")
    assert server.call("DELETE", SETTING).status_code == 204
    made = server.call("PUT", SETTING, body)
    assert made.status_code == 201
    assert made.json() == body | {
        "id": SETTING,
        "name": "taginheritance",
        "type": "Microsoft.CostManagement/Settings",
    }
    assert server.call("GET", SETTING).json() == made.json()
    listed = server.call("GET", SETTING.rpartition("/")[0]).json()
    assert listed == {"value": [made.json()]}
    assert server.call("PUT", SETTING, made.json()).status_code == 200
    assert server.call("DELETE", SETTING).status_code == 200
    assert server.call("GET", SETTING.rpartition("/")[0]).json() == {"value": []}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (SETTING, {}, 400),
        (SETTING, {"properties": {}}, 400),
        (SETTING, {"kind": "other", "properties": {"preferContainerTags": True}}, 400),
        (SETTING, {"properties": {"preferContainerTags": "yes"}}, 400),
        (SETTING + "x", {"properties": {"preferContainerTags": True}}, 404),
        (f"{GROUP}/{COST}/settings/taginheritance", {"properties": {}}, 400),
    ],
)
def test_no_setting(whole: Server, path: str, body: dict[str, Any], status: int) -> None:
    assert error_of(whole.call("PUT", path, body))[0] == status


def test_roles(server: Server) -> None:
    server.call("PUT", f"{RULES}/r", rule())
    for role in ("Cost Management Reader", "Billing Reader"):
        server.become("reader", (role, ACCOUNT))
        assert server.call("GET", RULES).status_code == 200
        assert error_of(server.call("PUT", f"{RULES}/r", rule()))[0] == 403
        assert error_of(server.call("DELETE", f"{RULES}/r"))[0] == 403
    server.become("of a group", ("Cost Management Contributor", GROUP))
    assert error_of(server.call("GET", RULES))[0] == 403
    assert error_of(server.call("GET", SETTING))[0] == 403
