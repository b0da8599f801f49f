"""`/openapi.json`: the own API as its routes tell it, and Azure's operations beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI

from costplane.http.azure.description.paths import azure_paths, azure_schemas
from costplane.http.azure.protocol.operation import Operation

Json = dict[str, Any]

_UNANSWERED = frozenset({"HTTPValidationError", "ValidationError"})
"""Schemas of the framework's own errors; every error here is an ErrorAnswer."""


def description(app: FastAPI, table: Iterable[Operation]) -> Callable[[], Json]:
    """What makes the description of `app`, which also serves the operations of `table`."""

    @cache
    def whole() -> Json:
        own = app.openapi()
        components = own["components"]
        schemas = {n: s for n, s in components["schemas"].items() if n not in _UNANSWERED}
        return own | {
            "paths": _answered(own["paths"]) | azure_paths(table),
            "components": components | {"schemas": schemas | azure_schemas()},
        }

    return whole


def _answered(paths: Json) -> Json:
    """The paths without 422, which the framework tells of every route with parameters: what is
    wrong with one is 400 here."""
    return {path: {m: _operation(told) for m, told in item.items()} for path, item in paths.items()}


def _operation(told: Json) -> Json:
    answers = sorted((s, answer) for s, answer in told["responses"].items() if s != "422")
    return told | {"responses": dict(answers)}
