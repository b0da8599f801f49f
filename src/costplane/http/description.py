"""`/openapi.json`: the own API as its routes tell it, and Azure's operations beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI

from costplane.http.azure.description.paths import azure_paths, azure_schemas
from costplane.http.azure.protocol.operation import Operation

_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of Costplane's or of a configured OpenID issuer; a server that was "
    "started without authentication asks for none",
}


def description(app: FastAPI, table: Iterable[Operation]) -> Callable[[], dict[str, Any]]:
    """What makes the description of `app`, which also serves the operations of `table`."""

    @cache
    def whole() -> dict[str, Any]:
        own = app.openapi()
        components = own.get("components", {})
        return own | {
            "paths": own["paths"] | azure_paths(table),
            "components": components
            | {
                "schemas": components.get("schemas", {}) | azure_schemas(),
                "securitySchemes": {"bearer": _BEARER},
            },
        }

    return whole
