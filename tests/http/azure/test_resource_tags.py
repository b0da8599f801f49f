"""What the Resources and Billing APIs refuse and keep from callers: roles, unknown things, tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from costplane.catalog.model import ResourceGroup, Subscription
from tests.http.azure.kept.kept_client import Server, error_of, serving


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("tags")) as made:
        yield made


def test_tags(server: Server) -> None:
    server.workspace.catalog.put_subscription(Subscription("s-1", "S"), Subscription("s-2", "S"))
    server.workspace.catalog.put_resource_group(ResourceGroup("s-1", "rg-a"))
    path = "/subscriptions/S-1/resourceGroups/rg-a/providers/Microsoft.Resources/tags/default"
    tagged = {"properties": {"tags": {"Team": "a", "env": "test"}}}
    assert server.call("PUT", path, tagged).json()["properties"] == tagged["properties"]
    for operation, told, wanted in (
        ("Merge", {"TEAM": "b"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "other"}, {"env": "test", "TEAM": "b"}),
        ("Delete", {"env": "test"}, {"TEAM": "b"}),
        ("Replace", {"x": "1"}, {"x": "1"}),
    ):
        body = {"operation": operation, "properties": {"tags": told}}
        assert server.call("PATCH", path, body).json()["properties"]["tags"] == wanted
    assert server.call("GET", path).json()["properties"]["tags"] == {"x": "1"}
    group = server.call("GET", "/subscriptions/s-1/resourcegroups/rg-a").json()
    assert group["tags"] == {"x": "1"}
    server.become("ann", ("Cost Management Contributor", "/subscriptions/s-1"))
    assert error_of(server.call("PUT", path, tagged))[0] == 403
    assert [s["subscriptionId"] for s in server.call("GET", "/subscriptions").json()["value"]] == [
        "s-1"
    ]
    for group, seen in (("rg-a", ["s-1"]), ("unknown", [])):
        place = f"/subscriptions/s-1/resourcegroups/{group}"
        server.become("bob", ("Cost Management Reader", place))
        found = server.call("GET", "/subscriptions").json()["value"]
        assert [item["subscriptionId"] for item in found] == seen


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"properties": {}},
        {"properties": {"tags": []}},
        {"properties": {"tags": {"a": 1}}},
        {"properties": {"tags": {"": "x"}}},
        {"properties": {"tags": {"a": "x" * 257}}},
        {"properties": {"tags": {"a": "1", "A": "2"}}},
        {"properties": {"tags": {str(n): "x" for n in range(51)}}},
    ],
)
def test_tags_that_are_none(server: Server, body: Any) -> None:
    server.workspace.catalog.put_subscription(Subscription("s-1", "S"))
    path = "/subscriptions/s-1/providers/Microsoft.Resources/tags/default"
    assert error_of(server.call("PUT", path, body))[0] == 400
    assert server.call("GET", path).json()["properties"]["tags"] == {}


def test_a_change_of_tags_is_audited_and_due(server: Server) -> None:
    server.workspace.catalog.put_subscription(Subscription("s-1", "S"))
    path = "/subscriptions/s-1/providers/Microsoft.Resources/tags/default"
    server.workspace.settling_due.clear()
    told = {"properties": {"tags": {"team": "a"}}}
    assert server.call("PUT", path, told).status_code == 200
    assert server.workspace.settling_due.is_set()
    (entry,) = server.workspace.accounts.store.audit(9)
    assert (entry.actor, entry.action) == ("owner", "TagsSet")
    assert entry.target == "/subscriptions/s-1: team: none -> 'a'"
    server.workspace.settling_due.clear()
    assert server.call("PUT", path, told).status_code == 200
    assert not server.workspace.settling_due.is_set()
    assert len(server.workspace.accounts.store.audit(9)) == 1
    server.become("ann", ("Cost Management Contributor", "/subscriptions/s-1"))
    assert error_of(server.call("DELETE", path))[0] == 403
