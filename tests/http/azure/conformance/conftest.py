"""A server over TLS with the estate loaded, and the real clients of Azure against it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.app.workspace import Workspace
from costplane.http.server import listen
from costplane.http.tls import self_signed
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.sql import Books
from tests.http.conftest import running


class Credential:
    """For a server that asks for none."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("none", 2**31)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The estate."""
    workspace = estate.opened(tmp_path_factory.mktemp("conformance"))
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def served(
    demo: Workspace, page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The server's address, and the authority to trust."""
    made = self_signed(tmp_path_factory.mktemp("tls"), estate.NOW)
    listener = listen("127.0.0.1", 0, certificate=made.certificate, key=made.key)
    with running(demo, page, listener) as address:
        yield address, made.authority


@pytest.fixture(scope="session")
def cost(served: tuple[str, Path]) -> Iterator[CostManagementClient]:
    """azure-mgmt-costmanagement."""
    with CostManagementClient(Credential(), **options(served)) as client:
        yield client


@pytest.fixture(scope="session")
def consumption(served: tuple[str, Path]) -> Iterator[ConsumptionManagementClient]:
    """azure-mgmt-consumption; the client of each further subscription is a new one."""
    with ConsumptionManagementClient(Credential(), estate.ENTERPRISE, **options(served)) as client:
        yield client


@pytest.fixture(scope="session")
def http(served: tuple[str, Path]) -> Iterator[httpx.Client]:
    """Plain requests to the same server."""
    address, authority = served
    trusted = ssl.create_default_context(cafile=str(authority))
    with httpx.Client(base_url=address, verify=trusted, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def books(demo: Workspace) -> Books:
    """Plain SQL over the ledger's files, by an engine that is not the product's."""
    return Books(demo)


def options(served: tuple[str, Path]) -> dict[str, Any]:
    """What each of Azure's clients is told to reach the server."""
    address, authority = served
    return {
        "base_url": address,
        "credential_scopes": ["none"],
        "connection_verify": str(authority),
        "retry_total": 0,
        "polling_interval": 0,
    }
