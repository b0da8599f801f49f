"""The clients of which only the reading calls are served: azure-mgmt-billing, azure-mgmt-resource
and, since subscriptions have a package of their own, azure-mgmt-resource-subscriptions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.conftest import Credential, options

BillingOf = Callable[[str], Any]
Catalog = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def billing_of(served: tuple[str, Path]) -> Iterator[BillingOf]:
    """azure-mgmt-billing, which is told its subscription when it is made."""
    module = pytest.importorskip("azure.mgmt.billing")
    with ExitStack() as opened:
        yield lambda subscription: opened.enter_context(
            module.BillingManagementClient(Credential(), subscription, **options(served))
        )


@pytest.fixture(scope="session")
def billing(billing_of: BillingOf) -> Any:
    """azure-mgmt-billing of the Enterprise subscription."""
    return billing_of(estate.ENTERPRISE)


@pytest.fixture(scope="session")
def resource(served: tuple[str, Path]) -> Iterator[Any]:
    """azure-mgmt-resource, of the Enterprise subscription."""
    module = pytest.importorskip("azure.mgmt.resource.resources")
    with module.ResourceManagementClient(
        Credential(), estate.ENTERPRISE, **options(served)
    ) as client:
        yield client


@pytest.fixture(scope="session")
def subscriptions(served: tuple[str, Path]) -> Iterator[Any]:
    """azure-mgmt-resource-subscriptions."""
    module = pytest.importorskip("azure.mgmt.resource.subscriptions")
    with module.SubscriptionClient(Credential(), **options(served)) as client:
        yield client


@pytest.fixture
def catalog(demo: Workspace) -> Iterator[Catalog]:
    """Plain SQL over the control plane's file."""
    with sqlite3.connect(demo.data / "control.sqlite") as database:
        yield lambda query, *values: database.execute(query, values).fetchall()
