"""`operations`: what each provider answers, made from the table of operations itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from starlette.responses import Response

from costplane.http.azure.protocol.operation import CONSUMPTION, COST, READ, TENANT, Call, Operation
from costplane.http.azure.protocol.pages import paged

_VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_READING = frozenset({"query", "forecast"})
"""Words that are asked by POST and change nothing."""


def every(items: list[dict[str, object]], call: Call) -> Response:
    """GET: the operations of a provider."""
    return paged(call, items)


def with_lists(table: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """`table`, with the operation that lists those of each provider."""
    return (
        *table,
        *(
            Operation(
                "operations.list",
                "GET",
                provider,
                "operations",
                READ,
                partial(every, _listed(provider, table)),
                TENANT,
            )
            for provider in (COST, CONSUMPTION)
        ),
    )


def _listed(provider: str, table: Iterable[Operation]) -> list[dict[str, object]]:
    named: dict[str, dict[str, object]] = {}
    for operation in table:
        if operation.provider == provider:
            item = _item(operation)
            named.setdefault(str(item["name"]).lower(), item)
    return [named[name] for name in sorted(named)]


def _item(operation: Operation) -> dict[str, object]:
    words = [word for word in operation.path.split("/") if not word.startswith("{")]
    reads = operation.method == "POST" and words[-1] in _READING
    verb = "read" if reads else _VERBS.get(operation.method, "action")
    name = "/".join((operation.provider, *words, verb))
    return {
        "id": f"/providers/{operation.provider}/operations/{name}",
        "name": name,
        "isDataAction": False,
        "display": {
            "provider": operation.provider,
            "resource": words[0],
            "operation": operation.name,
            "description": f"{operation.method} {operation.path}",
        },
        "origin": "user,system",
    }
