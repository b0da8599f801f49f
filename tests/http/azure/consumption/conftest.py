"""The billed world behind a server, and Azure's own client of Microsoft.Consumption."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient

from costplane.http.server import listen
from tests.app.consumption.billed_world import World, opened
from tests.http.azure.test_azure_client import Credential, PlainHttp
from tests.http.conftest import running

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = opened(tmp_path_factory.mktemp("billed"))
    yield found
    found.workspace.close()


@pytest.fixture(scope="session")
def address(world: World, page: Path) -> Iterator[str]:
    with running(world.workspace, page, listen("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture
def consumption(address: str) -> Iterator[ConsumptionManagementClient]:
    with ConsumptionManagementClient(
        Credential(),
        "s-1",
        base_url=address,
        credential_scopes=["none"],
        per_call_policies=[PlainHttp()],
    ) as client:
        yield client


@pytest.fixture
def costs(address: str) -> Iterator[CostManagementClient]:
    with CostManagementClient(
        Credential(), base_url=address, credential_scopes=["none"], per_call_policies=[PlainHttp()]
    ) as client:
        yield client


@pytest.fixture
def ask(address: str) -> Iterator[Ask]:
    """GET below a scope, for what Azure's client does not send."""
    with httpx.Client(base_url=address, timeout=60) as client:

        def get(path: str, status: int = 200, /, **params: str) -> Any:
            told = {"api-version": "2024-08-01"} | {
                name.replace("dollar_", "$"): value for name, value in params.items()
            }
            response = client.get(path, params=told)
            assert response.status_code == status, response.text
            return json.loads(response.text, parse_float=Decimal)

        yield get
