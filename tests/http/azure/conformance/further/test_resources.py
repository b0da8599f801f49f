"""Subscriptions, groups, resources and tags by azure-mgmt-resource, against the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from costplane.app.workspace import Workspace
from tests.http.azure.conformance.estate import ENTERPRISE, GROUPS, NOW, RESEARCH, account
from tests.http.azure.conformance.further.conftest import Catalog
from tests.http.azure.conformance.registry import case

AGENTS = f"/subscriptions/{ENTERPRISE}/resourceGroups/rg-agents"


@case("subscriptions.subscriptions.list", "subscriptions.subscriptions.get")
def test_subscriptions(subscriptions: Any, catalog: Catalog) -> None:
    found = list(subscriptions.subscriptions.list())
    told = catalog("SELECT id, name FROM subscription WHERE kind = 'Azure'")
    assert sorted((s.subscription_id, s.display_name) for s in found) == sorted(told)
    for item in found:
        one = subscriptions.subscriptions.get(item.subscription_id.upper())
        assert one.as_dict() == item.as_dict()
    with pytest.raises(ResourceNotFoundError):
        subscriptions.subscriptions.get("none")


@case(
    "resource.resource_groups.list",
    "resource.resource_groups.get",
    "resource.resource_groups.check_existence",
)
def test_groups(resource: Any, catalog: Catalog) -> None:
    groups = resource.resource_groups
    found = {item.name: item for item in groups.list(top=1)}
    told = catalog("SELECT name FROM resource_group WHERE subscription_id = ?", ENTERPRISE)
    assert sorted(found) == sorted(name for (name,) in told)
    assert found.keys() == {name for name, of in GROUPS.items() if of == ENTERPRISE}
    for name, item in found.items():
        assert groups.get(name.upper()).as_dict() == item.as_dict()
        assert item.tags == {"cost-centre": f"CC-{len(name)}"}
        assert groups.check_existence(name)
    assert not groups.check_existence("none")
    with pytest.raises(ResourceNotFoundError) as caught:
        groups.get("none")
    assert caught.value.error is not None
    assert caught.value.error.code == "ResourceGroupNotFound"
    for told_filter, names in (
        ("tagName eq 'Cost-Centre' and tagValue eq 'cc-9'", ["rg-agents", "rg-search"]),
        ("tagName eq 'cost-centre' and tagValue eq 'CC-1'", []),
        ("name eq 'RG-SEARCH'", ["rg-search"]),
    ):
        assert sorted(item.name for item in groups.list(filter=told_filter)) == names


@case(
    "resource.resources.list",
    "resource.resources.list_by_resource_group",
    "resource.resources.get_by_id",
)
def test_resources(resource: Any, catalog: Catalog) -> None:
    found = {item.id: item for item in resource.resources.list(top=1)}
    told = catalog(
        "SELECT id, location, sku FROM resource WHERE subscription_id = ? AND "
        "resource_group IS NOT NULL",
        ENTERPRISE,
    )
    assert {
        (item.id, item.location, item.sku.name if item.sku else None) for item in found.values()
    } == {(id_, location or "global", sku) for id_, location, sku in told}
    mine = account("rg-search").lower()
    (one,) = resource.resources.list_by_resource_group("RG-Search")
    assert one.as_dict() == found[mine].as_dict()
    for same in (
        resource.resources.get_by_id(account("rg-search"), api_version="2021-04-01"),
        resource.resources.get(
            "rg-search",
            "Microsoft.CognitiveServices",
            "",
            "accounts",
            "aoai-search",
            api_version="2021-04-01",
        ),
    ):
        assert same.as_dict() == one.as_dict()
    for filter_, ids in (
        ("resourceType eq 'Microsoft.CognitiveServices/accounts'", set(found)),
        ("resourceGroup eq 'RG-SEARCH' and location eq 'swedencentral'", {mine}),
        ("name eq 'aoai-search'", {mine}),
        ("resourceType eq 'Microsoft.Compute/virtualMachines'", set()),
    ):
        assert {item.id for item in resource.resources.list(filter=filter_)} == ids
    for wrong in ("name ne 'x'", "colour eq 'red'", "tagValue eq 'x'", "name ge 'x'"):
        with pytest.raises(HttpResponseError) as caught:
            list(resource.resources.list(filter=wrong))
        assert caught.value.status_code == 400
    with pytest.raises(ResourceNotFoundError):
        resource.resources.get_by_id(f"{account('rg-search')}x", api_version="2021-04-01")


@pytest.fixture
def before(resource: Any) -> Iterator[dict[str, str]]:
    """The group's tags, which are set again after the test."""
    tags = resource.tags.get_at_scope(AGENTS).properties.tags
    yield tags
    resource.tags.begin_create_or_update_at_scope(AGENTS, {"properties": {"tags": tags}}).result()


@case(
    "resource.tags.get_at_scope",
    "resource.tags.begin_create_or_update_at_scope",
    "resource.tags.begin_update_at_scope",
    "resource.tags.begin_delete_at_scope",
)
def test_tags(resource: Any, demo: Workspace, catalog: Catalog, before: dict[str, str]) -> None:
    def kept() -> Any:
        rows = catalog(
            "SELECT tags FROM tag_set WHERE scope_id = ? ORDER BY valid_from DESC LIMIT 1",
            AGENTS.lower(),
        )
        return json.loads(rows[0][0])

    assert before == kept() == {"cost-centre": "CC-9"}
    tags = resource.tags
    told: Any = {"properties": {"tags": {"Team": "a", "env": "test"}}}
    made = tags.begin_create_or_update_at_scope(AGENTS, told).result()
    assert made.properties.tags == {"Team": "a", "env": "test"} == kept()
    for operation, change, wanted in (
        ("Merge", {"TEAM": "b"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "other"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "test"}, {"TEAM": "b"}),
        ("Replace", {"x": "1"}, {"x": "1"}),
    ):
        body: Any = {"operation": operation, "properties": {"tags": change}}
        assert tags.begin_update_at_scope(AGENTS, body).result().properties.tags == wanted
        assert tags.get_at_scope(AGENTS).properties.tags == wanted == kept()
    assert resource.resource_groups.get("rg-agents").tags == {"x": "1"}
    tags.begin_delete_at_scope(AGENTS).result()
    assert tags.get_at_scope(AGENTS).properties.tags == {} == kept()
    entries = [e for e in demo.accounts.store.audit(100) if e.action == "TagsSet"]
    assert len(entries) == 5
    assert entries[-1].target == (
        f"{AGENTS.lower()}: Team: none -> 'a', cost-centre: 'CC-9' -> none, env: none -> 'test'"
    )
    assert {entry.time for entry in entries} == {NOW}
    with pytest.raises(ResourceNotFoundError):
        tags.get_at_scope(f"/subscriptions/{RESEARCH}/resourceGroups/none")
