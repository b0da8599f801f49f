"""Azure Resource Manager's way of addressing: a scope, a provider, an operation.

contract.md section 0: `/{scope}/providers/{provider}/{path}?api-version=...`, all of it without
regard to case. An `Operation` is a row of the table in operations.py; a route serves the
operations that share a path.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from costplane.access.roles import READER
from costplane.core.scope import Scope, ScopeKind, parse_scope
from costplane.errors import InvalidInput, InvalidScope
from costplane.http.access import PUBLIC, Access, Principal, require
from costplane.http.envelope import no_operation
from costplane.http.services import Services, identified

OLDEST_API_VERSION = "2019-10-01"

_API_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(-[a-z]+)?", re.IGNORECASE)
_OWN_SPACE = re.compile(r"/(v1|subscriptions|providers)(/.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: what was asked, by whom, at which scope.

    `options` are the query parameters by lower-case name, `names` the parts of the path that
    the operation's template names; `address` is the scope as the caller wrote it.
    """

    request: Request
    services: Services
    principal: Principal
    scope: Scope
    address: str
    names: Mapping[str, str]
    options: Mapping[str, str]

    @property
    def visible(self) -> tuple[Scope, ...]:
        """The scopes of which the caller may read costs: what `/` means for it."""
        return self.principal.granted(READER)


Operate = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the operation table. `scopes` None: every kind of scope."""

    name: str
    method: str
    provider: str
    path: str
    access: Access
    operate: Operate
    scopes: frozenset[ScopeKind] | None = None

    @property
    def address(self) -> tuple[str, str]:
        """What tells its route: provider and path, lower case."""
        return self.provider.lower(), self.path.lower()


class OperationRoute(BaseRoute):
    """Serves the operations of one path, one for each method."""

    def __init__(self, operations: Iterable[Operation], services: Services) -> None:
        self.operations = {operation.method: operation for operation in operations}
        first = next(iter(self.operations.values()))
        self._pattern = _pattern(first.provider, first.path)
        self._services = services

    @property
    def accesses(self) -> tuple[Access, ...]:
        """What each of its operations demands."""
        return tuple(operation.access for operation in self.operations.values())

    def matches(self, scope: Connection) -> tuple[Match, Connection]:
        """Whether the path is that of these operations, whatever the method."""
        if scope["type"] != "http":
            return Match.NONE, {}
        match = self._pattern.fullmatch(scope["path"])
        return (Match.FULL, {"path_params": match.groupdict()}) if match else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Operations are not addressed by name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        operation = self.operations.get(request.method)
        if operation is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self.operations))})
        call = await anyio.to_thread.run_sync(self._call, operation, request)
        response = await operation.operate(call)
        await response(scope, receive, send)

    def _call(self, operation: Operation, request: Request) -> Call:
        principal = identified(request, self._services)
        options = query_options(request)
        check_api_version(options.get("api-version"))
        names = dict(request.path_params)
        address = str(names.pop("scope")).strip("/")
        scope = parse_scope(address)
        _check_kind(operation, scope)
        require(principal, operation.access, scope)
        return Call(request, self._services, principal, scope, address, names, options)


class UnknownOperation(BaseRoute):
    """Answers 404 for the API's address space, where the page must not stand in for an error."""

    accesses = (PUBLIC,)

    def matches(self, scope: Connection) -> tuple[Match, Connection]:
        """Whether the path belongs to the API; partial, so that 405 of a known path goes first."""
        known = scope["type"] == "http" and _OWN_SPACE.fullmatch(scope["path"])
        return (Match.PARTIAL, {}) if known else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """It has no address of its own."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Refuse."""
        raise no_operation(scope["path"])


def operation_routes(table: Iterable[Operation], services: Services) -> list[OperationRoute]:
    """The routes of `table`, those with more fixed words first."""
    ordered = sorted(table, key=lambda operation: (operation.path.count("{"), operation.address))
    grouped = groupby(ordered, key=lambda operation: operation.address)
    return [OperationRoute(operations, services) for _, operations in grouped]


def query_options(request: Request) -> dict[str, str]:
    """The query parameters by lower-case name; of a repeated one the first stands."""
    return {name.lower(): value for name, value in reversed(request.query_params.multi_items())}


def check_api_version(text: str | None) -> None:
    """Raise InvalidInput unless `text` is an api-version since 2019-10-01."""
    if not text:
        raise InvalidInput(
            "The query parameter 'api-version' is missing; add ?api-version=2025-03-01",
            target="api-version",
            code="MissingApiVersionParameter",
        )
    match = _API_VERSION.fullmatch(text)
    if match is None or not _is_date(match[1]) or match[1] < OLDEST_API_VERSION:
        raise InvalidInput(
            f"'{text[:40]}' is no api-version known here; write a date since "
            f"{OLDEST_API_VERSION}, such as 2025-03-01",
            target="api-version",
            code="InvalidApiVersionParameter",
        )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_kind(operation: Operation, scope: Scope) -> None:
    if operation.scopes is not None and scope.kind not in operation.scopes:
        raise InvalidScope(
            f"{operation.name} is not answered at a scope of kind {scope.kind}; use one of "
            + ", ".join(sorted(operation.scopes)),
            target="scope",
        )


def _pattern(provider: str, path: str) -> re.Pattern[str]:
    segments = [
        f"(?P<{segment[1:-1]}>[^/]+)" if segment.startswith("{") else re.escape(segment)
        for segment in path.split("/")
    ]
    form = f"(?P<scope>.*)/providers/{re.escape(provider)}/{'/'.join(segments)}/?"
    return re.compile(form, re.IGNORECASE)
