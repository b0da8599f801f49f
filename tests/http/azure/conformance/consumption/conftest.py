"""The billed world behind a server, and Azure's own client of Microsoft.Consumption."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.mgmt.consumption import ConsumptionManagementClient

from costplane.app.workspace import Workspace
from costplane.http.server import listen
from costplane.http.tls import self_signed
from tests.app.consumption.billed_world import World, opened
from tests.http.azure.conformance.conftest import Credential, options
from tests.http.conftest import running

Ask = Callable[..., Any]
Served = tuple[str, Path]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = opened(tmp_path_factory.mktemp("billed"))
    yield found
    found.workspace.close()


def trusting(authority: Path) -> ssl.SSLContext:
    """What httpx takes for TLS with an authority of one's own."""
    return ssl.create_default_context(cafile=authority)


@contextmanager
def serving(workspace: Workspace, page: Path, folder: Path) -> Iterator[Served]:
    """Serve over TLS: the address, and the authority to trust."""
    made = self_signed(folder, workspace.now())
    listener = listen("127.0.0.1", 0, certificate=made.certificate, key=made.key)
    with running(workspace, page, listener) as address:
        yield address, made.authority


@pytest.fixture(scope="session")
def served(world: World, page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(world.workspace, page, tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.fixture
def consumption(served: Served) -> Iterator[ConsumptionManagementClient]:
    with ConsumptionManagementClient(Credential(), "s-1", **options(served)) as client:
        yield client


@pytest.fixture
def ask(served: Served) -> Iterator[Ask]:
    """GET below a scope, for what Azure's client does not send."""
    address, authority = served
    with httpx.Client(base_url=address, verify=trusting(authority), timeout=60) as client:

        def get(path: str, status: int = 200, /, **params: str) -> Any:
            told = {"api-version": "2024-08-01"} | {
                name.replace("dollar_", "$"): value for name, value in params.items()
            }
            response = client.get(path, params=told)
            assert response.status_code == status, response.text
            return json.loads(response.text, parse_float=Decimal)

        yield get
