"""Scheduled actions, private ones and those of a scope (contract.md section 10).

Private ones are the caller's own: nobody else sees them, and whoever reads costs may keep them.
"""

from __future__ import annotations

import uuid

from starlette.responses import Response

from costplane.app.arm.documents import plain
from costplane.app.arm.names import availability
from costplane.app.arm.scheduled_action import (
    KIND,
    RUNS,
    action_of,
    action_told,
    shown_status,
    stored_text,
    view_scope,
)
from costplane.core.arm_resource import ArmResource, Place
from costplane.errors import InvalidInput
from costplane.http.access import require
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.protocol.odata import parse_filter
from costplane.http.azure.protocol.operation import COST, READ, TENANT, WRITE, Call, Operation
from costplane.http.azure.protocol.pages import paged

_TYPE = f"{COST}/ScheduledActions"


def save(call: Call) -> Response:
    """PUT: create or update, under If-Match, If-None-Match or the body's eTag."""
    body = keeping.told(call)
    _may_write(call)
    action = action_told(body, call.scope, "" if _is_private(call) else call.address)
    require(call.principal, READ, view_scope(action))
    place, kept = _place(call), call.services.workspace.kept
    saved, created = kept.save(
        place,
        call.names["name"],
        stored_text(action, lambda: _anomaly_rules(kept.store.at(place))),
        call.principal.name,
        keeping.versions(call, body),
    )
    return keeping.saved(_shown(call, saved), created=created)


def get(call: Call) -> Response:
    """GET: one scheduled action."""
    return json_answer(_shown(call, _found(call)))


def every(call: Call) -> Response:
    """GET: the caller's own, or those of the scope."""
    found = call.services.workspace.kept.store.at(_place(call))
    view = _view(call)
    if view:
        found = [item for item in found if _normal(action_of(item).properties.view_id) == view]
    return paged(call, [_shown(call, item) for item in found])


def remove(call: Call) -> Response:
    """DELETE: end a scheduled action."""
    _may_write(call)
    name = call.names["name"]
    return keeping.removed(call, _place(call), name, _runs(call, name), no_content=True)


def run(call: Call) -> Response:
    """POST: ask for it to be sent now."""
    """Kept until the action is sent."""
    _may_write(call)
    found = _found(call)
    call.services.workspace.kept.save(
        _runs(call, found.name), str(uuid.uuid4()), lambda _: found.document, call.principal.name
    )
    return Response(status_code=200)


def check_name(call: Call) -> Response:
    """POST: whether a name is free."""
    body = keeping.told(call)
    what = "A private" if _is_private(call) else "A shared"
    found = call.services.workspace.kept.store.at(_place(call))
    taken = {action.key for action in found}
    return json_answer(availability(taken.__contains__, body, _TYPE, f"{what} scheduled action"))


def _found(call: Call) -> ArmResource:
    return call.services.workspace.kept.get(_place(call), call.names["name"])


def _is_private(call: Call) -> bool:
    return call.scope.kind == "All"


def _may_write(call: Call) -> None:
    """At a scope it takes the role that keeps things there; what is private is one's own."""
    if not _is_private(call):
        require(call.principal, WRITE, call.scope)


def _place(call: Call) -> Place:
    return keeping.private_place(call, KIND) if _is_private(call) else keeping.place(call, KIND)


def _runs(call: Call, name: str) -> Place:
    at = _place(call)
    return Place(RUNS, at.scope, at.owner, name.lower())


def _anomaly_rules(found: list[ArmResource]) -> int:
    return sum(action_of(item).kind == "InsightAlert" for item in found)


def _view(call: Call) -> str:
    """The view that `$filter` asks for; empty: all."""
    text = call.options.get("$filter")
    if not text:
        return ""
    comparisons = parse_filter(text)
    if len(comparisons) != 1 or (comparisons[0].property, comparisons[0].operator) != (
        "viewid",
        "eq",
    ):
        raise InvalidInput(
            "$filter of scheduled actions is properties/viewId eq '<id>'", target="$filter"
        )
    return _normal(comparisons[0].value)


def _normal(view_id: str) -> str:
    return view_id.strip("/").lower()


def _shown(call: Call, found: ArmResource) -> dict[str, object]:
    action = action_of(found)
    content = plain(action.properties) | {
        "status": shown_status(action, call.services.workspace.now())
    }
    shown = keeping.envelope(call, _TYPE, found.name, content, etag=found.etag)
    return shown | {"kind": action.kind, "systemData": keeping.system_data(found)}


_ONE = "scheduledActions/{name}"
_ROWS = (
    ("list", "GET", "scheduledActions", READ, every),
    ("get", "GET", _ONE, READ, get),
    ("create_or_update", "PUT", _ONE, READ, save),
    ("delete", "DELETE", _ONE, READ, remove),
    ("run", "POST", f"{_ONE}/execute", READ, run),
    ("check_name_availability", "POST", "checkNameAvailability", READ, check_name),
)
"""Whether the caller may write at a scope, they ask themselves."""

OPERATIONS: tuple[Operation, ...] = (
    *keeping.operations("scheduled_actions.{}", _ROWS, TENANT),
    *keeping.operations("scheduled_actions.{}_by_scope", _ROWS),
)
