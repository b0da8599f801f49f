"""Heavy work is bounded: some at once, some waiting, the rest told to come back."""

from __future__ import annotations

import threading

import anyio
import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.errors import Unavailable
from costplane.http.app import create_app
from costplane.http.heavy import HeavyWork
from costplane.http.identity import AnonymousOwner
from tests.http.sample import SCOPE, definition


def test_at_most_so_many_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.02)
        with lock:
            running -= 1

    async def scene() -> None:
        lane = HeavyWork(at_once=2)
        async with anyio.create_task_group() as calls:
            for _ in range(8):
                calls.start_soon(lane.run, work)

    anyio.run(scene)
    assert most == 2


def test_too_many_waiting_are_refused() -> None:
    held = threading.Event()

    async def scene() -> None:
        lane = HeavyWork(at_once=1, waiting=1)
        async with anyio.create_task_group() as calls:
            calls.start_soon(lane.run, held.wait)
            calls.start_soon(lane.run, held.wait)
            await anyio.sleep(0.05)
            try:
                with pytest.raises(Unavailable, match="in a moment"):
                    await lane.run(held.wait)
            finally:
                held.set()

    anyio.run(scene)


def test_a_client_is_told_when_to_come_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise Unavailable("The tables cannot be reached")

    monkeypatch.setattr(workspace, "query", busy)
    app = create_app(workspace, authentication=AnonymousOwner())
    path = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
    with TestClient(app, base_url="http://localhost") as client:
        response = client.post(path, json=definition())
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["error"]["message"].startswith("The tables cannot be reached (Request")
