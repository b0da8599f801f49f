"""views and operations through Azure's client."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.workspace import Workspace
from tests.http.azure.conformance.estate import SCOPES
from tests.http.azure.conformance.registry import case


def view(name: str = "By model") -> Any:
    return {
        "properties": {
            "displayName": name,
            "query": {
                "type": "Usage",
                "timeframe": "MonthToDate",
                "dataSet": {
                    "granularity": "Daily",
                    "aggregation": {"totalCost": {"name": "PreTaxCost", "function": "Sum"}},
                    "grouping": [{"type": "TagKey", "name": "team"}],
                },
            },
            "chart": "Table",
            "accumulated": "true",
            "metric": "ActualCost",
        }
    }


def stored(workspace: Workspace, scope: str) -> list[str]:
    """Names of the views at a scope, read from the control plane's file."""
    with sqlite3.connect(workspace.data / "control.sqlite") as database:
        rows = database.execute(
            "SELECT name FROM arm_resource WHERE kind = 'views' AND scope = ? ORDER BY name",
            (scope,),
        ).fetchall()
    return [name for (name,) in rows]


@case(
    "costmanagement.views.create_or_update_by_scope",
    "costmanagement.views.get_by_scope",
    "costmanagement.views.list_by_scope",
    "costmanagement.views.delete_by_scope",
)
@pytest.mark.parametrize("kind", SCOPES)
def test_shared_views(cost: CostManagementClient, demo: Workspace, kind: str) -> None:
    scope, views = SCOPES[kind], cost.views
    made = views.create_or_update_by_scope(scope, "One", view())
    assert stored(demo, f"/{scope.lower()}") == ["One"]
    assert made.properties is not None
    assert (made.name, made.properties.scope) == ("One", f"/{scope}")
    found = views.get_by_scope(scope, "one")
    assert found.as_dict() == made.as_dict()
    changed = view("Another") | {"eTag": made.e_tag}
    again = views.create_or_update_by_scope(scope, "One", changed).properties
    assert again is not None
    assert again.display_name == "Another"
    with pytest.raises(HttpResponseError) as caught:
        views.create_or_update_by_scope(scope, "One", changed)
    assert caught.value.status_code == 412
    assert [item.name for item in views.list_by_scope(scope)] == ["One"]
    views.delete_by_scope(scope, "One")
    views.delete_by_scope(scope, "One")
    assert stored(demo, f"/{scope.lower()}") == []
    with pytest.raises(ResourceNotFoundError):
        views.get_by_scope(scope, "One")


@case(
    "costmanagement.views.create_or_update",
    "costmanagement.views.get",
    "costmanagement.views.list",
    "costmanagement.views.delete",
)
def test_private_views(cost: CostManagementClient, demo: Workspace) -> None:
    made = cost.views.create_or_update("Mine", view())
    assert made.id == "/providers/Microsoft.CostManagement/views/Mine"
    assert stored(demo, "/") == ["Mine"]
    assert cost.views.get("Mine").as_dict() == made.as_dict()
    assert [item.name for item in cost.views.list()] == ["Mine"]
    cost.views.delete("Mine")
    assert list(cost.views.list()) == []


@case("costmanagement.operations.list")
def test_operations_of_cost_management(cost: CostManagementClient) -> None:
    found = {item.name: item for item in cost.operations.list()}
    for name in ("query/read", "views/read", "views/write", "views/delete", "exports/run/action"):
        assert f"Microsoft.CostManagement/{name}" in found
    (query,) = [
        item for name, item in found.items() if name == "Microsoft.CostManagement/query/read"
    ]
    assert query.display is not None
    assert query.display.provider == "Microsoft.CostManagement"


@case("consumption.operations.list")
def test_operations_of_consumption(consumption: ConsumptionManagementClient) -> None:
    names = [item.name or "" for item in consumption.operations.list()]
    assert "Microsoft.Consumption/budgets/write" in names
    assert all(name.startswith("Microsoft.Consumption/") for name in names)
    assert len(names) == len(set(names))
