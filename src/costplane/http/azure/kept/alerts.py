"""Alerts: list, get, dismiss and make active again (contract.md section 6)."""

from __future__ import annotations

from starlette.responses import Response

from costplane.app.arm.alert import KIND, alert_of, changed_text, status_told
from costplane.app.arm.documents import plain
from costplane.core.arm_resource import ArmResource
from costplane.errors import NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.protocol.operation import COST, EXTERNAL, READ, WRITE, Call, Operation

_TYPE = f"{COST}/alerts"
_MAY_BE_NULL = {"overridingAlert": None}


def every(call: Call) -> Response:
    """GET: the alerts of the scope itself, the newest first. The clients follow no link here, so
    that all are in one answer."""
    found = call.services.workspace.kept.store.at(keeping.place(call, KIND))
    shown = [_shown(call, alert) for alert in reversed(found)]
    return json_answer({"value": shown, "nextLink": None})


def get(call: Call) -> Response:
    """GET: one alert."""
    found = call.services.workspace.kept.get(keeping.place(call, KIND), call.names["alertId"])
    return json_answer(_shown(call, found))


def dismiss(call: Call) -> Response:
    """PATCH: dismiss an alert, or make a dismissed one active again."""
    body = keeping.told(call)
    workspace, who, name = call.services.workspace, call.principal.name, call.names["alertId"]
    status, now = status_told(body), workspace.now()

    def document(found: ArmResource | None) -> str:
        if found is None:
            raise NotFound(f"there is no alert '{name[:80]}' at '{call.scope.id}'")
        return changed_text(found, status, who, now)

    versions = keeping.versions(call, body)
    saved, _ = workspace.kept.save(keeping.place(call, KIND), name, document, who, versions)
    return json_answer(_shown(call, saved))


def _shown(call: Call, alert: ArmResource) -> dict[str, object]:
    content = {"statusModificationUserName": None} | plain(alert_of(alert))
    content["details"] = _MAY_BE_NULL | content["details"]
    return keeping.envelope(call, _TYPE, alert.name, content, etag=alert.etag)


OPERATIONS: tuple[Operation, ...] = (
    Operation("alerts.list", "GET", COST, "alerts", READ, every, keeping.NAMED),
    Operation("alerts.get", "GET", COST, "alerts/{alertId}", READ, get, keeping.NAMED),
    Operation(
        "alerts.dismiss",
        "PATCH",
        COST,
        "alerts/{alertId}",
        WRITE,
        dismiss,
        keeping.NAMED,
        body_limit=keeping.BODY_LIMIT,
    ),
    Operation(
        "alerts.list_external",
        "GET",
        COST,
        f"{EXTERNAL}/alerts",
        READ,
        every,
        keeping.NAMED,
        within=f"providers/{COST}/{EXTERNAL}",
    ),
)
