"""Routes of Azure's paths: which operation is meant, at which scope, and whether one may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from costplane.core.scope import Scope, parse_scope
from costplane.errors import Forbidden, InvalidInput, InvalidScope
from costplane.http.access import PUBLIC, Access, Principal, require
from costplane.http.azure.protocol.addresses import full_address, untold_address
from costplane.http.azure.protocol.operation import Call, Operation, billing_month
from costplane.http.bodies import read_body
from costplane.http.envelope import no_operation
from costplane.http.services import Services, identified

OLDEST_API_VERSION = "2014-04-01"
"""That of the oldest client in use; resources and groups are still asked for with old ones."""

_API_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(-[a-z]+)?", re.IGNORECASE)
_WITH_BODY = frozenset({"PATCH", "POST", "PUT"})
_SLASHES = re.compile("//+")
_OWN_SPACE = re.compile(r"/(v1|subscriptions|providers)(/.*)?", re.IGNORECASE)
_PERIOD = r"(?:/(?:providers/Microsoft\.Billing/)?billingPeriods/(?P<_period>[^/]+))?"


class OperationRoute(BaseRoute):
    """Serves the operations of one path, by method and kind of scope."""

    def __init__(self, operations: Iterable[Operation], services: Services) -> None:
        self.operations = tuple(operations)
        first = self.operations[0]
        self._pattern = _pattern(first.provider, first.path)
        self._services = services

    @property
    def accesses(self) -> tuple[Access, ...]:
        """What each of its operations demands."""
        return tuple(operation.access for operation in self.operations)

    def matches(self, scope: Connection) -> tuple[Match, Connection]:
        """Whether the path is that of these operations, whatever the method."""
        if scope["type"] != "http":
            return Match.NONE, {}
        # Azure's clients write two slashes where a part of a path is empty.
        match = self._pattern.fullmatch(_SLASHES.sub("/", scope["path"]))
        return (Match.FULL, {"path_params": match.groupdict()}) if match else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Operations are not addressed by name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        methods = {operation.method for operation in self.operations}
        if request.method not in methods:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
        operation, call = await anyio.to_thread.run_sync(self._call, request)
        if request.method in _WITH_BODY:
            call = replace(call, content=await read_body(request, operation.body_limit))
        response = await self._services.heavy.run(operation.operate, call)
        await response(scope, receive, send)

    def _call(self, request: Request) -> tuple[Operation, Call]:
        principal = identified(request, self._services)
        options = query_options(request)
        check_api_version(options.get("api-version"))
        names = dict(request.path_params)
        before, period = names.pop("_scope", ""), names.pop("_period", None)
        meant = [operation for operation in self.operations if operation.method == request.method]
        address = _address(meant[0], before, names)
        scope = parse_scope(full_address(address, self._services.workspace.catalog))
        operation = _chosen(meant, scope, period)
        _require(principal, operation.access, scope, address)
        month = billing_month(period) if period else None
        call = Call(request, self._services, principal, scope, address, names, options, month)
        return operation, call


class UnknownOperation(BaseRoute):
    """Answers 404 for the API's address space, where the page must not stand in for an error."""

    accesses = (PUBLIC,)

    def matches(self, scope: Connection) -> tuple[Match, Connection]:
        """Whether the path belongs to the API; partial, so that 405 of a known path goes first."""
        known = scope["type"] == "http" and _OWN_SPACE.fullmatch(_SLASHES.sub("/", scope["path"]))
        return (Match.PARTIAL, {}) if known else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """It has no address of its own."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Refuse."""
        raise no_operation(scope["path"])


def operation_routes(table: Iterable[Operation], services: Services) -> list[OperationRoute]:
    """The routes of `table`, those with more fixed words first, whole paths last."""
    ordered = sorted(table, key=lambda operation: (not operation.provider, *_order(operation)))
    grouped = groupby(ordered, key=lambda operation: operation.address)
    return [OperationRoute(operations, services) for _, operations in grouped]


def query_options(request: Request) -> dict[str, str]:
    """The query parameters by lower-case name; of a repeated one the first stands."""
    return {name.lower(): value for name, value in reversed(request.query_params.multi_items())}


def check_api_version(text: str | None) -> None:
    """Raise InvalidInput unless `text` is an api-version since OLDEST_API_VERSION."""
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


def _order(operation: Operation) -> tuple[object, ...]:
    segments = operation.path.split("/")
    named = sum("{" in segment for segment in segments)
    return named - len(segments), named, operation.address


def _address(operation: Operation, before: str, names: Mapping[str, str]) -> str:
    """The scope as the caller wrote it. Raises InvalidScope for a second one before it."""
    if not operation.within:
        return before.strip("/")
    if before.strip("/"):
        raise InvalidScope(
            f"{operation.name} takes no scope before its provider; leave it out", target="scope"
        )
    return operation.within.format_map(names)


def _require(principal: Principal, access: Access, scope: Scope, address: str) -> None:
    """Raise Forbidden unless the caller may; the refusal names no more than the caller has told."""
    try:
        require(principal, access, scope)
    except Forbidden:
        require(principal, access, parse_scope(untold_address(address)))
        raise


def _chosen(meant: Sequence[Operation], scope: Scope, period: str | None) -> Operation:
    """The one of the operations of a path and method that is answered at `scope`."""
    here = [operation for operation in meant if operation.takes(scope)]
    for operation in here:
        if operation.takes_period(period is not None):
            return operation
    if here:
        advice = "leave it out" if period else "name it: billingPeriods/202611 after the scope"
        raise InvalidInput(
            f"{here[0].name} at this scope {'has no' if period else 'needs a'} billing period in "
            f"its path; {advice}",
            target="billingPeriodName",
        )
    kinds = sorted({kind for operation in meant for kind in operation.scopes or ()})
    raise InvalidScope(
        f"{meant[0].name} is not answered at a scope of kind {scope.kind}; use "
        + (f"one of {', '.join(kinds)}" if kinds else "a scope that holds costs"),
        target="scope",
    )


def _pattern(provider: str, path: str) -> re.Pattern[str]:
    form = "/".join(_segment(segment) for segment in path.split("/"))
    if provider:
        form = f"(?P<_scope>.*?){_PERIOD}/providers/{re.escape(provider)}/{form}"
    else:
        form = f"/{form}"
    return re.compile(f"{form}/?", re.IGNORECASE)


def _segment(segment: str) -> str:
    if segment.startswith("{"):
        return f"(?P<{segment[1:-1]}>[^/]+)"
    return re.escape(segment)
