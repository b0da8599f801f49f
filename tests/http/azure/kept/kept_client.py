"""A server of an empty installation, asked with and without roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.app.access.callers import Caller
from costplane.app.workspace import Workspace
from costplane.http.app import create_app

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERSION = "api-version=2025-03-01"
SUBSCRIPTION = "/subscriptions/S-1"
GROUP = "/subscriptions/S-1/resourceGroups/rg-a"
ACCOUNT = "/providers/Microsoft.Billing/billingAccounts/100"
COST = "providers/Microsoft.CostManagement"
CONSUMPTION = "providers/Microsoft.Consumption"


@dataclass(eq=False)
class Known:
    """Takes every call for that of `caller`."""

    caller: Caller

    def authenticate(self, *_: Any, **__: Any) -> Caller:
        return self.caller


@dataclass
class Server:
    """A client, and what it may do."""

    client: TestClient
    workspace: Workspace
    known: Known

    def become(self, name: str, *held: tuple[Role, str]) -> None:
        """From now on calls are those of `name` with these roles."""
        me = Assignee("User", f"test:{name}")
        roles = tuple(Assignment(me, role, scope.lower()) for role, scope in held)
        self.known.caller = Caller(name, roles, self.workspace.catalog)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """An answer; `path` may have options of its own."""
        joined = "&" if "?" in path else "?"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, f"{path}{joined}{VERSION}", json=body, headers=names)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server until the block ends; the caller is Owner of everything at first."""
    workspace = Workspace.open(folder, now=lambda: NOW)
    with serving_workspace(workspace) as server:
        yield server
    workspace.close()


@contextmanager
def serving_workspace(workspace: Workspace) -> Iterator[Server]:
    """The same of a workspace that is there."""
    known = Known(Caller("nobody", (), workspace.catalog))
    app = create_app(workspace, authentication=known)
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        server = Server(client, workspace, known)
        server.become("owner", ("Owner", "/"))
        yield server


def error_of(answer: Any) -> tuple[int, str, str]:
    """Status, code and target of a refusal, which has Azure's envelope."""
    error = answer.json()["error"]
    assert error["message"]
    return answer.status_code, error["code"], error.get("target", "")
