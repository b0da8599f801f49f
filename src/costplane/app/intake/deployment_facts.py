"""Facts that an event does not tell, from its deployment's catalog entry (billing-rules 9).

An entry's version is that of its model: an event that names another model, or a dated one, keeps
what it told.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from sqlglot import exp

from costplane.catalog.model import Deployment, Resource
from costplane.core.relation import Engine
from costplane.core.sql import query
from costplane.core.tables import INSTANT
from costplane.pricing.model_names import priced_model

STANDARD = {
    "globalprovisionedmanaged": "GlobalStandard",
    "datazoneprovisionedmanaged": "DataZoneStandard",
    "provisionedmanaged": "Standard",
}
"""The pay-as-you-go deployment type of the same scope as a provisioned one."""
_FACTS = ("model", "model_version", "deployment_type", "region")
_ENTRIES = pa.schema(
    [
        ("resource_id", pa.string()),
        ("deployment", pa.string()),
        *((fact, pa.string()) for fact in _FACTS[:3]),
        ("priced_model", pa.string()),
        ("valid_from", INSTANT),
        ("valid_to", INSTANT),
    ]
)
_PLACES = pa.schema([("resource_id", pa.string()), ("region", pa.string())])


_TEXT = """
    SELECT
        COALESCE(event.model, entry.model) AS model,
        COALESCE(event.model_version, CASE
            WHEN event.model IS NULL THEN entry.model_version
            WHEN event.priced_model = entry.priced_model AND NOT event.is_dated
            THEN entry.model_version
        END) AS model_version,
        COALESCE(event.deployment_type, entry.deployment_type) AS deployment_type,
        COALESCE(event.region, place.region) AS region
    FROM event
    LEFT JOIN entry ON event.resource_id = entry.resource_id
        AND event.deployment = entry.deployment AND event.time >= entry.valid_from
        AND (entry.valid_to IS NULL OR event.time < entry.valid_to)
    LEFT JOIN place ON event.resource_id = place.resource_id
    ORDER BY event.row"""


def _statement() -> exp.Query:
    return query(_TEXT)


_STATEMENT = _statement()


def with_deployment_facts(
    events: pa.Table,
    engine: Engine,
    deployments: Sequence[Deployment],
    resources: Sequence[Resource],
) -> pa.Table:
    """`events` with model, version, deployment type and region filled in where they were not
    told and the catalog knows them for the event's time. What was told stands."""
    if all(events[fact].null_count == 0 for fact in _FACTS):
        return events
    known = engine.execute(
        _STATEMENT,
        {"event": _keys(events), "entry": _entries(deployments), "place": _places(resources)},
    )
    for fact in _FACTS:
        place = events.schema.get_field_index(fact)
        events = events.set_column(place, events.schema.field(fact), known[fact])
    return events


def _keys(events: pa.Table) -> pa.Table:
    """What is looked up, with the model as prices know it and whether it names a version."""
    keys = events.select(["resource_id", "deployment", "time", *_FACTS])
    told = keys["model"].to_pylist()
    names = {model: priced_model(model) for model in set(told) if model is not None}
    priced = [names[model][0] if model is not None else None for model in told]
    dated = [model is not None and names[model][1] is not None for model in told]
    return (
        keys.append_column("priced_model", pa.array(priced, pa.string()))
        .append_column("is_dated", pa.array(dated, pa.bool_()))
        .append_column("row", pa.array(range(len(events)), pa.int64()))
    )


def _entries(deployments: Sequence[Deployment]) -> pa.Table:
    rows = [
        {
            "resource_id": d.resource_id,
            "deployment": d.name,
            "model": d.model,
            "model_version": d.model_version,
            "deployment_type": d.deployment_type,
            "priced_model": priced_model(d.model)[0] if d.model else None,
            "valid_from": d.valid_from,
            "valid_to": d.valid_to,
        }
        for d in deployments
        if d.confirmed
    ]
    return pa.Table.from_pylist(rows, _ENTRIES)


def _places(resources: Sequence[Resource]) -> pa.Table:
    rows = [{"resource_id": r.id, "region": r.location} for r in resources if r.confirmed]
    return pa.Table.from_pylist(rows, _PLACES)


def with_spillover(events: pa.Table) -> pa.Table:
    """`events` with calls that spilled over as pay-as-you-go, also where a gateway told the
    provisioned deployment that had no room for them (billing-rules 19)."""
    if events["spillover_from"].null_count == len(events):
        return events
    place = events.schema.get_field_index("deployment_type")
    told = events["deployment_type"].to_pylist()
    spilled = events["spillover_from"].is_valid().to_pylist()
    kinds = [
        STANDARD.get((kind or "").lower(), kind) if over else kind
        for kind, over in zip(told, spilled, strict=True)
    ]
    field = events.schema.field(place)
    return events.set_column(place, field, pa.array(kinds, field.type))
