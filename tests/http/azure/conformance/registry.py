"""Which operations of Azure's clients are driven, and by which tests.

`@case("costmanagement.query.usage")` marks a test that drives this operation of the real client
and checks the content of its answer. table.py makes the documentation's table from these marks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TypeVar

from azure.core.credentials import AccessToken
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.http.azure.operations import OPERATIONS
from tests.http.azure.conformance.examples import client_name

CLIENTS = ("billing", "resource", "subscriptions")
"""Clients of which only some operations are served."""

CASES: dict[str, list[str]] = {}
"""Names of tests by operation."""

T = TypeVar("T", bound=Callable[..., object])


class _Credential:
    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken("none", 2**31)


def _operations() -> Iterator[str]:
    clients = {
        "costmanagement": CostManagementClient(_Credential()),
        "consumption": ConsumptionManagementClient(_Credential(), "s"),
    }
    for name, client in clients.items():
        for group, operations in vars(client).items():
            if not group.startswith("_"):
                for method, _ in inspect.getmembers(operations, inspect.ismethod):
                    if not method.startswith("_"):
                        yield f"{name}.{group}.{method}"


KNOWN: tuple[str, ...] = tuple(_operations())
"""Every operation of both clients: `client.group.method`."""

FURTHER: tuple[str, ...] = tuple(
    dict.fromkeys(
        name
        for name in map(client_name, OPERATIONS)
        if name.partition(".")[0] in CLIENTS and not name.endswith("_result")
    )
)
"""The operations that are served of azure-mgmt-billing and azure-mgmt-resource, which have many
more; results are polled, and have no method of their own."""


def case(*operations: str) -> Callable[[T], T]:
    """Marks a test as one of the given operations."""
    unknown = set(operations) - {*KNOWN, *FURTHER}
    if unknown:
        raise ValueError(f"Azure's clients have no operation {', '.join(sorted(unknown))}")

    def mark(test: T) -> T:
        for operation in operations:
            CASES.setdefault(operation, []).append(test.__name__)
        return test

    return mark
