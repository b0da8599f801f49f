"""Exports: kept, asked to run, and their runs (contract.md section 7).

An update must tell the latest eTag; a run is queued, and answered at once.
"""

from __future__ import annotations

import uuid

from starlette.responses import Response

from costplane.app.arm.documents import text_of
from costplane.app.arm.export import KIND, export_of, saved_text, shown
from costplane.app.arm.export_run import RUNS, requested, run_of, shown_run
from costplane.core.arm_resource import ArmResource
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.protocol.operation import COST, READ, WRITE, Call, Operation
from costplane.http.azure.protocol.shapes import resource, resource_id

_TYPE = f"{COST}/exports"
_EMBEDDED = 10
"""Runs that `$expand=runHistory` shows of one export; a list shows the last of each."""


def save(call: Call) -> Response:
    """PUT: create or update."""
    body = keeping.told(call)
    workspace = call.services.workspace
    now = workspace.now()
    saved, created = workspace.kept.save(
        keeping.place(call, KIND),
        call.names["exportName"],
        lambda found: saved_text(body, found, now, workspace.sealing.seal),
        call.principal.name,
        keeping.versions(call, body, required=True),
    )
    return keeping.saved(_shown(call, saved), created=created)


def get(call: Call) -> Response:
    """GET: one export; its last runs with `$expand=runHistory`."""
    return json_answer(_shown(call, _found(call), _EMBEDDED))


def every(call: Call) -> Response:
    """GET: the exports of the scope itself."""
    found = call.services.workspace.kept.store.at(keeping.place(call, KIND))
    return json_answer({"value": [_shown(call, export, 1) for export in found]})


def remove(call: Call) -> Response:
    """DELETE: end an export, with the record of its runs."""
    name = call.names["exportName"]
    runs = keeping.place(call, RUNS, name)
    return keeping.removed(call, keeping.place(call, KIND), name, runs, no_content=False)


def run(call: Call) -> Response:
    """POST: queue a run."""
    body = keeping.told(call)
    workspace, who = call.services.workspace, call.principal.name
    export = _found(call)
    asked = text_of(requested(body, export, who, workspace.now()))
    runs = keeping.place(call, RUNS, export.name)
    workspace.kept.save(runs, str(uuid.uuid4()), lambda _: asked, who)
    return Response(status_code=200)


def history(call: Call) -> Response:
    """GET: the runs, the newest first."""
    return json_answer({"value": _runs(call, _found(call))})


def _runs(call: Call, export: ArmResource, most: int | None = None) -> list[dict[str, object]]:
    found = call.services.workspace.kept.store.at(keeping.place(call, RUNS, export.name))
    return [
        resource(
            resource_id(call, f"{_TYPE}/Run", export.name, run.name),
            f"{_TYPE}/runs",
            shown_run(run_of(run)),
            etag=run.etag,
        )
        for run in list(reversed(found))[:most]
    ]


def _found(call: Call) -> ArmResource:
    return call.services.workspace.kept.get(keeping.place(call, KIND), call.names["exportName"])


def _shown(call: Call, found: ArmResource, runs: int = 0) -> dict[str, object]:
    export = export_of(found)
    content = shown(export, call.services.workspace.now())
    if runs and call.options.get("$expand", "").lower() == "runhistory":
        content["runHistory"] = {"value": _runs(call, found, runs)}
    told = keeping.envelope(call, _TYPE, found.name, content, etag=found.etag)
    identity = {"identity": {"type": export.identity.type}} if export.identity else {}
    location = {"location": export.location} if export.location else {}
    return told | identity | location


OPERATIONS: tuple[Operation, ...] = keeping.operations(
    "exports.{}",
    (
        ("list", "GET", "exports", READ, every),
        ("get", "GET", "exports/{exportName}", READ, get),
        ("create_or_update", "PUT", "exports/{exportName}", WRITE, save),
        ("delete", "DELETE", "exports/{exportName}", WRITE, remove),
        ("execute", "POST", "exports/{exportName}/run", WRITE, run),
        ("get_execution_history", "GET", "exports/{exportName}/runHistory", READ, history),
    ),
)
