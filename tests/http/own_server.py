"""Servers of one sample: with authentication, without, under a limit, and with nobody known."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.testclient import TestClient

from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import Unavailable
from costplane.http import bodies
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.signed_in import SignedIn
from costplane.http.throttle import Limits, Throttle, parse_rate
from costplane.metering.formats import open_events
from tests.access.local_issuer import LocalIssuer, running_issuer
from tests.http.own_requests import GOOD, Asked
from tests.http.sample import NOW, SCOPE, write_events, write_prices

HOME = "http://localhost"


class Unreachable:
    """An issuer that does not answer, so that nobody can be known."""

    def authenticate(self, *_: object, **__: object) -> Any:
        raise Unavailable("The issuer does not answer")


@dataclass
class Served:
    """Servers of one sample, and what was learned from them."""

    workspace: Workspace
    issuer: LocalIssuer
    known: TestClient
    anonymous: TestClient
    unreachable: TestClient
    limited: TestClient
    names: dict[str, str]

    def bearer(self, role: Role = "Owner", scope: str = "/") -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(role, scope)}"}

    def token(self, role: Role = "Owner", scope: str = "/") -> str:
        accounts = self.workspace.accounts
        return accounts.create_token(role, parse_scope(scope), "", 30, "test")[1]

    def ask(
        self, asked: Asked, headers: dict[str, str] | None = None, client: TestClient | None = None
    ) -> Any:
        """The answer; `<name>` stands for what was learned under that name."""
        caller = client or self.known
        caller.cookies.clear()
        sent = [asked.query, asked.headers | (headers or {})]
        told = json.loads(self.filled(json.dumps(sent)))
        body = asked.body if isinstance(asked.body, bytes) else self._body(asked.body)
        whole = asked.but(query=told[0], headers=told[1], body=body)
        return caller.request(asked.method, self.filled(asked.path), **whole.arguments)

    def dripping(self, asked: Asked) -> Any:
        """The answer to a request whose body does not come."""

        async def never() -> AsyncIterator[bytes]:
            yield b"{"
            await anyio.sleep(60)

        async def scene() -> httpx.Response:
            app: Any = self.anonymous.app
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
                arguments = asked.arguments | {"content": never()}
                arguments.pop("json", None)
                return await client.request(asked.method, asked.path, **arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bodies, "PATIENCE", 0.01)
            return anyio.run(scene)

    def good(self, operation: str) -> Any:
        """The answer of a request that succeeds."""
        return self.ask(GOOD[operation], self.bearer())

    def filled(self, text: str) -> str:
        return re.sub("<([a-z]+)>", lambda match: self.names.get(match[1], match[0]), text)

    def _body(self, body: Any) -> Any:
        return json.loads(self.filled(json.dumps(body)))


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Servers of a sample in a folder, until the block ends."""
    with ExitStack() as open_, running_issuer() as issuer:
        workspace = Workspace.open(folder / "data", now=lambda: NOW)
        open_.callback(workspace.close)
        workspace.import_prices(write_prices(folder))
        workspace.ingest(open_events(write_events(folder), "auto", None))
        workspace.accounts.put_issuer(issuer.issuer, "test")

        def client(authentication: Any, **options: Any) -> TestClient:
            app = create_app(workspace, authentication=authentication, **options)
            made = TestClient(app, base_url=HOME, follow_redirects=False)
            return open_.enter_context(made)

        once = Limits(addresses=Throttle(parse_rate("1/hour", ""), "an address"))
        served = Served(
            workspace,
            issuer,
            client(SignedIn(workspace.accounts, workspace.sessions)),
            client(AnonymousOwner()),
            client(Unreachable()),
            client(AnonymousOwner(), limits=once),
            {},
        )
        served.limited.get("/v1/status")
        served.names |= {"token": served.token(), "id": token_id(served), **report(served)}
        yield served


def token_id(served: Served) -> str:
    """A token of the group, to end."""
    wish = GOOD["issue_token"].but(body={"role": "Billing Reader"})
    told: str = served.ask(wish, served.bearer()).json()["id"]
    return told


def report(served: Served) -> dict[str, str]:
    """The address of a report's file, in parts."""
    operation = f"/{SCOPE}/providers/Microsoft.CostManagement/generateCostDetailsReport"
    wish = {"metric": "ActualCost", "timePeriod": {"start": "2026-11-01", "end": "2026-11-03"}}
    client, version = served.anonymous, "?api-version=2025-03-01"
    place = client.post(operation + version, json=wish).headers["location"]
    for _ in range(200):
        answer = client.get(place)
        if answer.status_code == 200:
            break
        time.sleep(0.05)
    link = answer.json()["manifest"]["blobs"][0]["blobLink"]
    match = re.search("report-files/([^/]+)/([^?]+)[?]sig=(.+)$", link)
    assert match
    return {"report": match[1], "file": match[2], "key": match[3]}
