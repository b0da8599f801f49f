"""Azure's operations as paths of OpenAPI.

A scope is one parameter with slashes in it, as Azure's own descriptions have it
(`x-ms-skip-url-encoding`). Operations of one path and method, which differ by the kind of scope,
are one here: its description lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from costplane.http.azure.description.answers import SCHEMAS, responses
from costplane.http.azure.description.bodies import body_schemas
from costplane.http.azure.description.parameters import API_VERSION, option
from costplane.http.azure.description.table import TABLE
from costplane.http.azure.protocol.operation import Operation

Json = dict[str, Any]

_PERIOD = "/providers/Microsoft.Billing/billingPeriods/{billingPeriodName}"
_EXAMPLES = {
    "scope": ["subscriptions/11111111-2222-4333-8444-555555555555"],
    "billingPeriodName": ["202611"],
}
_REFUSED: Json = {
    "description": "An error of the caller's; its code and target say which",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}},
}
_MOST_KINDS = "every kind of scope but benefits"
_ERRORS: Json = {
    "4XX": _REFUSED,
    "503": _REFUSED | {"description": "Too much is asked at once; Retry-After says when to repeat"},
}
_FAILED: Json = {"500": _REFUSED | {"description": "The report could not be made"}}


def azure_paths(table: Iterable[Operation]) -> Json:
    """The path items of all operations of `table`."""
    rows = [(path, op.method, op) for op in table for path in _paths(op)]
    rows.sort(key=lambda row: row[:2])
    found: Json = {}
    for (path, method), same in groupby(rows, key=lambda row: row[:2]):
        found.setdefault(path, {})[method.lower()] = _item(path, [row[2] for row in same])
    return found


def azure_schemas() -> Json:
    """The schemas that those refer to, beside the own API's ErrorAnswer."""
    return SCHEMAS | body_schemas()


def _paths(operation: Operation) -> Iterator[str]:
    """The templates of the addresses at which it is answered."""
    if not operation.provider:
        yield f"/{operation.path}"
        return
    tail = f"/providers/{operation.provider}/{operation.path}"
    if operation.within:
        yield tail
        return
    scopes = operation.scopes or {"All", "Subscription"}
    if "All" in scopes and operation.takes_period(told=False):
        yield tail
    if scopes != {"All"}:
        if operation.takes_period(told=False):
            yield f"/{{scope}}{tail}"
        if operation.billing_period != "none":
            yield f"/{{scope}}{_PERIOD}{tail}"


def _item(path: str, operations: list[Operation]) -> Json:
    told = [TABLE[operation.name] for operation in operations]
    options = dict.fromkeys(name for one in told for name in one.options)
    item: Json = {
        "operationId": _id(path, operations[0]),
        "tags": [operations[0].provider or "Microsoft.Resources"],
        "description": "\n".join(dict.fromkeys(_meaning(operation) for operation in operations)),
        "parameters": [*_names(path), API_VERSION, *map(option, options)],
        "responses": _ERRORS | (_FAILED if any(one.answer == "result" for one in told) else {}),
        "security": [{"bearer": []}],
    }
    for one in told:
        item["responses"] |= responses(one.answer)
    bodies = dict.fromkeys(one.body for one in told if one.body)
    if bodies:
        required = not any(one.bare for one in told)
        item["requestBody"] = _body(next(iter(bodies)), required=required)
    return item


def _id(path: str, operation: Operation) -> str:
    place = ".billing_period" if "{billingPeriodName}" in path else ""
    root = "" if "{scope}" in path or not operation.provider or operation.within else ".root"
    outside = ".external" if "{externalCloudProviderType}" in path else ""
    provider = operation.provider.removeprefix("Microsoft.") or "Resources"
    method = "" if operation.method != "PATCH" else ".patch"
    return f"{provider}.{operation.name}{outside}{place}{root}{method}"


def _meaning(operation: Operation) -> str:
    kinds = ", ".join(sorted(operation.scopes)) if operation.scopes else _MOST_KINDS
    return f"`{operation.name}` at {kinds}; role {operation.access.role}."


def _names(path: str) -> list[Json]:
    return [_name(name) for name in re.findall(r"{(\w+)}", path)]


def _name(name: str) -> Json:
    schema: Json = {"type": "string", "minLength": 1}
    if name in _EXAMPLES:
        schema["examples"] = _EXAMPLES[name]
    found: Json = {"name": name, "in": "path", "required": True, "schema": schema}
    if name == "scope":
        found["x-ms-skip-url-encoding"] = True
        found["description"] = "An id of a scope, without a slash before it; its slashes stay"
    return found


def _body(name: str, *, required: bool) -> Json:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"required": required, "content": {"application/json": {"schema": schema}}}
