"""Views over HTTP: private ones of each caller, and shared ones at scopes."""

from __future__ import annotations

from starlette.responses import Response

from costplane.app.arm.documents import plain
from costplane.app.arm.view import KIND, saved_text, view_of
from costplane.core.arm_resource import ArmResource, Place
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.kept.named_persons import check_persons, concealed
from costplane.http.azure.protocol.operation import COST, READ, TENANT, WRITE, Call, Operation
from costplane.http.azure.protocol.pages import paged

_TYPE = f"{COST}/Views"


def _place(call: Call) -> Place:
    """At `/` each caller has views of its own."""
    return (
        keeping.private_place(call, KIND) if call.scope.kind == "All" else keeping.place(call, KIND)
    )


def save(call: Call) -> Response:
    """PUT: create or update; an update tells the latest eTag."""
    body = keeping.told(call)
    workspace = call.services.workspace
    document = saved_text(keeping.properties(body), workspace.now())
    check_persons(call, body)
    saved, created = workspace.kept.save(
        _place(call),
        call.names["viewName"],
        lambda _: document,
        call.principal.name,
        keeping.versions(call, body, required=True),
    )
    return keeping.saved(_shown(call, saved), created=created)


def get(call: Call) -> Response:
    """GET: one view."""
    return json_answer(
        _shown(call, call.services.workspace.kept.get(_place(call), call.names["viewName"]))
    )


def every(call: Call) -> Response:
    """GET: the views of the scope itself, or the caller's own."""
    found = call.services.workspace.kept.store.at(_place(call))
    return paged(call, [_shown(call, view) for view in found])


def remove(call: Call) -> Response:
    """DELETE: forget a view."""
    return keeping.removed(call, _place(call), call.names["viewName"], no_content=True)


def _shown(call: Call, view: ArmResource) -> dict[str, object]:
    content = concealed(call, plain(view_of(view)))
    scope = f"/{call.address}" if call.address else content.get("scope", "")
    dated = {"createdOn": view.created_at, "modifiedOn": view.modified_at}
    return keeping.envelope(
        call, _TYPE, view.name, content | {"scope": scope} | dated, etag=view.etag
    ) | {"id": _id(call, view)}


def _id(call: Call, view: ArmResource) -> str:
    scope = f"/{call.address}" if call.address else ""
    return f"{scope}/providers/{COST}/views/{view.name}"


_NAME = "views/{viewName}"

OPERATIONS: tuple[Operation, ...] = tuple(
    operation
    for name, scopes, writing in (
        ("views.{}", TENANT, READ),
        ("views.{}_by_scope", keeping.NAMED, WRITE),
    )
    for operation in keeping.operations(
        name,
        (
            ("list", "GET", "views", READ, every),
            ("get", "GET", _NAME, READ, get),
            ("create_or_update", "PUT", _NAME, writing, save),
            ("delete", "DELETE", _NAME, writing, remove),
        ),
        scopes,
    )
)
