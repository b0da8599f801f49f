"""Settings of a scope: tag inheritance."""

from __future__ import annotations

from starlette.responses import Response

from costplane.app.arm.documents import plain
from costplane.app.arm.setting import KIND, check_type, saved_text, setting_of
from costplane.core.arm_resource import ArmResource
from costplane.core.scope import ScopeKind
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.protocol.operation import COST, READ, WRITE, Call, Operation

SCOPES: frozenset[ScopeKind] = frozenset(("Subscription", "BillingAccount", "BillingProfile"))
"""Where charges can be told to inherit."""

_TYPE = f"{COST}/Settings"


def save(call: Call) -> Response:
    """PUT: create or update."""
    body = keeping.told(call)
    keeping.properties(body)
    document, name = saved_text(body), check_type(call.names["type"])
    saved, created = call.services.workspace.kept.save(
        keeping.place(call, KIND),
        name,
        lambda _: document,
        call.principal.name,
        keeping.versions(call, body),
    )
    return keeping.saved(_shown(call, saved), created=created)


def get(call: Call) -> Response:
    """GET: one setting of the scope itself."""
    name = check_type(call.names["type"])
    return json_answer(
        _shown(call, call.services.workspace.kept.get(keeping.place(call, KIND), name))
    )


def every(call: Call) -> Response:
    """GET: the settings of the scope itself."""
    found = call.services.workspace.kept.store.at(keeping.place(call, KIND))
    return json_answer({"value": [_shown(call, setting) for setting in found]})


def remove(call: Call) -> Response:
    """DELETE: back to what holds without it."""
    name = check_type(call.names["type"])
    return keeping.removed(call, keeping.place(call, KIND), name, no_content=True)


def _shown(call: Call, found: ArmResource) -> dict[str, object]:
    setting = setting_of(found)
    content = plain(setting.properties)
    return keeping.envelope(call, _TYPE, found.name, content, kind=setting.kind)


OPERATIONS: tuple[Operation, ...] = keeping.operations(
    "settings.{}",
    (
        ("list", "GET", "settings", READ, every),
        ("get_by_scope", "GET", "settings/{type}", READ, get),
        ("create_or_update_by_scope", "PUT", "settings/{type}", WRITE, save),
        ("delete_by_scope", "DELETE", "settings/{type}", WRITE, remove),
    ),
    SCOPES,
)
