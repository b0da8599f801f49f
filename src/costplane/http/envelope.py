"""Every error as Azure's envelope: {"error": {"code", "message", "target", "details"}}.

contract.md section 0: the SDK reads code, message and details from it; an empty body or
a null `details` breaks it, so that absent members are left out. A fault of the server tells no
more than its request id; the log has the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from costplane.errors import CostplaneError, NotFound, TooManyRequests
from costplane.http import otlp
from costplane.http.answers import json_answer

RETRY_AFTER = {"Retry-After": "2"}
"""Seconds; the SDK repeats a call only when this header stands (operations.md, fact 6)."""

ASK_FOR_TOKEN = {"WWW-Authenticate": 'Bearer realm="costplane"'}
"""RFC 6750, section 3: how a caller that is not known can be."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "BadRequest",
    HTTPStatus.NOT_FOUND: "InvalidResourceType",
    HTTPStatus.METHOD_NOT_ALLOWED: "MethodNotAllowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PayloadTooLarge",
}


def no_operation(path: str) -> NotFound:
    """The error of a path that is no operation (interfaces.md, "API")."""
    return NotFound(
        f"'{path[:200]}' is no operation of this server; /openapi.json and the documentation "
        "list what it answers",
        code="InvalidResourceType",
    )


async def costplane_error(request: Request, error: Exception) -> Response:
    """The answer to an error that was raised on purpose."""
    assert isinstance(error, CostplaneError)
    message = error.message
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = _with_request_id(message, request)
    refused = error.status == HTTPStatus.UNAUTHORIZED
    headers = _waiting(error) | (ASK_FOR_TOKEN if refused else {})
    if otlp.speaks_otlp(request):
        return otlp.refusal(request, error.status, message, headers)
    content = _content(error.error_code, message, target=error.target)
    return json_answer(content, error.status, headers)


async def http_error(request: Request, error: Exception) -> Response:
    """The answer to an error of the web framework: no such path, wrong method, ..."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return await costplane_error(request, no_operation(request.url.path))
    message = str(error.detail)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        message = f"'{request.method}' is not allowed here; use {allowed}"
    if otlp.speaks_otlp(request):
        return otlp.refusal(request, status, message, error.headers)
    code = _CODES.get(status, str(status.value))
    return json_answer(_content(code, message), status, dict(error.headers or {}))


async def validation_error(request: Request, error: Exception) -> Response:  # noqa: ARG001 - its shape
    """The answer to parameters that do not fit; each fault is one of `details`."""
    assert isinstance(error, RequestValidationError)
    details = [
        _member("BadRequest", _fault(fault), target=_place(fault["loc"]))
        for fault in error.errors()
    ]
    told = "; ".join(f"{detail['target']}: {detail['message']}" for detail in details)
    content = _content("BadRequest", told, target=str(details[0]["target"]), details=details)
    return json_answer(content, HTTPStatus.BAD_REQUEST)


def _fault(fault: Mapping[str, Any]) -> str:
    """What is wrong; of broken JSON its place too, which the framework tells as a target."""
    if fault["type"] == "json_invalid":
        return f"This is not JSON: {fault['ctx']['error']} (byte {fault['loc'][-1]})"
    return str(fault["msg"])


def _place(path: Sequence[str | int]) -> str:
    """The last name on the way to a fault."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def internal_error(request: Request) -> Response:
    """The answer to a fault of the server."""
    message = _with_request_id("The server failed; its log says why.", request)
    if otlp.speaks_otlp(request):
        return otlp.refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, message)
    return json_answer(_content("InternalServerError", message), HTTPStatus.INTERNAL_SERVER_ERROR)


def _waiting(error: CostplaneError) -> dict[str, str]:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    return RETRY_AFTER if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}


def _with_request_id(message: str, request: Request) -> str:
    return f"{message} (Request ID: {request.state.request_id})"


def _content(
    code: str,
    message: str,
    *,
    target: str | None = None,
    details: list[dict[str, object]] | None = None,
) -> dict[str, object]:
    member = _member(code, message, target=target)
    return {"error": member | ({"details": details} if details else {})}


def _member(code: str, message: str, *, target: str | None) -> dict[str, object]:
    member: dict[str, object] = {"code": code, "message": message}
    return member | ({"target": target} if target else {})
