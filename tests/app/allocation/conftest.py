"""One installation, made once and copied for those who change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from costplane.catalog.model import Subscription
from tests.app import estate
from tests.app.allocation.world import NOW, OTHER, World, opened
from tests.app.billing import billed_estate
from tests.app.billing.billed_estate import ACCOUNT, Clock


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a workspace with calls in two subscriptions, to be copied."""
    folder = tmp_path_factory.mktemp("allocation")
    workspace = billed_estate.opened(folder, Clock(NOW))
    workspace.catalog.put_subscription(Subscription("s-2", "Two", billing_account_id=ACCOUNT))
    calls = estate.calls(7, 120)
    for call in calls[::3]:
        call["data"] |= {"resource_id": OTHER, "deployment": None, "model": "alpha"}
        call["data"] |= {"deployment_type": "GlobalStandard", "model_version": "v1"}
    estate.take(workspace, calls)
    workspace.close()
    return folder / "data"


@pytest.fixture(scope="module")
def world(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from opened(folder, tmp_path_factory.mktemp("world"))


@pytest.fixture
def fresh(folder: Path, tmp_path: Path) -> Iterator[World]:
    yield from opened(folder, tmp_path)
