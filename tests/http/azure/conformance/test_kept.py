"""Budgets, alerts, exports, scheduled actions, settings and allocation rules by Azure's clients."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import httpx
import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.core.rest import HttpRequest
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.arm.documents import text_of
from costplane.app.workspace import Workspace
from costplane.core.arm_resource import ArmResource, Place
from tests.http.azure.conformance.estate import EA, NOW, SCOPES
from tests.http.azure.conformance.registry import case
from tests.http.azure.kept.test_alerts import ALERT
from tests.http.azure.kept.test_budgets import budget, notification, reservation
from tests.http.azure.kept.test_exports import export
from tests.http.azure.kept.test_rules_and_settings import rule
from tests.http.azure.kept.test_scheduled_actions import action

SCOPE = SCOPES["Subscription"]
PRIVATE = "/providers/Microsoft.CostManagement/scheduledActions"


def kept(workspace: Workspace, kind: str, scope: str) -> list[str]:
    """Names at a scope, read from the control plane's file."""
    with sqlite3.connect(workspace.data / "control.sqlite") as database:
        rows = database.execute(
            "SELECT name FROM arm_resource WHERE kind = ? AND scope = ? ORDER BY name",
            (kind, scope),
        ).fetchall()
    return [name for (name,) in rows]


def sent(body: dict[str, Any]) -> Any:
    """JSON, which the clients take in the place of their models."""
    return body


def status_of(caught: pytest.ExceptionInfo[HttpResponseError]) -> tuple[int | None, str | None]:
    error = caught.value.error
    return caught.value.status_code, error.code if error else None


@case(
    "costmanagement.budgets.create_or_update",
    "costmanagement.budgets.get",
    "costmanagement.budgets.list",
    "costmanagement.budgets.delete",
)
@pytest.mark.parametrize("kind", SCOPES)
def test_budgets(cost: CostManagementClient, demo: Workspace, kind: str) -> None:
    scope, budgets = SCOPES[kind], cost.budgets
    made = budgets.create_or_update(scope, "Costs", sent(budget()))
    assert kept(demo, "budgets", f"/{scope.lower()}") == ["Costs"]
    assert made.properties is not None
    assert (made.name, made.properties.amount, made.properties.time_grain) == (
        "Costs",
        100.65,
        "Monthly",
    )
    assert budgets.get(scope, "costs").as_dict() == made.as_dict()
    budgets.create_or_update(scope, "Use", sent(reservation()))
    only = budgets.list(scope, filter="properties/category eq 'ReservationUtilization'")
    assert [item.name for item in only] == ["Use"]
    assert sorted(str(item.name) for item in budgets.list(scope)) == ["Costs", "Use"]
    changed = budgets.create_or_update(scope, "Costs", made)
    assert changed.e_tag != made.e_tag
    with pytest.raises(HttpResponseError) as caught:
        budgets.create_or_update(scope, "Costs", made)
    assert status_of(caught) == (412, "PreconditionFailed")
    for name in ("Costs", "Use"):
        budgets.delete(scope, name)
    with pytest.raises(ResourceNotFoundError):
        budgets.get(scope, "Costs")


@case(
    "consumption.budgets.create_or_update",
    "consumption.budgets.get",
    "consumption.budgets.list",
    "consumption.budgets.delete",
)
@pytest.mark.parametrize("kind", SCOPES)
def test_consumption_budgets(
    consumption: ConsumptionManagementClient, cost: CostManagementClient, kind: str
) -> None:
    scope, budgets = SCOPES[kind], consumption.budgets
    made = budgets.create_or_update(scope, "Shared", sent(budget()))
    assert made.type == "Microsoft.Consumption/budgets"
    assert budgets.get(scope, "SHARED").as_dict() == made.as_dict()
    assert [item.name for item in budgets.list(scope)] == ["Shared"]
    assert [item.name for item in cost.budgets.list(scope)] == ["Shared"]
    wrong = budget(notifications={"x": notification(threshold=2000)})
    with pytest.raises(HttpResponseError) as caught:
        budgets.create_or_update(scope, "Wrong", sent(wrong))
    assert status_of(caught) == (400, "BadRequest")
    budgets.delete(scope, "Shared")
    assert list(budgets.list(scope)) == []


@case("costmanagement.alerts.list", "costmanagement.alerts.get", "costmanagement.alerts.dismiss")
@pytest.mark.parametrize("kind", SCOPES)
def test_alerts(cost: CostManagementClient, demo: Workspace, kind: str) -> None:
    scope, name = SCOPES[kind], "11111111-2222-3333-4444-555555555555"
    raise_alert(demo, scope, name)
    listed = cost.alerts.list(scope)
    assert [
        (item.name, item.properties.status) for item in listed.value or [] if item.properties
    ] == [(name, "Active")]
    dismissed: Any = {"properties": {"status": "Dismissed"}}
    answered = cost.alerts.dismiss(scope, name, dismissed).properties
    found = cost.alerts.get(scope, name).properties
    assert answered is not None
    assert found is not None
    assert found.as_dict() == answered.as_dict()
    assert found.status == "Dismissed"
    assert found.details is not None
    assert (found.details.threshold, found.details.current_spend) == (
        ALERT.details.threshold,
        ALERT.details.current_spend,
    )
    demo.kept.remove(Place("alerts", f"/{scope.lower()}"), name, "System")


@case("costmanagement.alerts.list_external")
def test_alerts_outside_azure(cost: CostManagementClient, demo: Workspace) -> None:
    scope = SCOPES["ExternalBillingAccount"]
    raise_alert(demo, scope, "outside")
    listed = cost.alerts.list_external("externalBillingAccounts", scope.rpartition("/")[2])
    assert [item.name for item in listed.value or []] == ["outside"]
    demo.kept.remove(Place("alerts", f"/{scope.lower()}"), "outside", "System")


def raise_alert(demo: Workspace, scope: str, name: str) -> None:
    place = Place("alerts", f"/{scope.lower()}")
    new = ArmResource(place, name, text_of(ALERT), '"1"', NOW, "System", NOW, "System")
    demo.kept.store.change(place, name, lambda _: new, None)


@case(
    "costmanagement.exports.create_or_update",
    "costmanagement.exports.get",
    "costmanagement.exports.list",
    "costmanagement.exports.execute",
    "costmanagement.exports.get_execution_history",
    "costmanagement.exports.delete",
)
@pytest.mark.parametrize("kind", SCOPES)
def test_exports(cost: CostManagementClient, demo: Workspace, kind: str) -> None:
    scope, exports = SCOPES[kind], cost.exports
    made = exports.create_or_update(scope, "Daily", sent(export()))
    assert kept(demo, "exports", f"/{scope.lower()}") == ["Daily"]
    assert exports.get(scope, "daily").as_dict() == made.as_dict()
    assert [item.name for item in exports.list(scope).value or []] == ["Daily"]
    with pytest.raises(HttpResponseError) as caught:
        exports.create_or_update(scope, "Daily", sent(export()))
    assert status_of(caught) == (400, "BadRequest")
    exports.create_or_update(scope, "Daily", made)
    exports.execute(scope, "Daily")
    days: Any = {"timePeriod": {"from": NOW - timedelta(days=40), "to": NOW - timedelta(days=30)}}
    days["timePeriod"] = {key: value.isoformat() for key, value in days["timePeriod"].items()}
    exports.execute(scope, "Daily", days)
    history = exports.get_execution_history(scope, "Daily").value or []
    told = [run.properties for run in history]
    assert [(t.status, t.execution_type, t.submitted_time) for t in told if t] == [
        ("Queued", "OnDemand", NOW)
    ] * 2
    embedded = exports.get(scope, "Daily", expand="runHistory").properties
    assert embedded is not None
    assert embedded.run_history is not None
    assert len(embedded.run_history.value or []) == 2
    exports.delete(scope, "Daily")
    assert kept(demo, "exports/runs", f"/{scope.lower()}") == []


@case(
    "costmanagement.scheduled_actions.create_or_update",
    "costmanagement.scheduled_actions.get",
    "costmanagement.scheduled_actions.list",
    "costmanagement.scheduled_actions.run",
    "costmanagement.scheduled_actions.check_name_availability",
    "costmanagement.scheduled_actions.delete",
)
def test_private_scheduled_actions(cost: CostManagementClient, demo: Workspace) -> None:
    actions = cost.scheduled_actions
    asked: Any = {"name": "Mine", "type": "Microsoft.CostManagement/ScheduledActions"}
    assert actions.check_name_availability(asked).name_available
    made = actions.create_or_update(
        "Mine",
        sent(action()),
        match_condition=MatchConditions.IfMissing,
    )
    assert made.id == f"{PRIVATE}/Mine"
    with pytest.raises(ResourceExistsError):
        actions.create_or_update(
            "Mine",
            sent(action()),
            match_condition=MatchConditions.IfMissing,
        )
    taken = actions.check_name_availability(asked)
    assert (taken.name_available, taken.reason) == (False, "AlreadyExists")
    assert actions.get("mine").as_dict() == made.as_dict()
    assert [item.name for item in actions.list()] == ["Mine"]
    view = action()["properties"]["viewId"]
    assert [item.name for item in actions.list(filter=f"properties/viewId eq '{view}'")] == ["Mine"]
    actions.run("Mine")
    assert len(kept(demo, "scheduledActions/runs", "/")) == 1
    actions.delete("Mine")
    actions.delete("Mine")
    assert list(actions.list()) == []


@case(
    "costmanagement.scheduled_actions.create_or_update_by_scope",
    "costmanagement.scheduled_actions.get_by_scope",
    "costmanagement.scheduled_actions.list_by_scope",
    "costmanagement.scheduled_actions.run_by_scope",
    "costmanagement.scheduled_actions.check_name_availability_by_scope",
    "costmanagement.scheduled_actions.delete_by_scope",
)
@pytest.mark.parametrize("kind", SCOPES)
def test_scheduled_actions_of_a_scope(
    cost: CostManagementClient, demo: Workspace, kind: str
) -> None:
    scope, actions = SCOPES[kind], cost.scheduled_actions
    asked: Any = {"name": "Ours"}
    assert actions.check_name_availability_by_scope(scope, asked).name_available
    made = actions.create_or_update_by_scope(scope, "Ours", sent(action()))
    assert made.properties is not None
    assert made.properties.scope == scope
    assert not actions.check_name_availability_by_scope(scope, asked).name_available
    assert actions.get_by_scope(scope, "ours").as_dict() == made.as_dict()
    assert [item.name for item in actions.list_by_scope(scope)] == ["Ours"]
    actions.create_or_update_by_scope(
        scope, "Ours", made, etag=made.e_tag, match_condition=MatchConditions.IfNotModified
    )
    with pytest.raises(ResourceModifiedError):
        actions.create_or_update_by_scope(
            scope, "Ours", made, etag=made.e_tag, match_condition=MatchConditions.IfNotModified
        )
    actions.run_by_scope(scope, "Ours")
    actions.delete_by_scope(scope, "Ours")
    actions.delete_by_scope(scope, "Ours")
    assert kept(demo, "scheduledActions/runs", f"/{scope.lower()}") == []


@case(
    "costmanagement.settings.create_or_update_by_scope",
    "costmanagement.settings.get_by_scope",
    "costmanagement.settings.list",
    "costmanagement.settings.delete_by_scope",
)
@pytest.mark.parametrize("kind", ["Subscription", "BillingAccount", "BillingProfile"])
def test_settings(cost: CostManagementClient, demo: Workspace, kind: str) -> None:
    scope, settings = SCOPES[kind], cost.settings
    body: Any = {"kind": "taginheritance", "properties": {"preferContainerTags": True}}
    made = settings.create_or_update_by_scope(scope, "taginheritance", body)
    assert made.as_dict()["properties"] == {"preferContainerTags": True}
    assert kept(demo, "settings", f"/{scope.lower()}") == ["taginheritance"]
    assert settings.get_by_scope(scope, "taginheritance").as_dict() == made.as_dict()
    assert [item.as_dict() for item in settings.list(scope).value or []] == [made.as_dict()]
    settings.delete_by_scope(scope, "taginheritance")
    settings.delete_by_scope(scope, "taginheritance")
    with pytest.raises(ResourceNotFoundError):
        settings.get_by_scope(scope, "taginheritance")


@case(
    "costmanagement.cost_allocation_rules.create_or_update",
    "costmanagement.cost_allocation_rules.get",
    "costmanagement.cost_allocation_rules.list",
    "costmanagement.cost_allocation_rules.check_name_availability",
    "costmanagement.cost_allocation_rules.delete",
)
def test_cost_allocation_rules(cost: CostManagementClient, demo: Workspace) -> None:
    rules = cost.cost_allocation_rules
    asked: Any = {"name": "shared", "type": "Microsoft.CostManagement/costAllocationRules"}
    assert rules.check_name_availability(EA, asked).name_available
    made = rules.create_or_update(EA, "shared", sent(rule(status="NotActive")))
    assert made.properties is not None
    assert (made.properties.status, made.properties.created_date) == ("NotActive", NOW)
    assert rules.get(EA, "Shared").as_dict() == made.as_dict()
    assert [item.name for item in rules.list(EA)] == ["shared"]
    assert not rules.check_name_availability(EA, asked).name_available
    assert rules.create_or_update(EA, "shared", made).as_dict() == made.as_dict()
    rules.delete(EA, "shared")
    rules.delete(EA, "shared")
    assert list(rules.list(EA)) == []
    scope = SCOPES["BillingAccount"].lower()
    assert kept(demo, "costAllocationRules", f"/{scope}") == ["shared"]


def test_the_clients_follow_a_list_in_pages(cost: CostManagementClient) -> None:
    names = [f"b{number}" for number in range(3)]
    for name in names:
        cost.budgets.create_or_update(SCOPE, name, sent(budget()))
    link: str | None = (
        f"/{SCOPE}/providers/Microsoft.CostManagement/budgets?api-version=2025-03-01&$top=2"
    )
    found: list[str] = []
    while link:
        response = cost.send_request(HttpRequest("GET", link))
        response.raise_for_status()
        found += [item["name"] for item in response.json()["value"]]
        link = response.json()["nextLink"]
    assert found == names
    for name in names:
        cost.budgets.delete(SCOPE, name)


def test_a_hostile_name_is_refused_quickly(http: httpx.Client) -> None:
    path = f"/{SCOPE}/providers/Microsoft.CostManagement/budgets/x'%3B%20DROP%20TABLE%20a"
    answer = http.put(f"{path}?api-version=2025-03-01", json=budget())
    assert answer.status_code == 400
    assert answer.json()["error"]["target"] == "name"
