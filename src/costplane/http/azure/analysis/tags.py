"""`tags`: the keys of tags at a scope, and with `$expand=properties/tags/value` their values."""

from __future__ import annotations

from starlette.responses import Response

from costplane.http.answers import json_answer
from costplane.http.azure.protocol.conditions import conditions
from costplane.http.azure.protocol.operation import CONSUMPTION, READ, Call, Operation
from costplane.http.azure.protocol.pages import paging
from costplane.http.azure.protocol.shapes import etag_of, resource, resource_id
from costplane.http.ranges import days

TYPE = "Microsoft.Consumption/tags"


def get_tags(call: Call) -> Response:
    """GET: the keys of costs at the scope, whatever their time; values are those of the days that
    startDate and endDate name, else of the current month."""
    asked = paging(call)
    keys = call.services.workspace.dimensions(call.scope, call.visible).tags
    shown = keys[asked.offset : asked.offset + asked.size]
    more = asked.offset + asked.size < len(keys)
    properties: dict[str, object] = {
        "tags": _tags(call, shown),
        "nextLink": asked.link() if more else None,
        "previousLink": None,
    }
    id_ = resource_id(call, TYPE, "default")
    return json_answer(resource(id_, TYPE, properties, etag=etag_of(keys)))


def _tags(call: Call, keys: tuple[str, ...]) -> list[dict[str, object]]:
    expanded = call.options.get("$expand", "").strip().lower() in ("properties/tags/value", "value")
    if not expanded:
        return [{"key": key} for key in keys]
    workspace, named = call.services.workspace, conditions(call)
    period = days(named.first, named.last, workspace.now())
    values = {
        key: workspace.dimension_values(call.scope, f"tag:{key}", period, call.visible)
        for key in keys
    }
    # A value has an entry a currency; charges without the tag have an empty one.
    return [
        {"key": key, "value": list(dict.fromkeys(v.value for v in found if v.value))}
        for key, found in values.items()
    ]


OPERATIONS: tuple[Operation, ...] = (
    Operation("tags.get", "GET", CONSUMPTION, "tags", READ, get_tags),
)
