"""The envelope of a resource, its id and its eTag."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from costplane.http.azure.protocol.shapes import etag_of, resource, resource_id

NOW = '"1d"'


def call(**headers: str) -> Any:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return SimpleNamespace(request=SimpleNamespace(headers=named), address="subscriptions/S1")


def test_an_etag_differs_with_the_content() -> None:
    assert etag_of({"a": 1}) == etag_of({"a": 1}) != etag_of({"a": 2})
    assert etag_of("x").startswith('"')


def test_an_id_keeps_the_callers_spelling() -> None:
    id_ = resource_id(call(), "Microsoft.CostManagement/exports/run", "Daily", "1")
    assert id_ == "/subscriptions/S1/providers/Microsoft.CostManagement/exports/Daily/run/1"
    tenant: Any = SimpleNamespace(address="")
    assert (
        resource_id(tenant, "Microsoft.CostManagement/views", "V")
        == "/providers/Microsoft.CostManagement/views/V"
    )


def test_the_envelope() -> None:
    made = resource("/a/b/C", "X/b", {"p": 1}, etag=NOW, kind="k")
    assert made == {
        "id": "/a/b/C",
        "name": "C",
        "type": "X/b",
        "eTag": NOW,
        "kind": "k",
        "properties": {"p": 1},
    }
